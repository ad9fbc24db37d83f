//! Each operation in a function of its own, so that callgrind counts its instructions;
//! `benches/count-instructions` does. By itself it measures nothing.

use std::collections::HashMap;
use std::hint::black_box;

use bytes::{Buf, Bytes};
use glassine::policy::Rollout;
use glassine::w3c;
use glassine::{Channel, Envelope, Origin, Reading, SpanId, TraceContext, TraceFlags, reparent};
use glassine_opentelemetry::{capture, capture_from, to_span_context};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;

static CHANNEL: Channel = Channel::new().with_rollout(Rollout::On);

/// How often each function is called: what is counted is divided by it.
const CALLS: usize = 1000;

fn main() {
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let span_id = SpanId::from_u64(7).unwrap();
    let bare = b"{\"id\":7}".repeat(8);
    let mut frame = [0; 32 + 64];
    let at = write_context(context, &mut frame);
    frame[at..].copy_from_slice(&bare);

    for _ in 0..CALLS {
        assert_eq!(read_bare(black_box(&bare)), bare);
        assert!(claims_sampled(black_box(&frame)));
        assert_eq!(read_context(black_box(&frame)).0, Some(context));
        assert_eq!(write_context(black_box(context), black_box(&mut frame)), 32);
        assert!(reparent_frame(black_box(&mut frame.clone()), span_id));
    }

    let text = context.to_traceparent().as_str().as_bytes().to_vec();
    for _ in 0..CALLS {
        assert!(traceparent_claims_sampled(black_box(&text)));
        assert_eq!(traceparent_parse(black_box(&text)), Some(context));
    }

    let payload = Bytes::from_static(b"{\"id\":7}");
    let unsampled = context.with_flags(TraceFlags::NONE);
    let origin = black_box(Origin::from(unsampled));
    let sampled = Context::new().with_remote_span_context(to_span_context(context));
    let w3c = TraceContextPropagator::new();
    let mut headers = HashMap::with_capacity(2);
    w3c_inject(&w3c, &sampled, &mut headers);
    for _ in 0..CALLS {
        send_captured(black_box(&sampled), black_box(payload.clone()));
        w3c_inject(black_box(&w3c), black_box(&sampled), &mut headers);
        assert!(receive_native(black_box(&frame)).span().span_context().is_valid());
        assert!(w3c_extract(&w3c, black_box(&headers)).span().span_context().is_valid());
    }

    let _current = Context::new().with_remote_span_context(to_span_context(unsampled)).attach();
    for _ in 0..CALLS {
        send_plain(black_box(payload.clone()));
        send_unsampled(black_box(&origin), black_box(payload.clone()));
        send_current_unsampled(black_box(payload.clone()));
        assert!(!current_is_sampled());
    }
}

#[inline(never)]
fn read_bare(bytes: &[u8]) -> &[u8] {
    Reading::read(bytes).payload()
}

#[inline(never)]
fn claims_sampled(bytes: &[u8]) -> bool {
    Reading::read(bytes).claims_sampled()
}

#[inline(never)]
fn read_context(bytes: &[u8]) -> (Option<TraceContext>, &[u8]) {
    let message = Reading::read(bytes);
    (message.context(), message.payload())
}

#[inline(never)]
fn write_context(context: TraceContext, out: &mut [u8]) -> usize {
    Envelope::new(context).encode_to_slice(out).unwrap()
}

#[inline(never)]
fn reparent_frame(frame: &mut [u8], span_id: SpanId) -> bool {
    reparent(frame, span_id).is_some()
}

#[inline(never)]
fn traceparent_claims_sampled(text: &[u8]) -> bool {
    w3c::claims_sampled(text)
}

/// What the sieve saves.
#[inline(never)]
fn traceparent_parse(text: &[u8]) -> Option<TraceContext> {
    TraceContext::from_traceparent(text).ok()
}

#[inline(never)]
fn send_plain(payload: Bytes) {
    hand_over(payload);
}

#[inline(never)]
fn send_unsampled(origin: &Origin, payload: Bytes) {
    hand_over(CHANNEL.wrap(origin, payload));
}

#[inline(never)]
fn send_current_unsampled(payload: Bytes) {
    hand_over(CHANNEL.wrap(&capture(), payload));
}

#[inline(never)]
fn send_captured(cx: &Context, payload: Bytes) {
    hand_over(CHANNEL.wrap(&capture_from(cx), payload));
}

/// The peer of `send_captured`: headers beside the payload.
#[inline(never)]
fn w3c_inject(w3c: &TraceContextPropagator, cx: &Context, headers: &mut HashMap<String, String>) {
    headers.clear();
    w3c.inject_context(cx, headers);
}

#[inline(never)]
fn receive_native(bytes: &[u8]) -> Context {
    let context = Reading::read(bytes).context().unwrap();
    Context::new().with_remote_span_context(to_span_context(context))
}

/// The peer of `receive_native`.
#[inline(never)]
fn w3c_extract(w3c: &TraceContextPropagator, headers: &HashMap<String, String>) -> Context {
    w3c.extract_with_context(&Context::new(), headers)
}

/// What OpenTelemetry takes to say as much as that.
#[inline(never)]
fn current_is_sampled() -> bool {
    Context::map_current(|cx| cx.span().span_context().is_sampled())
}

/// What a transport does with a message, and nothing more.
#[inline(always)]
fn hand_over(message: impl Buf) {
    transport(message.chunk());
}

#[inline(never)]
fn transport(bytes: &[u8]) {
    black_box(bytes);
}
