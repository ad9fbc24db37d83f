//! The trace context.

use crate::flags::TraceFlags;
use crate::id::{SpanId, TraceId};

/// A trace context: trace id, span id of the sender, trace flags (specification section 2; W3C
/// Trace Context, *traceparent*).
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TraceContext {
    trace_id: TraceId,
    span_id: SpanId,
    flags: TraceFlags,
}

impl TraceContext {
    /// A context of these parts.
    #[must_use]
    pub const fn new(trace_id: TraceId, span_id: SpanId, flags: TraceFlags) -> Self {
        Self { trace_id, span_id, flags }
    }

    /// The id of the trace.
    #[must_use]
    pub const fn trace_id(self) -> TraceId {
        self.trace_id
    }

    /// The id of the span that sent the message: the parent of what the receiver does.
    #[must_use]
    pub const fn span_id(self) -> SpanId {
        self.span_id
    }

    /// The trace flags.
    #[must_use]
    pub const fn flags(self) -> TraceFlags {
        self.flags
    }

    /// Whether the sampled flag is set.
    #[must_use]
    pub const fn is_sampled(self) -> bool {
        self.flags.is_sampled()
    }

    /// The same trace and flags, seen from another span.
    #[must_use]
    pub const fn with_span_id(self, span_id: SpanId) -> Self {
        Self { span_id, ..self }
    }

    /// The same ids with other flags.
    #[must_use]
    pub const fn with_flags(self, flags: TraceFlags) -> Self {
        Self { flags, ..self }
    }
}
