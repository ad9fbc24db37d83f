//! Makes grease: fields and versions that mean nothing, so that readers stay used to what they do
//! not know (specification [section 12]).
//!
//! [section 12]: crate::spec#12-versions-and-grease

use core::fmt;

use crate::envelope::header;
use crate::field::{Field, FieldType};
use crate::flags::TraceFlags;
use crate::wire::{DECIDED, GREASE_VERSION, HEADER_LEN, VERSION_SHAPE};

/// Makes grease from a seed: the same seed gives the same bytes. Nothing is sent unless you ask for
/// it.
///
/// Use it in tests, and at a low rate in staging, to find readers that fail on what they do not
/// know. A [field](Self::field) costs up to 19 bytes; a
/// [header](Self::header) costs the ids of that message.
///
/// ```
/// use glassine::{Decision, Envelope, Reading, TraceFlags, Verdict};
/// use glassine::grease::Grease;
///
/// let mut grease = Grease::from_seed(42);
///
/// let field = grease.field();
/// let mut frame = [0; 64];
/// let at = Envelope::unsampled().with_fields(&[field.as_field()]).encode_to_slice(&mut frame)?;
/// assert_eq!(Reading::read(&frame[..at]).carrier().faults().next(), None);
///
/// let header = grease.header(Some(TraceFlags::SAMPLED));
/// let frame = [header.as_bytes(), b"payload"].concat();
/// let message = Reading::read(&frame);
/// assert_eq!(message.verdict(), Verdict::UnknownVersion);
/// assert_eq!(message.decision(), Some(Decision::Sampled));
/// assert_eq!(message.payload(), b"payload");
/// # Ok::<(), glassine::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Grease {
    state: u64,
}

impl Grease {
    /// Makes grease that depends on nothing but `seed`.
    #[must_use]
    pub const fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Makes a field of one of the four types reserved for grease, with up to 16 random bytes
    /// ([`R-VER-3`]).
    ///
    /// [`R-VER-3`]: crate::spec#12-versions-and-grease
    pub fn field(&mut self) -> GreaseField {
        let [pick, len, ..] = self.next().to_be_bytes();
        let [a, b, c, d] = FieldType::GREASE;
        let field_type = match pick % 4 {
            0 => a,
            1 => b,
            2 => c,
            _ => d,
        };
        let mut value = [0; MAX_VALUE];
        self.fill(&mut value);
        GreaseField { field_type, value, len: len % (MAX_VALUE as u8 + 1) }
    }

    /// Makes header and carrier of version 7, which is never assigned, with up to 32 random bytes
    /// of carrier and what the version may choose at random ([`R-VER-1`]). `flags` state the
    /// decision, if there is one: readers honour it. The payload follows.
    ///
    /// [`R-VER-1`]: crate::spec#12-versions-and-grease
    pub fn header(&mut self, flags: Option<TraceFlags>) -> GreaseHeader {
        let [shape, carrier_len, ..] = self.next().to_be_bytes();
        let shape = shape & VERSION_SHAPE | if flags.is_some() { DECIDED } else { 0 };
        let carrier_len = carrier_len % (MAX_CARRIER as u8 + 1);
        let mut bytes = [0; HEADER_LEN + MAX_CARRIER];
        self.fill(&mut bytes);
        if let Some(front) = bytes.first_chunk_mut() {
            *front =
                header(GREASE_VERSION, flags.unwrap_or_default(), shape, u16::from(carrier_len));
        }
        GreaseHeader { bytes, len: HEADER_LEN as u8 + carrier_len }
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(size_of::<u64>()) {
            for (byte, random) in chunk.iter_mut().zip(self.next().to_be_bytes()) {
                *byte = random;
            }
        }
    }

    /// SplitMix64 (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, 2014).
    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Holds a grease field; made by [`Grease::field`].
#[derive(Clone, PartialEq, Eq)]
pub struct GreaseField {
    field_type: FieldType,
    value: [u8; MAX_VALUE],
    len: u8,
}

impl GreaseField {
    /// Returns the field, to stand among others in
    /// [`Envelope::with_fields`](crate::Envelope::with_fields).
    #[must_use]
    pub fn as_field(&self) -> Field<'_> {
        let value = self.value.get(..usize::from(self.len)).unwrap_or_default();
        Field::Unknown { field_type: self.field_type, value }
    }
}

impl fmt::Debug for GreaseField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_field().fmt(f)
    }
}

/// Holds header and carrier of a grease version; made by [`Grease::header`].
#[derive(Clone, PartialEq, Eq)]
pub struct GreaseHeader {
    bytes: [u8; HEADER_LEN + MAX_CARRIER],
    len: u8,
}

impl GreaseHeader {
    /// Returns the bytes in front of the payload.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl fmt::Debug for GreaseHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GreaseHeader({} bytes)", self.len)
    }
}

const MAX_VALUE: usize = 16;
const MAX_CARRIER: usize = 32;
