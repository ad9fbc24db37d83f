//! How a header is read: appendix C, line by line.

use glassine::{FaultKind, Verdict};

use crate::model::fault::FaultAt;

/// The header's part of a reading.
pub(crate) struct Header {
    pub(crate) verdict: Verdict,
    pub(crate) fault: Option<FaultAt>,
    pub(crate) payload_offset: usize,
}

/// The reader on one screen.
pub(crate) fn appendix_c(m: &[u8], cap: u16) -> Header {
    let whole = |verdict, fault| Header { verdict, fault, payload_offset: 0 };
    let damaged = |kind, offset| whole(Verdict::Damaged, Some((kind, offset)));
    if m.len() < 4 || m[0] != 0x9E || !is_possible_version(m[1]) || m[2] != 0xC1 || m[3] != 0xDE {
        return whole(Verdict::Bare, None);
    }
    if m.len() < 8 {
        return damaged(FaultKind::TruncatedHeader, m.len());
    }
    let (version, flags, shape, n) =
        (m[1], m[4], m[5], usize::from(m[6]) * 256 + usize::from(m[7]));
    let (decided, ids) = (shape & 1 != 0, shape & 2 != 0);
    if shape & 0xF0 != 0 {
        return damaged(FaultKind::ReservedBits, 5);
    }
    if flags != 0 && !decided {
        return damaged(FaultKind::FlagsWithoutDecision, 4);
    }
    if version == 1 {
        if shape & 0x0C != 0 {
            return damaged(FaultKind::UnknownShape, 5);
        }
        if ids && !decided {
            return damaged(FaultKind::IdsWithoutDecision, 5);
        }
        if flags & 1 != 0 && !ids {
            return damaged(FaultKind::SampledWithoutIds, 4);
        }
        if ids && n < 24 {
            return damaged(FaultKind::CarrierTooShort, 6);
        }
    }
    if m.len() < 8 + n {
        return damaged(FaultKind::CarrierPastEnd, 6);
    }
    let verdict = if version == 1 { Verdict::Enveloped } else { Verdict::UnknownVersion };
    let above_cap = version == 1 && n > usize::from(cap);
    Header {
        verdict,
        fault: above_cap.then_some((FaultKind::CarrierAboveCap, 6)),
        payload_offset: 8 + n,
    }
}

/// R-INV-2.
pub(crate) fn is_possible_version(byte: u8) -> bool {
    [1, 2, 3, 4, 6, 7, 8].contains(&byte)
}

/// What the bytes say at the place of the carrier length; 0 where there is none.
pub(crate) fn carrier_len(bytes: &[u8]) -> u16 {
    bytes.get(6..8).map_or(0, |len| u16::from_be_bytes([len[0], len[1]]))
}

/// Caps on the carrier for which readings of these bytes may differ.
pub(crate) fn caps(bytes: &[u8]) -> [u16; 5] {
    let len = carrier_len(bytes);
    [0, len.saturating_sub(1), len, DEFAULT_CAP, u16::MAX]
}

/// R-LIMIT-1.
pub(crate) const DEFAULT_CAP: u16 = 16_384;
