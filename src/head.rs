//! The only parser of the header, what it finds, and what can be wrong with it
//! (specification sections 6 and 9).

use crate::envelope::header;
use crate::fault::{Fault, FaultKind};
use crate::flags::TraceFlags;
use crate::mode::Mode;
use crate::verdict::Verdict;
use crate::wire::{
    CONTEXT_LEN, DECIDED, FLAGS_AT, GUARD, HEADER_LEN, IDS, IDS_LEN, LENGTH_AT, MAGIC, PREFIX_LEN,
    RESERVED_SHAPE, SHAPE_AT, UNKNOWN_SHAPE, VERSION, is_possible_version,
};

/// What the header says: everything about a message but its bytes. One word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// 0 unless the message is a frame.
    version: u8,
    flags: TraceFlags,
    /// IDS is set only where ids can be read.
    shape: u8,
    fault: Option<FaultKind>,
    /// 0 unless the message is a frame.
    payload_offset: u32,
}

impl Head {
    pub(crate) const BARE: Self =
        Self { version: 0, flags: TraceFlags::NONE, shape: 0, fault: None, payload_offset: 0 };

    /// The reading of a message that is delivered whole because of a fault.
    pub(crate) const fn damaged(kind: FaultKind) -> Self {
        Self { fault: Some(kind), ..Self::BARE }
    }

    /// The one parser. `front` is the message or at least its first 8 bytes, `len` the length of
    /// the whole message, `cap` that of the carrier.
    ///
    /// Nearly all messages are told here: those that are bare by one byte, and a context without
    /// fields, whose header is a constant but for the flags, by one word.
    #[inline]
    pub(crate) fn parse(front: &[u8], len: usize, cap: u16) -> Self {
        if front.first() != Some(&MAGIC) {
            return Self::BARE;
        }
        if let Some(flags) = Self::flags_of_context(front, len, cap) {
            return Self::context(flags);
        }
        Self::parse_any(front, len, cap)
    }

    /// The flags of a message that is a context without fields in front of its payload. `None` for
    /// any other.
    #[inline]
    pub(crate) fn flags_of_context(front: &[u8], len: usize, cap: u16) -> Option<TraceFlags> {
        let header = front.first_chunk::<HEADER_LEN>()?;
        if len < CONTEXT_LEN || usize::from(cap) < IDS_LEN {
            return None;
        }
        // The flags alone are left, in the lowest byte, if this is that header.
        let left = (u64::from_le_bytes(*header) ^ CONTEXT).rotate_right(FLAGS_AT_BIT);
        if left > u64::from(u8::MAX) { None } else { Some(TraceFlags::from_u8(left as u8)) }
    }

    /// The same for any message: those of the three shapes of version 1, and all others.
    // Cold, so that the way of the others saves no registers for this call.
    #[cold]
    #[inline(never)]
    fn parse_any(front: &[u8], len: usize, cap: u16) -> Self {
        let Some(header) = front.first_chunk::<HEADER_LEN>() else {
            return Self::parse_odd(front, len, cap);
        };
        let [magic, version, guard_0, guard_1, flags, shape, len_0, len_1] = *header;
        let flags = TraceFlags::from_u8(flags);
        let carrier_len = u16::from_be_bytes([len_0, len_1]);
        let payload_offset = HEADER_LEN + usize::from(carrier_len);
        let is_sound = match shape {
            0 => flags == TraceFlags::NONE,
            DECIDED => !flags.is_sampled(),
            IDS_DECIDED => usize::from(carrier_len) >= IDS_LEN,
            _ => false,
        };
        let is_prefix = [magic, version, guard_0, guard_1] == PREFIX;
        if is_prefix && is_sound && len >= payload_offset && carrier_len <= cap {
            return Self::enveloped(flags, shape, payload_offset);
        }
        Self::parse_odd(front, len, cap)
    }

    /// The tables of specification section 6, row by row, for what is none of the three shapes of
    /// version 1 within the cap: that was told before.
    #[cold]
    fn parse_odd(front: &[u8], len: usize, cap: u16) -> Self {
        let [magic, version, guard_0, guard_1, after_prefix @ ..] = front else {
            return Self::BARE;
        };
        if *magic != MAGIC || [*guard_0, *guard_1] != GUARD || !is_possible_version(*version) {
            return Self::BARE;
        }
        let [flags, shape, len_0, len_1, ..] = after_prefix else {
            return Self::damaged(FaultKind::TruncatedHeader);
        };
        let (version, shape, flags) = (*version, *shape, TraceFlags::from_u8(*flags));
        let carrier_len = u16::from_be_bytes([*len_0, *len_1]);
        if let Some(kind) = header_fault(version, flags, shape, carrier_len) {
            return Self::damaged(kind);
        }
        let payload_offset = HEADER_LEN + usize::from(carrier_len);
        if len < payload_offset {
            return Self::damaged(FaultKind::CarrierPastEnd);
        }
        // Of an unknown version and above the cap nothing is readable but the header.
        let shape = shape & DECIDED;
        let fault = (version == VERSION && carrier_len > cap).then_some(FaultKind::CarrierAboveCap);
        Self { version, fault, ..Self::enveloped(flags, shape, payload_offset) }
    }

    /// What the header of a context without fields says.
    #[inline]
    pub(crate) const fn context(flags: TraceFlags) -> Self {
        Self::enveloped(flags, IDS_DECIDED, CONTEXT_LEN)
    }

