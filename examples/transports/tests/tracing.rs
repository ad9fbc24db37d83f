//! The same two lines with spans of `tracing`: an async handler that waits, and sends on.

use bytes::Bytes;
use glassine::Channel;
use glassine::policy::{Rollout, Trust, Unsampled};
use glassine_opentelemetry::{Consumer, Relation, capture};
use glassine_transports::link::Link;
use glassine_transports::tcp::Tcp;
use glassine_transports::telemetry::Telemetry;
use opentelemetry::trace::SpanId;
use tracing::{Instrument, info_span, instrument, subscriber};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);

static ORDERS: Channel = Channel::new()
    .with_trust(Trust::Accept)
    .with_rollout(Rollout::On)
    .with_unsampled(Unsampled::Marker);

/// Handles an order after a while, and sends another.
#[instrument(skip_all)]
async fn pick(next: &mut Tcp, order: Bytes) {
    tokio::task::yield_now().await;
    next.send(&ORDERS, &capture(), order).await.unwrap();
}

/// place → order → pick → last: two hops, and one trace.
#[tokio::test]
async fn a_trace_goes_through_async_handlers() {
    let telemetry = Telemetry::new();
    let subscriber = registry().with(OpenTelemetryLayer::new(telemetry.tracer()));
    let _default = subscriber::set_default(subscriber);
    let (mut first, mut second) = (Tcp::open().await.unwrap(), Tcp::open().await.unwrap());

    let place = async {
        first.send(&ORDERS, &capture(), Bytes::from_static(b"order")).await.unwrap();
    };
    place.instrument(info_span!("place")).await;
    let (order, origin) = first.receive(&ORDERS).await.unwrap().into_parts();
    let span = || info_span!("order", otel.kind = "consumer");
    CONSUMER.plan([&origin]).instrument(span, pick(&mut second, order)).await;
    let (order, origin) = second.receive(&ORDERS).await.unwrap().into_parts();
    CONSUMER.plan([&origin]).in_span(|| info_span!("last"), || assert_eq!(order, "order"));

    let spans = telemetry.take();
    let mut parent = SpanId::INVALID;
    for name in ["place", "order", "pick", "last"] {
        let span = spans.iter().find(|span| span.name == name).unwrap();
        assert_eq!(span.parent_span_id, parent, "{name}");
        assert_eq!(span.span_context.trace_id(), spans[0].span_context.trace_id(), "{name}");
        parent = span.span_context.span_id();
    }
    assert_eq!(spans.len(), 4);
}
