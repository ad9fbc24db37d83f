//! OpenTelemetry's SDK, with an exporter that keeps the spans.

use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TracerProvider,
};
use opentelemetry_sdk::trace::{
    IdGenerator, InMemorySpanExporter, SdkTracer, SdkTracerProvider, SpanData,
};

pub struct Telemetry {
    provider: SdkTracerProvider,
    exporter: InMemorySpanExporter,
}

impl Telemetry {
    /// Ids come from the seed, so that a run can be repeated.
    pub fn new(seed: u64) -> Self {
        let exporter = InMemorySpanExporter::default();
        let ids = SeededIds(AtomicU64::new(seed));
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .with_id_generator(ids)
            .build();
        Self { provider, exporter }
    }

    pub fn tracer(&self) -> SdkTracer {
        self.provider.tracer("applications")
    }

    /// The spans that have ended since this was asked before.
    pub fn take(&self) -> Vec<SpanData> {
        let spans = self.exporter.get_finished_spans().unwrap_or_default();
        self.exporter.reset();
        spans
    }
}

/// The surroundings of a trace that its first service has not sampled.
pub fn decided_against() -> Context {
    let (trace, span) = (7_u128.into(), 7_u64.into());
    let parent = SpanContext::new(trace, span, TraceFlags::NOT_SAMPLED, true, Default::default());
    Context::new().with_remote_span_context(parent)
}

/// SplitMix64.
#[derive(Debug)]
struct SeededIds(AtomicU64);

impl SeededIds {
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl IdGenerator for SeededIds {
    fn new_trace_id(&self) -> TraceId {
        TraceId::from(u128::from(self.next()) << 64 | u128::from(self.next()))
    }

    fn new_span_id(&self) -> SpanId {
        SpanId::from(self.next())
    }
}
