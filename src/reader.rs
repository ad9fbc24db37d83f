//! Reading messages with limits of one's own, whole or as they arrive (specification sections 6 and
//! 9).

use core::fmt;

use crate::context::TraceContext;
use crate::fault::{Fault, FaultKind};
use crate::head::Head;
use crate::reading::Reading;
#[cfg(all(feature = "bytes", feature = "policy"))]
use crate::wire::IDS_LEN;
use crate::wire::{
    CONTEXT_LEN, DEFAULT_CARRIER_CAP, GUARD, HEADER_LEN, MAGIC, PREFIX_LEN, is_possible_version,
};

/// Reads messages, with a cap on the carrier of your own (specification sections [6] and [9]).
///
/// [`read`](Self::read) is for mixed channels, and [`Reading::require`] makes an error of what a
/// stricter [`Mode`](crate::Mode) refuses. [`read_prefix`](Self::read_prefix) is for streams.
///
/// All of them are O(1), allocate nothing, never panic, and look at no byte after the header.
///
/// ```
/// use glassine::{Mode, Reader, Verdict};
///
/// const READER: Reader = Reader::new().with_carrier_cap(4096);
/// assert_eq!(READER.read(b"{}").verdict(), Verdict::Bare);
/// assert!(READER.read(b"{}").require(Mode::Always).is_err());
/// ```
///
/// [6]: crate::spec#6-how-a-message-is-read
/// [9]: crate::spec#9-channels-and-streams
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reader {
    carrier_cap: u16,
}

impl Reader {
    /// Makes a reader with the default cap of 16,384 bytes on the carrier ([`R-LIMIT-1`]).
    ///
    /// [`R-LIMIT-1`]: crate::spec#11-limits
    #[must_use]
    #[inline]
    pub const fn new() -> Self {
        Self { carrier_cap: DEFAULT_CARRIER_CAP }
    }

    /// Sets the cap, in bytes. A carrier of exactly this length is still read; a longer one costs
    /// ids and fields, never the payload ([`R-READ-5`]).
    ///
    /// [`R-READ-5`]: crate::spec#6-how-a-message-is-read
    #[must_use]
    pub const fn with_carrier_cap(self, bytes: u16) -> Self {
        Self { carrier_cap: bytes }
    }

    /// Reads a message of a mixed channel. Total: every byte string has a reading, and every
    /// reading has a payload.
    #[must_use]
    #[inline]
    pub fn read(self, bytes: &[u8]) -> Reading<'_> {
        Reading::new(bytes, Head::parse(bytes, bytes.len(), self.carrier_cap))
    }

    /// Whether the cap lets a context without fields pass.
    #[cfg(all(feature = "bytes", feature = "policy"))]
    pub(crate) const fn reads_context(self) -> bool {
        self.carrier_cap as usize >= IDS_LEN
    }

    /// The context of a message that has one, and no fields: [`read`](Self::read) for those who go
    /// another way for all else.
    #[inline]
    pub(crate) fn read_context(self, bytes: &[u8]) -> Option<TraceContext> {
        let [_, _, _, _, _, _, _, _, ids @ ..] = bytes.first_chunk::<CONTEXT_LEN>()?;
        let flags = Head::flags_of_context(bytes, bytes.len(), self.carrier_cap)?;
        TraceContext::from_ids(ids, flags)
    }

    /// Reads the beginning of a message whose end has not arrived yet. The payload of the answer is
    /// what has arrived of it.
    ///
    /// A frame does not say how long its payload is, so a stream needs a length of its own around
    /// each message. When the message has arrived in full, read it with [`read`](Self::read): there
    /// is no *incomplete* then ([`R-STREAM-4`]).
    ///
    /// # Errors
    /// [`Incomplete`] while prefix, header or carrier are missing ([`R-STREAM-1`]). That is not a
    /// fault: ask again with more bytes.
    ///
    /// [`R-STREAM-4`]: crate::spec#streams
    /// [`R-STREAM-1`]: crate::spec#streams
    pub fn read_prefix(self, bytes: &[u8]) -> Result<Reading<'_>, Incomplete> {
        if bytes.len() < PREFIX_LEN && could_become_prefix(bytes) {
            return Err(Incomplete { needs: PREFIX_LEN as u32 });
        }
        let reading = self.read(bytes);
        let needs = match (reading.fault().map(Fault::kind), bytes) {
            (Some(FaultKind::TruncatedHeader), _) => HEADER_LEN as u32,
            (Some(FaultKind::CarrierPastEnd), [_, _, _, _, _, _, len_0, len_1, ..]) => {
                HEADER_LEN as u32 + u32::from(u16::from_be_bytes([*len_0, *len_1]))
            }
            _ => return Ok(reading),
        };
        Err(Incomplete { needs })
    }

    #[cfg(feature = "text")]
    pub(crate) const fn carrier_cap(self) -> u16 {
        self.carrier_cap
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

/// Says that the beginning of a message does not show yet what it is (specification [section 9],
/// *streams*). It is not a fault.
///
/// [section 9]: crate::spec#9-channels-and-streams
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Incomplete {
    needs: u32,
}

impl Incomplete {
    /// Returns how many bytes of the message must have arrived before the answer can change: 4, 8,
    /// or 8 and the carrier's length ([`R-STREAM-5`]). A peer announced this number: do not reserve
    /// memory on its strength alone.
    ///
    /// [`R-STREAM-5`]: crate::spec#streams
    #[must_use]
    pub const fn needs(self) -> usize {
        self.needs as usize
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message is incomplete: {} bytes are needed to read on", self.needs)
    }
}

impl core::error::Error for Incomplete {}

fn could_become_prefix(bytes: &[u8]) -> bool {
    match bytes {
        [] | [MAGIC] => true,
        [MAGIC, version] => is_possible_version(*version),
        [MAGIC, version, guard] => is_possible_version(*version) && *guard == GUARD[0],
        _ => false,
    }
}
