//! Spans of `tracing` that refer to messages, as an exporter sees them.
#![cfg(feature = "tracing")]

use glassine::policy::Propagation;
use glassine::{Origin, SpanId, TraceContext};
use tracing::{info_span, subscriber};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use glassine_opentelemetry::{Consumer, Plan, Relation, capture};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing_opentelemetry::{OpenTelemetryLayer, SetParentError};

const CONTINUING: Consumer = Consumer::new().with_relation(Relation::Parent);

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn exported(f: impl FnOnce()) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = OpenTelemetryLayer::new(provider.tracer("test"));
    subscriber::with_default(registry().with(layer), f);
    exporter.get_finished_spans().unwrap()
}

#[test]
fn a_span_continues_a_message_and_messages_continue_the_span() {
    let mut sent = Origin::default();
    let spans = exported(|| {
        let span = info_span!("handle");
        CONTINUING.plan([&sampled().into()]).unwrap().apply_to(&span).unwrap();
        sent = span.in_scope(capture);
    });
    assert_eq!(spans[0].span_context.trace_id().to_bytes(), sampled().trace_id().to_bytes());
    assert_eq!(spans[0].parent_span_id.to_bytes(), sampled().span_id().to_bytes());
    let context = sent.context().unwrap();
    assert_eq!(context.trace_id(), sampled().trace_id());
    assert_eq!(context.span_id().to_bytes(), spans[0].span_context.span_id().to_bytes());
}

#[test]
fn a_span_links_to_messages() {
    let origins =
        [sampled(), sampled().with_span_id(SpanId::from_u64(8).unwrap())].map(Origin::from);
    let spans = exported(|| {
        let span = info_span!("handle");
        Consumer::new().with_max_links(1).plan(&origins).unwrap().apply_to(&span).unwrap();
        span.in_scope(|| ());
    });
    assert_ne!(spans[0].span_context.trace_id().to_bytes(), sampled().trace_id().to_bytes());
    let links: Vec<_> =
        spans[0].links.iter().map(|link| link.span_context.span_id().to_bytes()).collect();
    assert_eq!(links, [sampled().span_id().to_bytes()]);
    assert!(spans[0].attributes.iter().any(|kv| kv.key.as_str() == Plan::LINKS_LEFT_OUT));
}

/// A span that links stays the child of the span that surrounds it.
#[test]
fn a_link_does_not_take_the_parent_away() {
    let spans = exported(|| {
        let outer = info_span!("outer");
        let span = info_span!(parent: &outer, "handle");
        Consumer::new().plan([&sampled().into()]).unwrap().apply_to(&span).unwrap();
        span.in_scope(|| ());
    });
    let [handle, outer] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(handle.parent_span_id, outer.span_context.span_id());
    assert_eq!(handle.links.len(), 1);
    let counts_left_out =
        handle.attributes.iter().any(|kv| kv.key.as_str() == Plan::LINKS_LEFT_OUT);
    assert!(!counts_left_out, "nothing was left out");
}

#[test]
fn what_the_message_carried_goes_on() {
    let origin = Origin::from(sampled()).fanned_out(10.try_into().unwrap());
    let spans = exported(|| {
        let span = info_span!("handle");
        CONTINUING.plan([&origin]).unwrap().apply_to(&span).unwrap();
        assert_eq!(span.in_scope(capture).weight(), origin.weight());
    });
    assert!(spans[0].attributes.iter().any(|kv| kv.key.as_str() == Plan::FAN_OUT_WEIGHT));
}

#[test]
fn the_error_is_not_lost() {
    let plan = CONTINUING.plan([&sampled().into()]).unwrap();
    exported(|| {
        let span = info_span!("entered");
        let _entered = span.enter();
        assert!(matches!(plan.apply_to(&span), Err(SetParentError::AlreadyStarted)));
    });
    subscriber::with_default(registry(), || {
        assert!(matches!(
            plan.apply_to(&info_span!("no layer")),
            Err(SetParentError::LayerNotFound)
        ));
    });
    assert!(matches!(
        plan.apply_to(&info_span!("no subscriber")),
        Err(SetParentError::SpanDisabled)
    ));
}

#[test]
fn a_decision_against_a_trace_is_no_plan() {
    assert!(CONTINUING.plan([&Origin::new(Propagation::Suppress)]).is_none());
}
