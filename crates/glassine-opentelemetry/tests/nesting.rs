//! What the context of a handled message holds: its own message, and nothing of those before it.

use glassine::{Field, Origin, TraceContext};
use glassine_opentelemetry::{Consumer, Relation, with_origin};
use opentelemetry::Context;
use opentelemetry::trace::{Tracer, TracerProvider, mark_span_as_active};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

fn sampled() -> Origin {
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    context.into()
}

/// Messages that say something besides their context, so that they are values of theirs.
fn with_fields() -> [Origin; 2] {
    let weighed = sampled().fanned_out(10.try_into().unwrap());
    [sampled().with_fields(&[Field::Baggage("tenant=7")]), weighed]
}

/// A message whose handler starts the task of the next, with its context, and so on, 200,000 times,
/// on a stack of 64 KiB: a chain of contexts would be dropped by recursion.
#[test]
fn contexts_are_no_chain() {
    for origin in with_fields() {
        let handle_all = move || {
            let mut cx = Context::new();
            for _ in 0..200_000 {
                cx = with_origin(&cx, &origin);
            }
        };
        let thread = std::thread::Builder::new().stack_size(64 << 10).spawn(handle_all);
        thread.unwrap().join().unwrap();
    }
}

/// The span of the surroundings ends when it is dropped, though a task that a handler has started
/// still holds the handler's context.
#[test]
fn the_surroundings_span_is_not_held() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let tracer = provider.tracer("test");
    for origin in with_fields() {
        let plan = Consumer::new().with_relation(Relation::Parent).plan([&origin]);
        let held = {
            let _worker = mark_span_as_active(tracer.start("worker"));
            plan.handle(&tracer, "handle", Context::current)
        };
        let spans = exporter.get_finished_spans().unwrap();
        let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
        assert_eq!(names, ["handle", "worker"]);
        drop(held);
        exporter.reset();
    }
}
