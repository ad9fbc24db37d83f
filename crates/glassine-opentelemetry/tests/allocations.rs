//! What costs no allocation, counted.

use allocation_counter::measure;
use glassine::policy::Propagation;
use glassine::{Field, Origin, TraceContext, TraceFlags};
use glassine_opentelemetry::{Consumer, Relation, TextMapExtractor, capture_from, to_span_context};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

fn context() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

/// Runs `what`, which allocates nothing.
fn allocates_nothing<T>(what: impl FnOnce() -> T) -> T {
    let mut result = None;
    let info = measure(|| result = Some(what()));
    assert_eq!(info.count_total, 0);
    result.unwrap()
}

#[test]
fn allocations_are_counted() {
    assert_eq!(measure(|| drop(std::hint::black_box(Box::new(7)))).count_total, 1);
}

#[test]
fn reading_a_text_map_allocates_nothing() {
    let fields = [Field::Tracestate("congo=t61r"), Field::TextMap { key: "b3", value: "0" }];
    let origin = Origin::from(context()).with_fields(&fields);
    let extractor = allocates_nothing(|| TextMapExtractor::from(&origin));
    for key in ["traceparent", "Tracestate", "baggage", "B3"] {
        allocates_nothing(|| extractor.get(key).is_some());
    }
}

#[test]
fn capturing_a_context_without_fields_allocates_nothing() {
    allocates_nothing(|| to_span_context(context()));
    for context in [context(), context().with_flags(TraceFlags::NONE)] {
        let cx = Context::new().with_remote_span_context(to_span_context(context));
        allocates_nothing(|| capture_from(&cx));
    }
}

/// The figures that `Plan::context` states.
#[test]
fn the_context_of_a_plan_allocates_what_is_said() {
    let count = |origin: &Origin| {
        let plan = Consumer::new().with_relation(Relation::Parent).plan([origin]);
        let _ = plan.context(&Context::new());
        measure(|| drop(plan.context(&Context::new()))).count_total
    };
    assert_eq!(count(&Origin::default()), 0);
    assert_eq!(count(&context().into()), 1);
    assert_eq!(count(&context().with_flags(TraceFlags::NONE).into()), 1);
    assert_eq!(count(&Origin::new(Propagation::Suppress)), 4);
    let fields = [Field::Baggage("tenant=7"), Field::Tracestate("a=b")];
    let fields = count(&Origin::from(context()).with_fields(&fields));
    assert!((8..=14).contains(&fields), "{fields}");
}
