//! What an application sees that has another release of OpenTelemetry than this crate: the check
//! that its documentation recommends fails, and nothing else does.

use another_release::trace as another;
use another_release::trace::TraceContextExt as _;
use glassine::{Origin, TraceContext};
use glassine_opentelemetry::{capture, to_span_context};
use opentelemetry::trace::TraceContextExt;

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

/// Every release has a current context of its own.
#[test]
fn the_current_context_of_another_release_is_not_seen() {
    let probe = || capture().context().is_some();
    let span_context = another::SpanContext::new(
        another_release::TraceId::from_bytes(sampled().trace_id().to_bytes()),
        another_release::SpanId::from_bytes(sampled().span_id().to_bytes()),
        another_release::TraceFlags::SAMPLED,
        false,
        another::TraceState::NONE,
    );
    let cx = another_release::Context::new().with_remote_span_context(span_context);
    let _current = cx.attach();
    another_release::Context::map_current(|cx| {
        assert!(cx.span().span_context().is_sampled(), "to the application it is there");
    });
    assert_eq!(capture(), Origin::default());
    assert!(!probe(), "a test of the application fails here");

    // The control: of the right release, within the same surroundings.
    let cx = opentelemetry::Context::new().with_remote_span_context(to_span_context(sampled()));
    let _current = cx.attach();
    assert!(probe());
}
