//! `Debug` is for logs: it shows lengths and ids, never payload or fields.

use glassine::{Field, Origin, TraceContext};
use glassine_opentelemetry::{Consumer, TextMapExtractor, TextMapInjector};

#[test]
fn debug_keeps_fields_to_itself() {
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let fields = [Field::Baggage("user=secret"), Field::Tracestate("vendor=secret")];
    let origin = Origin::from(context).with_fields(&fields);
    let mut injector = TextMapInjector::new();
    injector.set("b3", "secret");
    let extractor = TextMapExtractor::from(&origin);
    let plan = Consumer::new().plan([&origin]);
    let shown = format!("{injector:?} {extractor:?} {plan:?}");
    assert!(!shown.contains("secret") && !shown.contains("115, 101"), "{shown}");
    assert!(shown.contains("4bf92f3577b34da6a3ce929d0e0e4736"), "{shown}");
}
