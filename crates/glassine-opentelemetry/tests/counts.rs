//! Law 10, as an exporter sees it: the weights of the spans add up to the number of receivers.

use glassine::policy::{FanOut, Role, Rollout, Trust};
use glassine::{Channel, SpanId, TraceContext, TraceFlags, TraceId};
use glassine_opentelemetry::{Consumer, Plan, Relation};
use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};

static CHANNEL: Channel = Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept);

/// Who receives a copy may continue a trace and never starts one.
const RECEIVER: Consumer =
    Consumer::new().with_relation(Relation::Parent).with_role(Role::ContinueOnly);

/// How many messages a span says that it stands for.
fn weight(span: &SpanData) -> u64 {
    weight_of(&span.attributes)
}

/// The same of a link.
fn weight_of(attributes: &[KeyValue]) -> u64 {
    let weight = attributes.iter().find(|kv| kv.key.as_str() == Plan::FAN_OUT_WEIGHT);
    match weight.map(|kv| &kv.value) {
        Some(Value::I64(weight)) => u64::try_from(*weight).unwrap(),
        _ => 1,
    }
}

/// One copy to 10,000 receivers, each of which handles it within a span where it keeps the context,
/// under the SDK's default sampler. n = 40 messages, seed 0x5eed, that of `tests/counts.rs` of the
/// codec and of the reader in Python: the spans say what those count.
///
/// At one in 1,000 the sum for a message has mean 10,000 and variance 10,000 · 999; the bound is
/// five standard deviations of the mean of n: 2,499. The control, the spans without their weights,
/// leaves it.
#[test]
fn spans_of_one_copy_weigh_what_there_is() {
    const N: u32 = 40;
    const RECEIVERS: u32 = 10_000;
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let tracer = provider.tracer("receivers");
    let (mut sum, mut spans, mut state) = (0, 0, 0x5eed_u128);
    for _ in 0..N {
        state = state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(1);
        let trace_id = TraceId::from_u128(state ^ (state >> 64)).unwrap();
        let context =
            TraceContext::new(trace_id, SpanId::from_u64(1).unwrap(), TraceFlags::SAMPLED);
        let wrapper = CHANNEL.wrapper_for_many(&context.into(), RECEIVERS, FanOut::DEFAULT);
        let copy = wrapper.wrap(&b"hello, all"[..]).into_bytes();
        for receiver in 0..RECEIVERS {
            let received =
                CHANNEL.receiver().with_name(&receiver.to_be_bytes()).receive(copy.clone());
            RECEIVER.plan([received.origin()]).handle(&tracer, "hear", || ());
        }
        let heard = exporter.get_finished_spans().unwrap();
        assert!(heard.iter().all(|span| {
            span.span_context.trace_id().to_bytes() == trace_id.to_bytes()
                && span.parent_span_id.to_bytes() == context.span_id().to_bytes()
        }));
        sum += heard.iter().map(weight).sum::<u64>();
        spans += heard.len() as u64;
        exporter.reset();
    }
    let of_each = |sum: u64| sum as f64 / f64::from(N);
    println!("{} for each message, by {} spans", of_each(sum), of_each(spans));
    assert!((of_each(sum) - f64::from(RECEIVERS)).abs() < 2_499.0, "{}", of_each(sum));
    assert!((of_each(spans) - f64::from(RECEIVERS)).abs() > 2_499.0, "the control");
    assert_eq!(sum, 395_000);
}

/// The same in batches, whose spans link: the sum is over the links. 100 messages to 1,000
/// receivers, of whom one in 100 is chosen: the sum has mean 100,000 and variance 100,000 · 99, and
/// the bound is five standard deviations. The control, the number of links, leaves it.
#[test]
fn links_of_batches_weigh_what_there_is() {
    const RECEIVERS: u32 = 1_000;
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let tracer = provider.tracer("receivers");
    let (mut sum, mut links, mut state) = (0, 0, 0x5eed_u128);
    for _ in 0..100 {
        state = state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(1);
        let trace_id = TraceId::from_u128(state ^ (state >> 64)).unwrap();
        let context =
            TraceContext::new(trace_id, SpanId::from_u64(1).unwrap(), TraceFlags::SAMPLED);
        let wrapper = CHANNEL.wrapper_for_many(&context.into(), RECEIVERS, FanOut::DEFAULT);
        let copy = wrapper.wrap(&b"hello, all"[..]).into_bytes();
        let of = |receiver: u32| {
            let name = receiver.to_be_bytes();
            CHANNEL.receiver().with_name(&name).receive(copy.clone()).into_parts().1
        };
        let origins: Vec<_> = (0..RECEIVERS).map(of).collect();
        for batch in origins.chunks(100) {
            Consumer::new().plan(batch).handle(&tracer, "hear", || ());
        }
        let heard = exporter.get_finished_spans().unwrap();
        let of_batches = heard.iter().flat_map(|span| span.links.iter());
        sum += of_batches.clone().map(|link| weight_of(&link.attributes)).sum::<u64>();
        links += of_batches.count() as u64;
        assert!(heard.iter().all(|span| weight(span) == 1), "it is said of links");
        exporter.reset();
    }
    println!("{sum} by {links} links");
    assert!(sum.abs_diff(100_000) < 15_732, "{sum}");
    assert!(links.abs_diff(100_000) > 15_732, "the control");
}

/// `R-THIN-3`: who was not told its name counts itself. 100 of them make 100 spans.
#[test]
fn spans_without_a_name_weigh_one() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let tracer = provider.tracer("receivers");
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let wrapper = CHANNEL.wrapper_for_many(&context.into(), 100, FanOut::DEFAULT);
    let copy = wrapper.wrap(&b"hello, all"[..]).into_bytes();
    for _ in 0..100 {
        RECEIVER.plan([CHANNEL.receive(copy.clone()).origin()]).handle(&tracer, "hear", || ());
    }
    assert_eq!(exporter.get_finished_spans().unwrap().iter().map(weight).sum::<u64>(), 100);
}
