//! How long reading and writing take, beside two ways of sending a context without Glassine.
//! `README.md` has the results.
//!
//! The peers:
//!
//! - `w3c-text-map`: OpenTelemetry's `TraceContextPropagator` over a `HashMap<String, String>`, as
//!   a transport with headers would have it. It never sees the payload, so what is measured is the
//!   context alone.
//! - `messagepack`: an envelope `{traceparent, payload}` as a MessagePack map, by rmp-serde, read
//!   with both fields borrowed.
#![allow(missing_docs, reason = "criterion's macros make a public function")]

use std::collections::HashMap;
use std::hint::black_box;

use bytes::{BufMut, Bytes, BytesMut};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use glassine::{Envelope, Reading, SharedReading, TraceContext, Wrapped};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use serde::{Deserialize, Serialize, Serializer};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// 64 B, 1 KiB, 64 KiB.
const PAYLOADS: [usize; 3] = [64, 1024, 65_536];

criterion_group!(benches, read_bare, claims_sampled, context, write);
criterion_main!(benches);

/// A message without a context: what every message of the old program costs.
fn read_bare(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read-bare");
    group.throughput(Throughput::Elements(1));
    for len in PAYLOADS {
        let bare = payload(len);
        group.bench_function(BenchmarkId::new("glassine", len), |b| {
            b.iter(|| Reading::read(black_box(&bare)).payload());
        });
        let shared = Bytes::from(bare.clone());
        group.bench_function(BenchmarkId::new("glassine-shared", len), |b| {
            // With a reference counted up and down, as a receiver that keeps the buffer does.
            b.iter(|| SharedReading::read(black_box(&shared).clone()).into_payload());
        });
        let propagator = TraceContextPropagator::new();
        let headers = HashMap::new();
        group.bench_function(BenchmarkId::new("w3c-text-map", len), |b| {
            b.iter(|| propagator.extract(black_box(&headers)));
        });
        let packed = pack(None, &bare);
        group.bench_function(BenchmarkId::new("messagepack", len), |b| {
            b.iter(|| unpack(black_box(&packed)).payload)
        });
    }
    group.finish();
}

/// Whether a frame claims to be sampled: what a receiver asks before anything else.
fn claims_sampled(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("claims-sampled");
    group.throughput(Throughput::Elements(1));
    for len in PAYLOADS {
        let frame = Envelope::new(our_context()).encode_to_vec(&payload(len)).unwrap();
        group.bench_function(BenchmarkId::new("glassine", len), |b| {
            b.iter(|| Reading::read(black_box(&frame)).claims_sampled());
        });
        let propagator = TraceContextPropagator::new();
        let headers = HashMap::from([("traceparent".to_owned(), TRACEPARENT.to_owned())]);
        group.bench_function(BenchmarkId::new("w3c-text-map", len), |b| {
            b.iter(|| propagator.extract(black_box(&headers)).span().span_context().is_sampled());
        });
        let packed = pack(Some(TRACEPARENT), &payload(len));
        group.bench_function(BenchmarkId::new("messagepack", len), |b| {
            // The cheapest way there is: the last digit, without looking at the others.
            b.iter(|| {
                unpack(black_box(&packed))
                    .traceparent
                    .is_some_and(|text| text.as_bytes()[54] & 1 == 1)
            });
        });
    }
    group.finish();
}

/// Context and payload of a sampled frame.
fn context(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("context");
    group.throughput(Throughput::Elements(1));
    for len in PAYLOADS {
        let frame = Envelope::new(our_context()).encode_to_vec(&payload(len)).unwrap();
        group.bench_function(BenchmarkId::new("glassine", len), |b| {
            b.iter(|| {
                let message = Reading::read(black_box(&frame));
                (message.context(), message.payload())
            });
        });
        let propagator = TraceContextPropagator::new();
        let headers = HashMap::from([("traceparent".to_owned(), TRACEPARENT.to_owned())]);
        group.bench_function(BenchmarkId::new("w3c-text-map", len), |b| {
            b.iter(|| propagator.extract(black_box(&headers)).span().span_context().clone());
        });
        let packed = pack(Some(TRACEPARENT), &payload(len));
        group.bench_function(BenchmarkId::new("messagepack", len), |b| {
            b.iter(|| {
                let envelope = unpack(black_box(&packed));
                // Our own parser of the text, which is the same for both.
                let context = envelope
                    .traceparent
                    .map(|text| TraceContext::from_traceparent(text.as_bytes()));
                (context, envelope.payload)
            });
        });
    }
    group.finish();
}

