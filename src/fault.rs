//! What can be wrong with a message, and where.

use core::fmt;

use crate::error_kinds::kinds;

/// Says what is wrong with a message, and at which byte it shows (specification sections [5.3],
/// [6], [9] and [10]).
///
/// A [damaged](crate::Verdict::Damaged) message has one, as has a carrier above the reader's cap;
/// in closed and always channels it is the error. 8 bytes, `Copy`.
///
/// ```
/// use glassine::{FaultKind, Reading};
///
/// let cut_off = [0x9E, 0x01, 0xC1, 0xDE, 0x00];
/// let fault = Reading::read(&cut_off).fault().unwrap();
/// assert_eq!((fault.kind(), fault.offset()), (FaultKind::TruncatedHeader, 5));
/// assert_eq!(fault.to_string(), "the header is cut off, at byte 5");
/// ```
///
/// [5.3]: crate::spec#53-faults-inside-the-carrier
/// [6]: crate::spec#6-how-a-message-is-read
/// [9]: crate::spec#9-channels-and-streams
/// [10]: crate::spec#10-the-text-form
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fault {
    kind: FaultKind,
    offset: u32,
}

impl Fault {
    pub(crate) const fn new(kind: FaultKind, offset: usize) -> Self {
        // Every offset lies in a header, a carrier or their text form: below 100,000.
        Self { kind, offset: offset as u32 }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(self) -> FaultKind {
        self.kind
    }

    /// Returns the byte where it shows, counted from the start of the message.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset as usize
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {}", self.kind.sentence(), self.offset)
    }
}

impl core::error::Error for Fault {}

kinds! {
    /// Names what is wrong with a message (specification sections [5.3], [6], [9] and [10]).
    ///
    /// [5.3]: crate::spec#53-faults-inside-the-carrier
    /// [6]: crate::spec#6-how-a-message-is-read
    /// [9]: crate::spec#9-channels-and-streams
    /// [10]: crate::spec#10-the-text-form
    FaultKind

    /// The message ends within the header.
    TruncatedHeader = "truncated_header", "the header is cut off";
    /// Bits 4 to 7 of the shape are not 0.
    ReservedBits = "reserved_bits", "reserved bits of the shape are set";
    /// Trace flags without DECIDED.
    FlagsWithoutDecision = "flags_without_decision", "trace flags are set without a decision";
    /// Bit 2 or 3 of the shape, in version 1.
    UnknownShape = "unknown_shape", "the shape is not one of version 1";
    /// IDS without DECIDED, in version 1.
    IdsWithoutDecision = "ids_without_decision", "the shape has ids without a decision";
    /// Sampled without IDS, in version 1.
    SampledWithoutIds = "sampled_without_ids", "sampled is set without ids";
    /// IDS with a carrier of fewer than 24 bytes, in version 1.
    CarrierTooShort = "carrier_too_short", "the carrier is too short for its ids";
    /// The carrier runs past the end of the message.
    CarrierPastEnd = "carrier_past_end", "the carrier runs past the end of the message";
    /// The carrier is longer than the reader's cap. The payload is unharmed; ids and fields are not
    /// read.
    CarrierAboveCap = "carrier_above_cap", "the carrier is longer than this reader's cap";
    /// Text form: no `;` ends the header within 87,391 characters.
    TextUnterminated = "text_unterminated", "the text form's header does not end";
    /// Text form: a character that base64url does not have.
    TextAlphabet = "text_alphabet", "a character is not base64url";
    /// Text form: a number of characters that encodes no number of bytes.
    TextLength = "text_length", "the base64url has an impossible length";
    /// Text form: unused bits of the last character are not 0.
    TextUnusedBits = "text_unused_bits", "unused bits of the base64url are set";
    /// Text form: what was decoded does not begin with the prefix.
    TextNotAFrame = "text_not_a_frame", "the base64url does not hold a frame";
    /// Text form: bytes are left over behind the carrier.
    TextCarrierLength = "text_carrier_length", "the base64url goes on after the carrier";
    /// Always channels: the message is bare.
    NotEnveloped = "not_enveloped", "the message is bare in a channel that is always enveloped";
    /// Closed and always channels: the magic byte is followed by a byte that is never a version.
    ImpossibleVersion = "impossible_version", "the magic byte is followed by an impossible version";
    /// Closed and always channels: the guard is wrong.
    WrongGuard = "wrong_guard", "the guard is wrong";
    /// In the carrier: the trace id is all zero. Costs the context and the decision.
    ZeroTraceId = "zero_trace_id", "the trace id is all zero";
    /// In the carrier: the span id is all zero. Costs the context and the decision.
    ZeroSpanId = "zero_span_id", "the span id is all zero";
    /// In the carrier: more than 128 fields. Costs those after.
    TooManyFields = "too_many_fields", "the carrier has more fields than are read";
    /// In the carrier: a field that does not fit, or one or two bytes left over. Costs that field.
    FieldPastEnd = "field_past_end", "a field runs past the end of the carrier";
    /// In the carrier: a field whose value does not fit its type. Costs that field.
    MalformedField = "malformed_field", "a field is malformed";
    /// In the carrier: a field that needs a context, or a sampled one, where there is none. Costs
    /// that field.
    MisplacedField = "misplaced_field", "a field needs a context that is not there";
    /// In the carrier: a field that counts once stands again. Costs that field.
    RepeatedField = "repeated_field", "a field that counts once is repeated";
}
