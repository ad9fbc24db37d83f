//! The only parser of the header (specification sections 6 and 9).

use crate::message::{Head, Message, Verdict};
use crate::wire::{
    DECIDED, DEFAULT_CARRIER_CAP, GUARD, HEADER_LEN, IDS, IDS_LEN, MAGIC, PREFIX_LEN, RESERVED_SHAPE, UNKNOWN_SHAPE,
    VERSION, is_possible_version,
};
use crate::{Fault, FaultKind, TraceFlags};

/// Reads messages, with a cap on the carrier (specification sections 6 and 9).
///
/// How a channel is run is a matter of configuration: [`read`](Self::read) for mixed channels, [`read_closed`](Self::read_closed) when every sender is
/// upgraded, [`read_always`](Self::read_always) when every sender wraps every message. [`read_prefix`](Self::read_prefix) is for streams.
///
/// All of them are O(1), allocate nothing, never panic, and look at no byte after the header.
///
/// ```
/// use glassine::{Reader, Verdict};
///
/// const READER: Reader = Reader::new().with_carrier_cap(4096);
/// assert_eq!(READER.read(b"{}").verdict(), Verdict::Bare);
/// assert!(READER.read_always(b"{}").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reader {
    carrier_cap: u16,
}

impl Reader {
    /// A reader with the default cap of 16,384 bytes on the carrier (`R-LIMIT-1`).
    #[must_use]
    pub const fn new() -> Self {
        Self { carrier_cap: DEFAULT_CARRIER_CAP }
    }

    /// The same with another cap, in bytes. A carrier of exactly this length is still read; a longer one costs ids and fields, never the
    /// payload (`R-READ-5`).
    #[must_use]
    pub const fn with_carrier_cap(self, bytes: u16) -> Self {
        Self { carrier_cap: bytes }
    }

    /// Reads a message of a mixed channel. Total: every byte string has a reading, and every reading has a payload.
    #[must_use]
    #[inline]
    pub fn read(self, bytes: &[u8]) -> Message<'_> {
        Message::new(bytes, self.head(bytes, bytes.len()))
    }

    /// Reads a message of a closed channel: one that does not begin with the magic byte is bare, and one that does is a frame or an error.
    ///
    /// # Errors
    /// The [`Fault`] that a mixed channel would call damaged, or what makes the message no frame (`R-CHAN-1`).
    pub fn read_closed(self, bytes: &[u8]) -> Result<Message<'_>, Fault> {
        Ok(Message::new(bytes, closed(bytes, self.head(bytes, bytes.len()))?))
    }

    /// Reads a message of an always channel: it is a frame or an error.
    ///
    /// # Errors
    /// As [`read_closed`](Self::read_closed), and [`FaultKind::NotEnveloped`] for a bare message (`R-CHAN-2`).
    pub fn read_always(self, bytes: &[u8]) -> Result<Message<'_>, Fault> {
        Ok(Message::new(bytes, always(bytes, self.head(bytes, bytes.len()))?))
    }

    /// Reads the beginning of a message whose end has not arrived yet. The payload of the answer is what has arrived of it.
    ///
    /// A frame does not say how long its payload is, so a stream needs a length of its own around each message. When the message has arrived in full,
    /// read it with [`read`](Self::read): there is no *incomplete* then (`R-STREAM-4`).
    ///
    /// # Errors
    /// [`Incomplete`] while prefix, header or carrier are missing (`R-STREAM-1`). That is not a fault: ask again with more bytes.
    pub fn read_prefix(self, bytes: &[u8]) -> Result<Message<'_>, Incomplete> {
        if bytes.len() < PREFIX_LEN && could_become_prefix(bytes) {
            return Err(Incomplete { needs: PREFIX_LEN as u32 });
        }
        let head = self.head(bytes, bytes.len());
        match head.fault.map(Fault::kind) {
            Some(FaultKind::TruncatedHeader) => Err(Incomplete { needs: HEADER_LEN as u32 }),
            Some(FaultKind::CarrierPastEnd) => Err(Incomplete { needs: head.framed_payload_offset }),
            _ => Ok(Message::new(bytes, head)),
        }
    }

    /// The one parser: the tables of specification section 6, row by row. `front` is the message or at least its first 8 bytes, `len` the length of the
    /// whole message.
    #[inline]
    pub(crate) fn head(self, front: &[u8], len: usize) -> Head {
        let [magic, version, guard_0, guard_1, after_prefix @ ..] = front else {
            return Head::BARE;
        };
        if *magic != MAGIC || [*guard_0, *guard_1] != GUARD || !is_possible_version(*version) {
            return Head::BARE;
        }
        let [flags, shape, len_0, len_1, ..] = after_prefix else {
            // Fewer than 8 bytes, so the length fits.
            return Head::BARE.damaged(FaultKind::TruncatedHeader, len as u32);
        };
        let carrier_len = u16::from_be_bytes([*len_0, *len_1]);
        let head = Head {
            verdict: Verdict::Enveloped,
            version: *version,
            flags: TraceFlags::from_bits(*flags),
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
            return Head { verdict: Verdict::UnknownVersion, ..head };
        }
        if carrier_len > self.carrier_cap {
            return Head { fault: Some(Fault::new(FaultKind::CarrierAboveCap, LENGTH_AT)), ..head };
        }
        head
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

/// The beginning of a message that does not say yet what it is (specification section 9, *streams*). Not a fault.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Incomplete {
    needs: u32,
}

