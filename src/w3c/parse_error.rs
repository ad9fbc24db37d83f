//! Why a text is not what W3C Trace Context asks for.

use core::fmt;

use crate::error_kinds::kinds;

/// Says why a text is not a `traceparent`, an id or trace flags, and which byte is the first at
/// fault.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ParseError {
    kind: ParseErrorKind,
    offset: u8,
}

impl ParseError {
    pub(crate) const fn new(kind: ParseErrorKind, offset: usize) -> Self {
        // Every offset is at most the length of a `traceparent`.
        Self { kind, offset: offset as u8 }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(self) -> ParseErrorKind {
        self.kind
    }

    /// Returns the first byte at fault, counted from the start of the text.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset as usize
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {}", self.kind.sentence(), self.offset)
    }
}

impl core::error::Error for ParseError {}

kinds! {
    /// Names what is wrong with a text (specification [section 13]).
    ///
    /// [section 13]: crate::spec#13-w3c-trace-context
    ParseErrorKind

    /// Too short, too long, or not continued by `-` where a future version may continue.
    Length = "length", "the text is too short or too long";
    /// Version `ff`.
    Version = "version", "version ff is invalid";
    /// A `-` is missing.
    Separator = "separator", "a dash is missing";
    /// Not a lower-case hexadecimal digit.
    Digit = "digit", "not a lower-case hexadecimal digit";
    /// The trace id is all zero.
    ZeroTraceId = "zero_trace_id", "the trace id is all zero";
    /// The span id is all zero.
    ZeroSpanId = "zero_span_id", "the span id is all zero";
}
