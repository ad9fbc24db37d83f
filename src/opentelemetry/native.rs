//! OpenTelemetry's contexts and Glassine's, without text between them. Works without a global propagator.

use std::string::ToString;

use super::opentelemetry::Context;
use super::opentelemetry::baggage::BaggageExt;
use super::opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use crate::{Carrier, Field, Inbound, Origin, TraceContext};

/// The span context of a remote span, with an empty tracestate. All 8 flag bits are kept. O(1), allocates nothing.
#[must_use]
pub fn to_span_context(context: TraceContext) -> SpanContext {
    span_context(context, TraceState::default())
}

/// The same with the tracestate that the carrier holds. `None` without a context. List members that break W3C's grammar are left out; the context never is. Allocates for a tracestate.
#[must_use]
pub fn to_span_context_with_tracestate(carrier: Carrier<'_>) -> Option<SpanContext> {
    Some(span_context(carrier.context()?, tracestate(carrier)))
}

pub(super) fn tracestate(carrier: Carrier<'_>) -> TraceState {
    let members = carrier.tracestate_members().map(|member| (member.key(), member.value()));
    TraceState::from_key_value(members).unwrap_or_default()
}

/// The context of a span. `None` if it is not valid. O(1), allocates nothing.
#[must_use]
pub fn from_span_context(span_context: &SpanContext) -> Option<TraceContext> {
    let trace_id = crate::TraceId::from_bytes(span_context.trace_id().to_bytes())?;
    let span_id = crate::SpanId::from_bytes(span_context.span_id().to_bytes())?;
    let flags = crate::TraceFlags::from_bits(span_context.trace_flags().to_u8());
    Some(TraceContext::new(trace_id, span_id, flags))
}

/// The origin of a message that is sent now: [`capture_from`] OpenTelemetry's current context. A `tracing` span is in it while it is entered. Of a span that
/// is not sampled it costs about as much as OpenTelemetry takes to find it.
#[must_use]
#[inline]
pub fn capture() -> Origin {
    Context::map_current(capture_from)
}

/// The origin of a message that is sent within a context: that of its span if it is sampled, with tracestate, baggage, and the fields of the message that is being handled
/// ([`with_origin`]), which go out again without having been parsed. Of a span that is not sampled, the decision is kept and nothing else.
///
/// Without any of these fields it allocates nothing.
#[must_use]
#[inline]
pub fn capture_from(cx: &Context) -> Origin {
    let span = cx.span();
    let span_context = span.span_context();
    if span_context.is_sampled() {
        return capture_sampled(cx, span_context);
    }
    let is_decided =
        span_context.is_valid() || handled(cx).is_some_and(|origin| origin.inbound() == Inbound::DoNotStart);
    Origin::new(if is_decided { Inbound::DoNotStart } else { Inbound::Nothing })
}

#[inline(never)]
fn capture_sampled(cx: &Context, span_context: &SpanContext) -> Origin {
    let Some(context) = from_span_context(span_context) else { return Origin::default() };
    let origin = handled(cx).map_or_else(|| context.into(), |origin| origin.followed_by(context));
    let tracestate = span_context.trace_state().header();
    let baggage = cx.baggage();
    if tracestate.is_empty() && baggage.is_empty() {
        return origin;
    }
    let baggage = baggage.to_string();
    let tracestate = Some(tracestate.as_str()).filter(|text| !text.is_empty()).map(Field::Tracestate);
    let baggage = Some(baggage.as_str()).filter(|text| !text.is_empty()).map(Field::Baggage);
    match (tracestate, baggage) {
        (Some(tracestate), Some(baggage)) => origin.with_fields(&[tracestate, baggage]),
        (one, other) => origin.with_fields(one.or(other).as_slice()),
    }
}

/// The context in which a message is handled: messages that are sent within it carry the fields of this one on, unparsed, and stand for as many. The span is not changed. Without
/// fields, a weight or a decision against a trace, it is a clone; otherwise it allocates.
///
/// Baggage is carried on as it came, and is not put into OpenTelemetry's own: a `BaggagePropagator` that extracts from a [`TextMapExtractor`](crate::TextMapExtractor) does that, and what it
/// finds replaces what was carried.
#[must_use]
pub fn with_origin(cx: &Context, origin: &Origin) -> Context {
    let is_plain = !origin.has_fields() && origin.weight().is_none() && origin.inbound() != Inbound::DoNotStart;
    if is_plain { cx.clone() } else { cx.with_value(Handled(origin.clone())) }
}

/// The origin of the message that is being handled, as a value of the context.
#[derive(Debug)]
struct Handled(Origin);

fn handled(cx: &Context) -> Option<&Origin> {
    cx.get::<Handled>().map(|Handled(origin)| origin)
}

pub(super) fn span_context(context: TraceContext, tracestate: TraceState) -> SpanContext {
    SpanContext::new(
        TraceId::from_bytes(context.trace_id().to_bytes()),
        SpanId::from_bytes(context.span_id().to_bytes()),
        TraceFlags::new(context.flags().bits()),
        true,
        tracestate,
    )
}
