//! The trace context.

use crate::flags::TraceFlags;
use crate::id::{SpanId, TraceId};
use crate::wire::IDS_LEN;

/// Says which trace a message belongs to: trace id, span id of the sender, trace flags
/// (specification [section 2]; W3C Trace Context, *traceparent*).
///
/// 25 bytes, `Copy`. Its text form is `traceparent`: [`FromStr`](core::str::FromStr) and
/// [`Display`](core::fmt::Display) read and write it.
///
/// ```
/// use glassine::TraceContext;
///
/// let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let context: TraceContext = text.parse()?;
/// assert!(context.is_sampled());
/// assert_eq!(context.to_string(), text);
/// # Ok::<(), glassine::w3c::ParseError>(())
/// ```
///
/// [section 2]: crate::spec#2-words-and-notation
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TraceContext {
    trace_id: TraceId,
    span_id: SpanId,
    flags: TraceFlags,
}

impl TraceContext {
    /// Takes the place of a context where there is none: ids of zeros, which no context has.
    #[cfg(all(feature = "bytes", feature = "policy"))]
    pub(crate) const ABSENT: Self =
        Self { trace_id: TraceId::ABSENT, span_id: SpanId::ABSENT, flags: TraceFlags::NONE };

    /// Makes a context of these parts.
    #[must_use]
    #[inline]
    pub const fn new(trace_id: TraceId, span_id: SpanId, flags: TraceFlags) -> Self {
        Self { trace_id, span_id, flags }
    }

    /// Takes the ids as they stand on the wire. `None` if either is all zero.
    #[inline]
    pub(crate) fn from_ids(ids: &[u8; IDS_LEN], flags: TraceFlags) -> Option<Self> {
        let (trace_id, span_id) = ids.split_first_chunk()?;
        let span_id = SpanId::from_bytes(*span_id.first_chunk()?)?;
        Some(Self::new(TraceId::from_bytes(*trace_id)?, span_id, flags))
    }

    /// Gives the ids as they stand on the wire.
    #[inline]
    pub(crate) fn to_ids(self) -> [u8; IDS_LEN] {
        let mut ids = [0; IDS_LEN];
        let (trace_id, span_id) = ids.split_at_mut(TraceId::LEN);
        trace_id.copy_from_slice(self.trace_id.as_bytes());
        span_id.copy_from_slice(self.span_id.as_bytes());
        ids
    }

    /// Returns the id of the trace.
    #[must_use]
    #[inline]
    pub const fn trace_id(self) -> TraceId {
        self.trace_id
    }

    /// Returns the id of the span that sent the message: the parent of what the receiver does.
    #[must_use]
    #[inline]
    pub const fn span_id(self) -> SpanId {
        self.span_id
    }

    /// Returns the trace flags.
    #[must_use]
    #[inline]
    pub const fn flags(self) -> TraceFlags {
        self.flags
    }

    /// Tells whether the sampled flag is set.
    #[must_use]
    #[inline]
    pub const fn is_sampled(self) -> bool {
        self.flags.is_sampled()
    }

    /// Replaces the span id: the trace as another span sees it.
    #[must_use]
    #[inline]
    pub const fn with_span_id(self, span_id: SpanId) -> Self {
        Self { span_id, ..self }
    }

    /// Replaces the trace flags.
    #[must_use]
    #[inline]
    pub const fn with_flags(self, flags: TraceFlags) -> Self {
        Self { flags, ..self }
    }
}