    #[inline]
    const fn enveloped(flags: TraceFlags, shape: u8, payload_offset: usize) -> Self {
        // Header and carrier together have less than 66,000 bytes.
        let payload_offset = payload_offset as u32;
        Self { version: VERSION, flags, shape, fault: None, payload_offset }
    }

    /// What a channel of this mode makes of a mixed reading of `bytes`, in which `fault` was found
    /// (specification section 9).
    pub(crate) fn require(
        self,
        mode: Mode,
        fault: Option<Fault>,
        bytes: &[u8],
    ) -> Result<(), Fault> {
        match (mode, self.verdict(), fault) {
            (Mode::Mixed, ..) => Ok(()),
            (_, Verdict::Damaged, Some(fault)) => Err(fault),
            (_, Verdict::Bare, _) => match (broken_prefix(bytes), mode) {
                (Some(fault), _) => Err(fault),
                (None, Mode::Always) => Err(Fault::new(FaultKind::NotEnveloped, 0)),
                (None, _) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    #[inline]
    pub(crate) const fn verdict(&self) -> Verdict {
        match (self.version, self.fault) {
            (0, None) => Verdict::Bare,
            (0, Some(_)) => Verdict::Damaged,
            (VERSION, _) => Verdict::Enveloped,
            _ => Verdict::UnknownVersion,
        }
    }

    /// The version of a frame.
    #[inline]
    pub(crate) fn version(&self) -> Option<u8> {
        (self.version != 0).then_some(self.version)
    }

    /// What is wrong in a message of `len` bytes, and where it shows there.
    #[inline]
    pub(crate) const fn fault(&self, len: usize) -> Option<Fault> {
        match self.fault {
            None => None,
            Some(kind) => Some(Fault::new(kind, offset(kind, len))),
        }
    }

    /// Whether the carrier is one of version 1 and within the cap.
    #[inline]
    pub(crate) const fn has_readable_carrier(&self) -> bool {
        self.version == VERSION && self.fault.is_none()
    }

    /// Whether there is a readable carrier, and it begins with ids.
    #[inline]
    pub(crate) const fn has_ids(&self) -> bool {
        self.shape & IDS != 0
    }

    /// The flags of the context, if its ids can be read.
    #[inline]
    pub(crate) fn flags_of_ids(&self) -> Option<TraceFlags> {
        self.has_ids().then_some(self.flags)
    }

    /// The flags that the header states as a decision.
    #[inline]
    pub(crate) fn flags(&self) -> Option<TraceFlags> {
        (self.shape & DECIDED != 0).then_some(self.flags)
    }

    #[inline]
    pub(crate) const fn claims_sampled(&self) -> bool {
        // Without a frame the flags are 0, and without DECIDED: anything else is damaged.
        self.flags.is_sampled()
    }

    #[inline]
    pub(crate) const fn payload_offset(&self) -> usize {
        self.payload_offset as usize
    }
}

/// The header faults that show without the message's length, in the order of the specification's
/// list.
#[inline]
fn header_fault(version: u8, flags: TraceFlags, shape: u8, carrier_len: u16) -> Option<FaultKind> {
    let decided = shape & DECIDED != 0;
    let ids = shape & IDS != 0;
    if shape & RESERVED_SHAPE != 0 {
        return Some(FaultKind::ReservedBits);
    }
    if flags != TraceFlags::NONE && !decided {
        return Some(FaultKind::FlagsWithoutDecision);
    }
    if version != VERSION {
        return None;
    }
    if shape & UNKNOWN_SHAPE != 0 {
        return Some(FaultKind::UnknownShape);
    }
    if ids && !decided {
        return Some(FaultKind::IdsWithoutDecision);
    }
    if flags.is_sampled() && !ids {
        return Some(FaultKind::SampledWithoutIds);
    }
    if ids && usize::from(carrier_len) < IDS_LEN {
        return Some(FaultKind::CarrierTooShort);
    }
    None
}

/// Where a fault of the header shows in a message of `len` bytes.
const fn offset(kind: FaultKind, len: usize) -> usize {
    match kind {
        FaultKind::FlagsWithoutDecision | FaultKind::SampledWithoutIds => FLAGS_AT,
        FaultKind::ReservedBits | FaultKind::UnknownShape | FaultKind::IdsWithoutDecision => {
            SHAPE_AT
        }
        FaultKind::CarrierTooShort | FaultKind::CarrierPastEnd | FaultKind::CarrierAboveCap => {
            LENGTH_AT
        }
        // The header is cut off, and the message ends there.
        _ => len,
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

/// The prefix of version 1.
const PREFIX: [u8; PREFIX_LEN] = [MAGIC, VERSION, GUARD[0], GUARD[1]];

/// The shape of a context.
const IDS_DECIDED: u8 = DECIDED | IDS;

/// The header of a context without fields, in which the flags are 0, as a word.
const CONTEXT: u64 =
    u64::from_le_bytes(header(VERSION, TraceFlags::NONE, IDS_DECIDED, IDS_LEN as u16));

/// Where the flags stand in it.
const FLAGS_AT_BIT: u32 = u8::BITS * FLAGS_AT as u32;

const _: () = assert!(size_of::<Head>() == size_of::<u64>());
