//! Names the constants of the wire, and nothing else (specification sections [3] to [5], [10] and
//! [11]).
//!
//! ```text
//!  0     1     2     3     4     5     6     7     8         8+n
//! | 9E  | ver |  C1   DE  |flags|shape| n, big-endian | carrier | payload … |
//! ```
//!
//! [3]: crate::spec#3-invariants-of-every-version
//! [5]: crate::spec#5-the-carrier
//! [10]: crate::spec#10-the-text-form
//! [11]: crate::spec#11-limits

/// Byte 0 of every frame.
pub const MAGIC: u8 = 0x9E;

/// Byte 1 of a frame of version 1, the one that this crate writes.
pub const VERSION: u8 = 1;

/// The version that is never assigned: senders may use it to find readers that fail on versions
/// they do not know ([`R-VER-1`]).
///
/// [`R-VER-1`]: crate::spec#12-versions-and-grease
pub const GREASE_VERSION: u8 = 7;

/// Bits 1 to 3 of byte 5 belong to the version.
pub const VERSION_SHAPE: u8 = 0b0000_1110;

/// Bytes 2 and 3 of every frame.
pub const GUARD: [u8; 2] = [0xC1, 0xDE];

/// Where the version stands, in every version.
pub const VERSION_AT: usize = 1;

/// Where the trace flags stand, in every version.
pub const FLAGS_AT: usize = 4;

/// Where the shape stands, in every version.
pub const SHAPE_AT: usize = 5;

/// Where the two bytes of the carrier length stand, in every version.
pub const LENGTH_AT: usize = 6;

/// Where the span id stands in a frame whose shape has [`IDS`]: after header and trace id.
pub const SPAN_ID_AT: usize = HEADER_LEN + 16;

/// Bytes of the prefix: magic, version, guard.
pub const PREFIX_LEN: usize = 4;

/// Bytes of the header, in every version.
pub const HEADER_LEN: usize = 8;

/// Bytes of the ids at the front of a carrier whose shape has [`IDS`].
pub const IDS_LEN: usize = 24;

/// Bytes before the payload of a frame with a context and no fields.
pub const CONTEXT_LEN: usize = HEADER_LEN + IDS_LEN;

/// Bit 0 of byte 5: the trace flags state a decision.
pub const DECIDED: u8 = 1 << 0;

/// Bit 1 of byte 5, in version 1: the carrier begins with ids.
pub const IDS: u8 = 1 << 1;

/// Bits 2 and 3 of byte 5: 0 in version 1, free in other versions.
pub const UNKNOWN_SHAPE: u8 = 0b0000_1100;

/// Bits 4 to 7 of byte 5: 0 in every version.
pub const RESERVED_SHAPE: u8 = 0b1111_0000;

/// The largest carrier that the length field can say.
pub const MAX_CARRIER_LEN: usize = u16::MAX as usize;

/// A reader's cap on the carrier unless it is set ([`R-LIMIT-1`]).
///
/// [`R-LIMIT-1`]: crate::spec#11-limits
pub const DEFAULT_CARRIER_CAP: u16 = 16_384;

/// Bytes in front of a field's value: its type and its length.
pub const FIELD_HEADER_LEN: usize = 3;

/// A writer writes no more fields than this, and this crate reads no more ([`R-CARRIER-4`]).
///
/// [`R-CARRIER-4`]: crate::spec#52-fields
pub const MAX_FIELDS: usize = 128;

/// Bytes of the value of a further context: trace id, span id, trace flags.
pub const FURTHER_CONTEXT_LEN: usize = IDS_LEN + 1;

/// What every message in text form begins with (specification [section 10]).
///
/// [section 10]: crate::spec#10-the-text-form
pub const TEXT_PREFIX: &str = "~glassine;";

/// What ends the encoded header and carrier of the text form.
pub const TEXT_END: u8 = b';';

/// The most characters that header and carrier have in text form.
pub const MAX_ENCODED_LEN: usize = ((HEADER_LEN + MAX_CARRIER_LEN) * 4).div_ceil(3);

/// Tells whether byte 1 of a message may be the version of a frame: 1, 2, 3, 4, 6, 7 or 8
/// ([`R-INV-2`]).
///
/// [`R-INV-2`]: crate::spec#3-invariants-of-every-version
#[must_use]
pub const fn is_possible_version(byte: u8) -> bool {
    matches!(byte, 1..=4 | 6..=8)
}
