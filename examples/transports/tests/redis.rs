//! What is special about Redis: one copy for many subscribers, and entries with fields.

use bytes::Bytes;
use futures_util::StreamExt;
use glassine::policy::{FanOut, Rollout, Trust, fan_out_selects};
use glassine::{Channel, SpanId, TraceContext, TraceFlags, TraceId};
use glassine_transports::link::Link;
use glassine_transports::redis_pubsub::RedisPubSub;
use glassine_transports::redis_stream::RedisStream;
use glassine_transports::telemetry::Telemetry;
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, Tracer};

const SUBSCRIBERS: u32 = 100;
const MESSAGES: u64 = 40;

/// One copy for 100 subscribers, of whom one in ten records: those whose name says so, and the
/// weights add up to what was sent. n = 4,000 receptions, trace ids from the seeds 1 to 40, at most
/// five standard deviations of the sum (3 · √4,000 each).
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "redis-server is not installed: examples/transports/install")]
async fn one_copy_for_many_subscribers() {
    let channel = Channel::new().with_trust(Trust::Accept).with_rollout(Rollout::On);
    let mut link = RedisPubSub::open().await.unwrap();
    link.subscribers = SUBSCRIBERS;
    let mut subscribers = Vec::new();
    for number in 0..SUBSCRIBERS {
        subscribers.push((number.to_be_bytes(), link.subscribe().await.unwrap()));
    }
    let one_in = FanOut::DEFAULT.one_in(SUBSCRIBERS);
    assert_eq!(one_in.get(), 10);

    let mut sum = 0;
    for seed in 1..=MESSAGES {
        let trace_id = u128::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        let trace_id = TraceId::from_bytes(trace_id.to_be_bytes()).unwrap();
        let context =
            TraceContext::new(trace_id, SpanId::from_u64(seed).unwrap(), TraceFlags::SAMPLED);
        let payload = Bytes::from(format!("message {seed}"));
        link.send(&channel, &context.into(), payload.clone()).await.unwrap();
        for (name, subscriber) in &mut subscribers {
            let message = subscriber.on_message().next().await.unwrap();
            let message = Bytes::copy_from_slice(message.get_payload_bytes());
            let (received, origin) =
                channel.receiver().with_name(name).receive(message).into_parts();
            assert_eq!(received, payload);
            let is_sampled = origin.context().is_some_and(TraceContext::is_sampled);
            assert_eq!(is_sampled, fan_out_selects(trace_id, None, name, one_in));
            assert_eq!(origin.weight(), is_sampled.then_some(one_in));
            sum += origin.weight().map_or(0, |weight| u64::from(weight.get()));
        }
    }
    let expected = u64::from(SUBSCRIBERS) * MESSAGES;
    let bound = 5 * 3 * expected.isqrt();
    assert!(sum.abs_diff(expected) <= bound, "{sum} of {expected}");
}

/// Where there are fields, the context is in `traceparent`, and the payload is what was sent.
#[tokio::test]
#[cfg_attr(not(has_redis), ignore = "redis-server is not installed: examples/transports/install")]
async fn an_entry_of_a_stream_has_fields() {
    let telemetry = Telemetry::new();
    let tracer = telemetry.tracer();
    let mut stream = RedisStream::open().await.unwrap();
    for payload in [&b"{\"id\":7}"[..], b"", b"\x9E\x01\xC1\xDE", &[7; 100_000]] {
        let payload = Bytes::from_static(Box::leak(payload.into()));
        let cx = Context::new().with_span(tracer.start_with_context("send", &Context::new()));
        stream.send(&cx, &payload).await.unwrap();
        cx.span().end();
        stream = stream.restart().await.unwrap();
        let (received, parent) = stream.receive().await.unwrap();
        drop(tracer.start_with_context("handle", &parent));
        assert_eq!(received, payload);
        let spans = telemetry.take();
        let [send, handle] = &spans[..] else { panic!("{spans:?}") };
        assert_eq!(handle.parent_span_id, send.span_context.span_id());

        // A decision against the trace is in `traceparent` too.
        let unsampled = TraceContext::new(
            TraceId::from_u128(1).unwrap(),
            SpanId::from_u64(2).unwrap(),
            TraceFlags::NONE,
        );
        let unsampled = glassine_opentelemetry::to_span_context(unsampled);
        let cx = Context::new().with_remote_span_context(unsampled);
        stream.send(&cx, &payload).await.unwrap();
        let (received, parent) = stream.receive().await.unwrap();
        drop(tracer.start_with_context("handle", &parent));
        assert_eq!(received, payload);
        assert!(telemetry.take().is_empty(), "it was decided against");
    }
}
