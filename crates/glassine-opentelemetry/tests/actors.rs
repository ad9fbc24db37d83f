//! Actors that send to themselves: `examples/cookbook/self-sending-actors.md`.

use std::collections::BTreeSet;

use glassine::{Origin, TraceContext, TraceFlags, Traced};
use glassine_opentelemetry::{Consumer, Relation, capture};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider, SpanData};

const STEPS: usize = 1_000;

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn step_before() -> Origin {
    capture().as_link()
}

/// The spans of an order and of the messages that its actor sends to itself, one for each step.
fn handled(
    sampler: Sampler,
    order: Origin,
    steps: usize,
    relation: Relation,
    sends: fn() -> Origin,
) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .with_sampler(Sampler::ParentBased(Box::new(sampler)))
        .build();
    let tracer = provider.tracer("actor");
    let consumer = Consumer::new().with_relation(relation);
    let mut mailbox = vec![Traced::new(steps, order)];
    while let Some(traced) = mailbox.pop() {
        let (left, origin) = traced.into_parts();
        consumer.plan([&origin]).handle(&tracer, "step", || {
            if left > 0 {
                mailbox.push(Traced::new(left - 1, sends()));
            }
        });
    }
    exporter.get_finished_spans().unwrap()
}

fn traces(spans: &[SpanData]) -> usize {
    spans.iter().map(|span| span.span_context.trace_id().to_bytes()).collect::<BTreeSet<_>>().len()
}

/// What every example of a single request shows makes one trace of all steps, each the child of the
/// one before.
#[test]
fn a_parent_makes_one_trace_without_an_end() {
    let order = sampled().into();
    let spans = handled(Sampler::AlwaysOn, order, STEPS, Relation::Parent, capture);
    assert_eq!((spans.len(), traces(&spans)), (STEPS + 1, 1));
    let is_child = |pair: &[SpanData]| pair[1].parent_span_id == pair[0].span_context.span_id();
    assert!(spans.windows(2).all(is_child));
}

/// The way out: each step is a trace of its own, and links to the step before. The order itself is
/// continued.
#[test]
fn a_link_makes_a_trace_of_each_step() {
    let order = sampled().into();
    let spans = handled(Sampler::AlwaysOn, order, STEPS, Relation::Parent, step_before);
    assert_eq!((spans.len(), traces(&spans)), (STEPS + 1, STEPS + 1));
    assert_eq!(spans[0].span_context.trace_id().to_bytes(), sampled().trace_id().to_bytes());
    for pair in spans.windows(2) {
        let [link] = &pair[1].links.links[..] else { panic!("{:?}", pair[1].links) };
        assert_eq!(link.span_context.span_id(), pair[0].span_context.span_id());
    }
}

/// The local sampler decides about each step, also after an order that is not sampled: n = 10,000
/// at a rate of 1 in 10: 1,000 are expected, 6 sigma are 180. Ids are the SDK's own.
///
/// The control is `Relation::Link` for what was captured: the first step that is not sampled
/// suppresses all that follow. That a hundred in a row are sampled has a chance of 10⁻¹⁰⁰.
#[test]
fn a_link_decides_nothing_about_the_next_step() {
    let tenth = || Sampler::TraceIdRatioBased(0.1);
    let unsampled = sampled().with_flags(TraceFlags::NONE);
    for order in [sampled(), unsampled] {
        let spans = handled(tenth(), order.into(), 10_000, Relation::Link, step_before);
        assert!((820..=1_180).contains(&spans.len()), "{}", spans.len());
        let control = handled(tenth(), order.into(), 10_000, Relation::Link, capture);
        assert!(control.len() < 100, "{}", control.len());
    }
}

/// The other way out: what is sent bare is a root of its own, and refers to nothing.
#[test]
fn a_bare_message_starts_anew() {
    let order = sampled().into();
    let spans = handled(Sampler::AlwaysOn, order, STEPS, Relation::Parent, Origin::default);
    assert_eq!((spans.len(), traces(&spans)), (STEPS + 1, STEPS + 1));
    assert!(spans.iter().all(|span| span.links.is_empty()));
}
