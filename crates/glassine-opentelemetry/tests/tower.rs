//! Message services of `tower`, as an exporter sees them: the SDK's defaults.
#![cfg(feature = "tower-service_0_3")]

use std::convert::Infallible;

use bytes::Bytes;
use glassine::policy::{Rollout, Trust, Unsampled};
use glassine::{Channel, Origin, Reading, TraceContext, TraceFlags};
use glassine_opentelemetry::tower::{HandleLayer, ReceiveLayer, ReplyLayer, SendLayer};
use glassine_opentelemetry::{Consumer, Relation};
use opentelemetry::trace::{SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracer, SdkTracerProvider, SpanData};
use tower::{Service, ServiceBuilder, ServiceExt};

static ORDERS: Channel = Channel::new()
    .with_trust(Trust::Accept)
    .with_rollout(Rollout::On)
    .with_unsampled(Unsampled::Marker);

const CONTINUING: Consumer = Consumer::new().with_relation(Relation::Parent);

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn unsampled() -> TraceContext {
    sampled().with_flags(TraceFlags::from_u8(0))
}

/// The exporter forgets its spans when the last tracer is gone.
fn telemetry() -> (InMemorySpanExporter, SdkTracer) {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    (exporter, provider.tracer("test"))
}

fn itself(bytes: &mut Bytes) -> &mut Bytes {
    bytes
}

/// The message of this origin, and what comes back: the answer, and beside it what a client inside
/// the handler has sent.
fn ask(
    origin: impl Into<Origin>,
    mut service: impl Service<Bytes, Response = Bytes, Error = Infallible>,
) -> Bytes {
    let message = ORDERS.wrap(&origin.into(), Bytes::from_static(b"pick")).into_bytes();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let Ok(reply) = runtime.block_on(async { service.ready().await?.call(message).await });
    reply
}

/// Sends the order on by a client, and answers what the client has sent.
async fn forward(order: Bytes) -> Result<Bytes, Infallible> {
    assert_eq!(order, "pick");
    tokio::task::yield_now().await;
    let client = ServiceBuilder::new()
        .layer(SendLayer::new(&ORDERS, itself))
        .service_fn(|sent: Bytes| async { Ok(sent) });
    client.oneshot(order).await
}

/// The context of a reply, and that of the message that is its payload.
fn contexts(reply: &[u8]) -> [Option<TraceContext>; 2] {
    let reply = Reading::read(reply);
    let sent = Reading::read(reply.payload());
    assert_eq!(sent.payload(), b"pick");
    [reply.context(), sent.context()]
}

/// The span that continues the sampled message, and what comes from it.
fn assert_continued(spans: &[SpanData], reply: &[u8]) {
    let [span] = spans else { panic!("{spans:?}") };
    assert_eq!((&*span.name, &span.span_kind), ("handle order", &SpanKind::Consumer));
    assert_eq!(span.parent_span_id.to_bytes(), sampled().span_id().to_bytes());
    for context in contexts(reply) {
        let context = context.unwrap();
        assert_eq!(context.trace_id(), sampled().trace_id());
        assert_eq!(context.span_id().to_bytes(), span.span_context.span_id().to_bytes());
        assert!(context.is_sampled());
    }
}

/// No span, and the decision goes on.
fn assert_suppressed(spans: &[SpanData], reply: &[u8]) {
    assert!(spans.is_empty(), "{spans:?}");
    assert_eq!(contexts(reply), [None, None]);
    let reply = Reading::read(reply);
    let decisions = [reply.decision(), Reading::read(reply.payload()).decision()];
    assert_eq!(decisions, [Some(glassine::Decision::Unsampled); 2]);
}

#[test]
fn a_request_is_handled_in_the_right_span_or_in_none() {
    let asked = |origin: Origin| {
        let (exporter, tracer) = telemetry();
        let service = ServiceBuilder::new()
            .layer(ReceiveLayer::new(&ORDERS, itself))
            .layer(HandleLayer::new(CONTINUING, tracer.clone(), "handle order"))
            .layer(ReplyLayer::new(&ORDERS, itself))
            .service_fn(forward);
        let reply = ask(origin, service);
        (exporter.get_finished_spans().unwrap(), reply)
    };
    let (spans, reply) = asked(sampled().into());
    assert_continued(&spans, &reply);
    let (spans, reply) = asked(unsampled().into());
    assert_suppressed(&spans, &reply);

    // Nothing is known: a trace may start.
    let (spans, reply) = asked(Origin::default());
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(span.parent_span_id, opentelemetry::trace::SpanId::INVALID);
    let trace_ids = contexts(&reply).map(|context| context.unwrap().trace_id().to_bytes());
    assert_eq!(trace_ids, [span.span_context.trace_id().to_bytes(); 2]);
}

/// The span is current while the service is called, and not only while its future runs; and it has
/// ended when the answer is there, whoever still holds its context.
#[test]
fn a_span_is_current_in_the_call_and_ends_with_the_answer() {
    let (exporter, tracer) = telemetry();
    let mut held = None;
    let service = ServiceBuilder::new()
        .layer(ReceiveLayer::new(&ORDERS, itself))
        .layer(HandleLayer::new(CONTINUING, tracer.clone(), "handle order"))
        .service_fn(|order: Bytes| {
            held = Some(opentelemetry::Context::current());
            tracer.start("in the call");
            async { Ok(order) }
        });
    assert_eq!(ask(sampled(), service), "pick");
    let spans = exporter.get_finished_spans().unwrap();
    let [inner, handle] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((&*inner.name, &*handle.name), ("in the call", "handle order"));
    assert_eq!(inner.parent_span_id, handle.span_context.span_id());
    assert_eq!(held.unwrap().span().span_context(), &handle.span_context);
}

#[cfg(feature = "tracing")]
mod with_tracing {
    use glassine_opentelemetry::tower::InstrumentLayer;
    use tracing::{Span, info_span, subscriber};
    use tracing_opentelemetry::OpenTelemetryLayer;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::registry;

    use super::*;

    fn span(order: &Bytes) -> Span {
        info_span!("handle order", otel.kind = "consumer", len = order.len())
    }

    fn asked(origin: impl Into<Origin>) -> (Vec<SpanData>, Bytes) {
        let (exporter, tracer) = telemetry();
        let service = ServiceBuilder::new()
            .layer(ReceiveLayer::new(&ORDERS, itself))
            .layer(InstrumentLayer::new(CONTINUING, span))
            .layer(ReplyLayer::new(&ORDERS, itself))
            .service_fn(forward);
        let subscriber = registry().with(OpenTelemetryLayer::new(tracer.clone()));
        let reply = subscriber::with_default(subscriber, || ask(origin, service));
        (exporter.get_finished_spans().unwrap(), reply)
    }

    #[test]
    fn a_request_is_handled_in_the_right_span_or_in_none() {
        let (spans, reply) = asked(sampled());
        assert_continued(&spans, &reply);
        let has_len = |span: &SpanData| span.attributes.iter().any(|kv| kv.key.as_str() == "len");
        assert!(spans.iter().all(has_len));
        let (spans, reply) = asked(unsampled());
        assert_suppressed(&spans, &reply);
    }
}
