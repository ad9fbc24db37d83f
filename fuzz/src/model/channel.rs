//! What is an error in which channel: the tables of section 9.

use glassine::{FaultKind, Mode, Verdict};

use crate::model::fault::FaultAt;
use crate::model::header::{appendix_c, is_possible_version};

/// The error that a message is in a channel of this mode, if it is one there.
pub(crate) fn error(mode: Mode, bytes: &[u8]) -> Option<FaultAt> {
    if mode == Mode::Mixed {
        return None;
    }
    if bytes.first() != Some(&0x9E) {
        return (mode == Mode::Always).then_some((FaultKind::NotEnveloped, 0));
    }
    // A byte that has not come is not a wrong one.
    let is_wrong = |at: usize, ok: fn(u8) -> bool| bytes.get(at).is_some_and(|byte| !ok(*byte));
    if is_wrong(1, is_possible_version) {
        return Some((FaultKind::ImpossibleVersion, 1));
    }
    if is_wrong(2, |byte| byte == 0xC1) {
        return Some((FaultKind::WrongGuard, 2));
    }
    if is_wrong(3, |byte| byte == 0xDE) {
        return Some((FaultKind::WrongGuard, 3));
    }
    // A carrier above the cap is not an error in any channel.
    match appendix_c(bytes, u16::MAX) {
        header if header.verdict == Verdict::Bare => {
            Some((FaultKind::TruncatedHeader, bytes.len()))
        }
        header => header.fault,
    }
}
