//! Why an envelope cannot be written.

use core::fmt;

use crate::error_kinds::kinds;

/// Says why an envelope cannot be written, and where in the frame it shows. Nothing has been
/// written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EncodeError {
    kind: EncodeErrorKind,
    offset: u32,
}

impl EncodeError {
    pub(crate) fn new(kind: EncodeErrorKind, offset: usize) -> Self {
        Self { kind, offset: u32::try_from(offset).unwrap_or(u32::MAX) }
    }

    /// Returns what stands against it.
    #[must_use]
    pub const fn kind(self) -> EncodeErrorKind {
        self.kind
    }

    /// Returns where it shows, counted from the start of the frame: where the field would begin,
    /// where the carrier would exceed its limit, or where the buffer ends.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset as usize
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {}", self.kind.sentence(), self.offset)
    }
}

impl core::error::Error for EncodeError {}

kinds! {
    /// Names what stands against writing an envelope (specification [section 7]).
    ///
    /// [section 7]: crate::spec#7-how-a-message-is-written
    EncodeErrorKind

    /// More than 65,535 bytes of carrier.
    CarrierTooLong = "carrier_too_long", "the carrier is longer than 65535 bytes";
    /// More than 65,535 bytes in one field's value.
    FieldTooLong = "field_too_long", "a field is longer than 65535 bytes";
    /// A field that a reader would call malformed.
    MalformedField = "malformed_field", "a field is malformed";
    /// A `tracestate` without a context, or a fan-out weight without a sampled one.
    MisplacedField = "misplaced_field", "a field needs a context that is not there";
    /// A field that counts once was given twice.
    RepeatedField = "repeated_field", "a field that counts once is repeated";
    /// More than 128 fields.
    TooManyFields = "too_many_fields", "there are more than 128 fields";
    /// The buffer has no room for the envelope.
    BufferTooSmall = "buffer_too_small", "the buffer is too small";
}
