//! The only parser of the header, what it finds, and what can be wrong with it
//! (specification sections 6 and 9).

use crate::fault::{Fault, FaultKind};
use crate::flags::TraceFlags;
use crate::mode::Mode;
use crate::verdict::Verdict;
use crate::wire::{
    DECIDED, FLAGS_AT, GUARD, HEADER_LEN, IDS, IDS_LEN, LENGTH_AT, MAGIC, RESERVED_SHAPE, SHAPE_AT,
    UNKNOWN_SHAPE, VERSION, is_possible_version,
};

/// What the header says: everything about a message but its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) verdict: Verdict,
    pub(crate) version: u8,
    pub(crate) flags: TraceFlags,
    pub(crate) shape: u8,
    /// Where the payload begins if the message is a frame.
    pub(crate) framed_payload_offset: u32,
    pub(crate) fault: Option<Fault>,
}

impl Head {
    pub(crate) const BARE: Self = Self {
        verdict: Verdict::Bare,
        version: 0,
        flags: TraceFlags::NONE,
        shape: 0,
        framed_payload_offset: 0,
        fault: None,
    };

    /// The one parser: the tables of specification section 6, row by row. `front` is the message or
    /// at least its first 8 bytes, `len` the length of the whole message, `cap` that of the
    /// carrier.
    #[inline]
    pub(crate) fn parse(front: &[u8], len: usize, cap: u16) -> Self {
        let [magic, version, guard_0, guard_1, after_prefix @ ..] = front else {
            return Self::BARE;
        };
        if *magic != MAGIC || [*guard_0, *guard_1] != GUARD || !is_possible_version(*version) {
            return Self::BARE;
        }
        let [flags, shape, len_0, len_1, ..] = after_prefix else {
            // Fewer than 8 bytes, all of which were given.
            return Self::BARE.damaged(FaultKind::TruncatedHeader, len);
        };
        let carrier_len = u16::from_be_bytes([*len_0, *len_1]);
        let head = Self {
            verdict: Verdict::Enveloped,
            version: *version,
            flags: TraceFlags::from_u8(*flags),
            shape: *shape,
            framed_payload_offset: HEADER_LEN as u32 + u32::from(carrier_len),
            fault: None,
        };
        if let Some((kind, offset)) = head.header_fault(carrier_len) {
            return head.damaged(kind, offset);
        }
        if len < head.framed_payload_offset as usize {
            return head.damaged(FaultKind::CarrierPastEnd, LENGTH_AT);
        }
        if *version != VERSION {
            return Self { verdict: Verdict::UnknownVersion, ..head };
        }
        if carrier_len > cap {
            return Self { fault: Some(Fault::new(FaultKind::CarrierAboveCap, LENGTH_AT)), ..head };
        }
        head
    }

    /// What a channel of this mode makes of a mixed reading of `bytes` (specification section 9).
    pub(crate) fn require(self, mode: Mode, bytes: &[u8]) -> Result<Self, Fault> {
        match (mode, self.verdict, self.fault) {
            (Mode::Mixed, ..) => Ok(self),
            (_, Verdict::Damaged, Some(fault)) => Err(fault),
            (_, Verdict::Bare, _) => match (broken_prefix(bytes), mode) {
                (Some(fault), _) => Err(fault),
                (None, Mode::Always) => Err(Fault::new(FaultKind::NotEnveloped, 0)),
                (None, _) => Ok(self),
            },
            _ => Ok(self),
        }
    }

    /// The reading of a message that is delivered whole because of a fault.
    pub(crate) fn damaged(self, kind: FaultKind, offset: usize) -> Self {
        Self { verdict: Verdict::Damaged, fault: Some(Fault::new(kind, offset)), ..self }
    }

    #[inline]
    pub(crate) const fn is_framed(&self) -> bool {
        matches!(self.verdict, Verdict::Enveloped | Verdict::UnknownVersion)
    }

    /// Whether the carrier is one of version 1 and within the cap.
    #[inline]
    pub(crate) const fn has_readable_carrier(&self) -> bool {
        matches!(self.verdict, Verdict::Enveloped) && self.fault.is_none()
    }

    #[inline]
    pub(crate) const fn claims_sampled(&self) -> bool {
        // Without DECIDED the flags are 0: anything else is damaged.
        self.is_framed() && self.flags.is_sampled()
    }

    #[inline]
    pub(crate) const fn payload_offset(&self) -> usize {
        if self.is_framed() { self.framed_payload_offset as usize } else { 0 }
    }

    /// The header faults that show without the message's length, in the order of the
    /// specification's list.
    #[inline]
    fn header_fault(&self, carrier_len: u16) -> Option<(FaultKind, usize)> {
        let decided = self.shape & DECIDED != 0;
        let ids = self.shape & IDS != 0;
        if self.shape & RESERVED_SHAPE != 0 {
            return Some((FaultKind::ReservedBits, SHAPE_AT));
        }
        if self.flags != TraceFlags::NONE && !decided {
            return Some((FaultKind::FlagsWithoutDecision, FLAGS_AT));
        }
        if self.version != VERSION {
            return None;
        }
        if self.shape & UNKNOWN_SHAPE != 0 {
            return Some((FaultKind::UnknownShape, SHAPE_AT));
        }
        if ids && !decided {
            return Some((FaultKind::IdsWithoutDecision, SHAPE_AT));
        }
        if self.flags.is_sampled() && !ids {
            return Some((FaultKind::SampledWithoutIds, FLAGS_AT));
        }
        if ids && usize::from(carrier_len) < IDS_LEN {
            return Some((FaultKind::CarrierTooShort, LENGTH_AT));
        }
        None
    }
}

/// Why bytes that begin with the magic byte and are no prefix are no prefix, byte by byte. `None`
/// without the magic byte.
fn broken_prefix(bytes: &[u8]) -> Option<Fault> {
    let fault = |kind, offset| Some(Fault::new(kind, offset));
    match bytes {
        [MAGIC, version, ..] if !is_possible_version(*version) => {
            fault(FaultKind::ImpossibleVersion, 1)
        }
        [MAGIC, _, guard, ..] if *guard != GUARD[0] => fault(FaultKind::WrongGuard, 2),
        [MAGIC, _, _, guard, ..] if *guard != GUARD[1] => fault(FaultKind::WrongGuard, 3),
        // What is left has fewer than 4 bytes.
        [MAGIC, ..] => fault(FaultKind::TruncatedHeader, bytes.len()),
        _ => None,
    }
}