/// A context in front of a payload. What copies the payload is counted in bytes, what does not in
/// messages.
fn write(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    for len in PAYLOADS {
        let payload = payload(len);
        let shared = Bytes::from(payload.clone());
        let envelope = Envelope::new(our_context());

        group.throughput(Throughput::Elements(1));
        let mut slice = [0; 64];
        group.bench_function(BenchmarkId::new("glassine-envelope-to-slice", len), |b| {
            b.iter(|| black_box(envelope).encode_to_slice(black_box(&mut slice)));
        });
        group.bench_function(BenchmarkId::new("glassine-frame", len), |b| {
            b.iter(|| Wrapped::new(black_box(our_context()).into(), shared.clone()));
        });
        let propagator = TraceContextPropagator::new();
        let context = opentelemetry::Context::new().with_remote_span_context(their_context());
        group.bench_function(BenchmarkId::new("w3c-text-map", len), |b| {
            b.iter(|| {
                let mut headers = HashMap::new();
                propagator.inject_context(black_box(&context), &mut headers);
                headers
            });
        });

        group.throughput(Throughput::Bytes(len as u64));
        let mut slice = vec![0; len + 64];
        group.bench_function(BenchmarkId::new("glassine-slice", len), |b| {
            b.iter(|| {
                let at = black_box(envelope).encode_to_slice(&mut slice).unwrap();
                slice[at..at + len].copy_from_slice(black_box(&payload));
                black_box(&slice);
            });
        });
        let mut buffer = BytesMut::with_capacity(len + 64);
        group.bench_function(BenchmarkId::new("glassine-bytes-mut", len), |b| {
            b.iter(|| {
                buffer.clear();
                black_box(envelope).encode(&mut buffer).unwrap();
                buffer.put_slice(black_box(&payload));
                black_box(&buffer);
            });
        });
        let mut packed = Vec::with_capacity(len + 128);
        group.bench_function(BenchmarkId::new("messagepack", len), |b| {
            b.iter(|| {
                packed.clear();
                let text = black_box(our_context()).to_traceparent();
                pack_into(&mut packed, Some(text.as_str()), black_box(&payload));
                black_box(&packed);
            });
        });
    }
    group.finish();
}

/// JSON-like: the first byte is not the magic byte.
fn payload(len: usize) -> Vec<u8> {
    b"{\"id\":7}".iter().copied().cycle().take(len).collect()
}

fn our_context() -> TraceContext {
    TRACEPARENT.parse().unwrap()
}

fn their_context() -> SpanContext {
    let trace_id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
    let span_id = SpanId::from_hex("00f067aa0ba902b7").unwrap();
    SpanContext::new(trace_id, span_id, TraceFlags::SAMPLED, true, TraceState::NONE)
}

/// The envelope that one would write without Glassine.
#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    traceparent: Option<&'a str>,
    #[serde(serialize_with = "as_bytes")]
    payload: &'a [u8],
}

/// Without this, serde writes an array of numbers, which is slower and longer.
fn as_bytes<S: Serializer>(payload: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(payload)
}

fn pack(traceparent: Option<&str>, payload: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    pack_into(&mut packed, traceparent, payload);
    packed
}

fn pack_into(out: &mut Vec<u8>, traceparent: Option<&str>, payload: &[u8]) {
    let mut serializer = rmp_serde::Serializer::new(out).with_struct_map();
    Packed { traceparent, payload }.serialize(&mut serializer).unwrap();
}

fn unpack(packed: &[u8]) -> Packed<'_> {
    rmp_serde::from_slice(packed).unwrap()
}
