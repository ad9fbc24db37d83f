//! OpenTelemetry's span contexts and Glassine's, without text between them.

use glassine::{Carrier, TraceContext};
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use crate::tracestate;

/// Makes the span context of a remote span, with an empty tracestate. All 8 flag bits are kept.
/// O(1), allocates nothing.
#[must_use]
#[inline]
pub fn to_span_context(context: TraceContext) -> SpanContext {
    span_context(context, TraceState::default())
}

/// Makes the span context of a remote span, with the tracestate that the carrier holds. `None`
/// without a context. List members that break W3C's grammar, or that OpenTelemetry refuses, are
/// left out one by one; the context never is. Allocates for a tracestate.
#[must_use]
pub fn to_span_context_with_tracestate(carrier: Carrier<'_>) -> Option<SpanContext> {
    let tracestate = tracestate::from_text(carrier.tracestate().unwrap_or_default());
    Some(span_context(carrier.context()?, tracestate))
}

/// Takes the context of a span. `None` if it is not valid. O(1), allocates nothing.
#[must_use]
#[inline]
pub fn from_span_context(span_context: &SpanContext) -> Option<TraceContext> {
    let trace_id = glassine::TraceId::from_bytes(span_context.trace_id().to_bytes())?;
    let span_id = glassine::SpanId::from_bytes(span_context.span_id().to_bytes())?;
    let flags = glassine::TraceFlags::from_u8(span_context.trace_flags().to_u8());
    Some(TraceContext::new(trace_id, span_id, flags))
}

#[inline]
pub(crate) fn span_context(context: TraceContext, tracestate: TraceState) -> SpanContext {
    SpanContext::new(
        TraceId::from_bytes(context.trace_id().to_bytes()),
        SpanId::from_bytes(context.span_id().to_bytes()),
        TraceFlags::new(context.flags().to_u8()),
        true,
        tracestate,
    )
}

/// The context that suppresses spans where a message has said no ids: valid, not sampled. Samplers
/// that compare ids with a threshold and do not go by the parent refuse it at every rate below one.
pub(crate) const MADE_UP: TraceContext = TraceContext::new(
    glassine::TraceId::from_u128(u128::MAX).unwrap(),
    glassine::SpanId::from_u64(u64::MAX).unwrap(),
    glassine::TraceFlags::NONE,
);

pub(crate) fn is_made_up(context: TraceContext) -> bool {
    context.trace_id() == MADE_UP.trace_id()
}
