//! When a stream reader waits: section 9, *streams*.

use glassine::FaultKind;

use crate::model::header::{DEFAULT_CAP, appendix_c, carrier_len, is_possible_version};

/// How many bytes a stream reader needs, if it has no answer yet (R-STREAM-1, R-STREAM-5).
pub(crate) fn missing(front: &[u8]) -> Option<usize> {
    if front.len() < 4 {
        let is_like_a_prefix = |(at, byte): (usize, &u8)| match at {
            0 => *byte == 0x9E,
            1 => is_possible_version(*byte),
            _ => *byte == [0xC1, 0xDE][at - 2],
        };
        return front.iter().enumerate().all(is_like_a_prefix).then_some(4);
    }
    match appendix_c(front, DEFAULT_CAP).fault?.0 {
        FaultKind::TruncatedHeader => Some(8),
        FaultKind::CarrierPastEnd => Some(8 + usize::from(carrier_len(front))),
        _ => None,
    }
}