impl Incomplete {
    /// How many bytes of the message must have arrived before the answer can change: 4, 8, or 8 and the carrier's length (`R-STREAM-5`). A peer
    /// announced this number: do not reserve memory on its strength alone.
    #[must_use]
    pub const fn needs(self) -> usize {
        self.needs as usize
    }
}

impl core::fmt::Display for Incomplete {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the message is incomplete: {} bytes are needed to read on", self.needs)
    }
}

impl core::error::Error for Incomplete {}

impl Head {
    /// The header faults that show without the message's length, in the order of the specification's list.
    #[inline]
    fn header_fault(&self, carrier_len: u16) -> Option<(FaultKind, u32)> {
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

    pub(crate) fn damaged(self, kind: FaultKind, offset: u32) -> Self {
        Self { verdict: Verdict::Damaged, fault: Some(Fault::new(kind, offset)), ..self }
    }
}

/// What a closed channel makes of a mixed reading.
pub(crate) fn closed(bytes: &[u8], head: Head) -> Result<Head, Fault> {
    match (head.verdict, head.fault) {
        (Verdict::Damaged, Some(fault)) => Err(fault),
        (Verdict::Bare, _) => broken_prefix(bytes).map_or(Ok(head), Err),
        _ => Ok(head),
    }
}

/// What an always channel makes of a mixed reading.
pub(crate) fn always(bytes: &[u8], head: Head) -> Result<Head, Fault> {
    let head = closed(bytes, head)?;
    if head.verdict == Verdict::Bare {
        return Err(Fault::new(FaultKind::NotEnveloped, 0));
    }
    Ok(head)
}

/// Why bytes that begin with the magic byte and are no prefix are no prefix, byte by byte. `None` without the magic byte.
fn broken_prefix(bytes: &[u8]) -> Option<Fault> {
    let kind = |kind, offset| Some(Fault::new(kind, offset));
    match bytes {
        [MAGIC, version, ..] if !is_possible_version(*version) => kind(FaultKind::ImpossibleVersion, 1),
        [MAGIC, _, guard, ..] if *guard != GUARD[0] => kind(FaultKind::WrongGuard, 2),
        [MAGIC, _, _, guard, ..] if *guard != GUARD[1] => kind(FaultKind::WrongGuard, 3),
        // What is left has fewer than 4 bytes.
        [MAGIC, ..] => kind(FaultKind::TruncatedHeader, bytes.len() as u32),
        _ => None,
    }
}

fn could_become_prefix(bytes: &[u8]) -> bool {
    match bytes {
        [] | [MAGIC] => true,
        [MAGIC, version] => is_possible_version(*version),
        [MAGIC, version, guard] => is_possible_version(*version) && *guard == GUARD[0],
        _ => false,
    }
}

const FLAGS_AT: u32 = 4;
const SHAPE_AT: u32 = 5;
const LENGTH_AT: u32 = 6;
