//! OpenTelemetry's SDK, with an exporter that keeps the spans, and messages that are sent and
//! handled in spans.

use std::time::Duration;

use bytes::Bytes;
use glassine::Channel;
use glassine_opentelemetry::{Consumer, Relation, capture_from};
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags, Tracer, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracer, SdkTracerProvider, SpanData};
use tokio::time::timeout;

use crate::error::Error;
use crate::link::Link;

const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);

/// How long a message may be under way.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Telemetry {
    provider: SdkTracerProvider,
    exporter: InMemorySpanExporter,
}

impl Telemetry {
    #[expect(clippy::new_without_default, reason = "there is nothing default about it")]
    pub fn new() -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        Self { provider, exporter }
    }

    pub fn tracer(&self) -> SdkTracer {
        self.provider.tracer("transports")
    }

    /// The spans that have ended since this was asked before, in that order.
    pub fn take(&self) -> Vec<SpanData> {
        let spans = self.exporter.get_finished_spans().unwrap_or_default();
        self.exporter.reset();
        spans
    }

    /// Sends a message within a span `send`; if the trace was decided against, there is none.
    pub async fn send(
        &self,
        link: &mut impl Link,
        channel: &Channel,
        is_sampled: bool,
        payload: Bytes,
    ) -> Result<(), Error> {
        let surroundings = if is_sampled { Context::new() } else { decided_against() };
        let span = self.tracer().start_with_context("send", &surroundings);
        let cx = surroundings.with_span(span);
        let sent = timeout(PATIENCE, link.send(channel, &capture_from(&cx), payload)).await;
        cx.span().end();
        sent?
    }

    /// Receives a message and handles it, within a span `handle` if there is to be one: gives the
    /// payload.
    pub async fn receive(&self, link: &mut impl Link, channel: &Channel) -> Result<Bytes, Error> {
        let received = timeout(PATIENCE, link.receive(channel)).await??;
        let (payload, origin) = received.into_parts();
        CONSUMER.plan([&origin]).handle(&self.tracer(), "handle", || Ok(payload))
    }
}

/// The surroundings of a trace that its first service has not sampled.
pub fn decided_against() -> Context {
    let ids = (7_u128.into(), 7_u64.into());
    let parent = SpanContext::new(ids.0, ids.1, TraceFlags::NOT_SAMPLED, true, Default::default());
    Context::new().with_remote_span_context(parent)
}
