//! Where a message that is sent now comes from: OpenTelemetry's current context, and the message
//! that is being handled in it. Works without a global propagator.

use glassine::policy::{Capture, Propagation};
use glassine::{Field, Origin};
use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanContext, TraceContextExt};

use crate::span_context::from_span_context;

/// OpenTelemetry's current context, as the tracer of channel ends that capture by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a name for a tracer: there is nothing in it")]
pub struct CurrentContext;

/// [`capture`].
impl Capture for CurrentContext {
    fn capture() -> Origin {
        capture()
    }
}

/// The origin of a message that is sent now: [`capture_from`] OpenTelemetry's current context. A
/// `tracing` span is in it while it is entered. Of a span that is not sampled it costs about as
/// much as OpenTelemetry takes to find it.
#[must_use]
#[inline]
pub fn capture() -> Origin {
    Context::map_current(capture_from)
}

/// The origin of a message that is sent within a context: that of its span if it is sampled, with
/// tracestate, baggage, and the fields of the message that is being handled ([`with_origin`]),
/// which go out again without having been parsed. Of a span that is not sampled, the decision is
/// kept and nothing else.
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
    let is_decided = span_context.is_valid()
        || handled(cx).is_some_and(|origin| origin.propagation() == Propagation::Suppress);
    Origin::new(if is_decided { Propagation::Suppress } else { Propagation::Unknown })
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
    let tracestate =
        Some(tracestate.as_str()).filter(|text| !text.is_empty()).map(Field::Tracestate);
    let baggage = Some(baggage.as_str()).filter(|text| !text.is_empty()).map(Field::Baggage);
    match (tracestate, baggage) {
        (Some(tracestate), Some(baggage)) => origin.with_fields(&[tracestate, baggage]),
        (one, other) => origin.with_fields(one.or(other).as_slice()),
    }
}

/// The context in which a message is handled: messages that are sent within it carry the fields of
/// this one on, unparsed, and stand for as many. The span is not changed. Without fields, a weight
/// or a decision against a trace, it is a clone; otherwise it allocates.
///
/// Baggage is carried on as it came, and is not put into OpenTelemetry's own: a `BaggagePropagator`
/// that extracts from a [`TextMapExtractor`](crate::TextMapExtractor) does that, and what it finds
/// replaces what was carried.
#[must_use]
pub fn with_origin(cx: &Context, origin: &Origin) -> Context {
    let is_plain = !origin.has_fields()
        && origin.weight().is_none()
        && origin.propagation() != Propagation::Suppress;
    if is_plain { cx.clone() } else { cx.with_value(Handled(origin.clone())) }
}

/// The origin of the message that is being handled, as a value of the context.
#[derive(Debug)]
struct Handled(Origin);

fn handled(cx: &Context) -> Option<&Origin> {
    cx.get::<Handled>().map(|Handled(origin)| origin)
}
