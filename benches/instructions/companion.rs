//! OpenTelemetry's contexts from and to messages, and tokio's channels.

use std::collections::HashMap;
use std::hint::black_box;

use bytes::Bytes;
use glassine::policy::{AllowList, Rollout, Trust};
use glassine::{Channel, Envelope, Field, Reading, Traced};
use glassine_opentelemetry::tokio::mpsc as traced_mpsc;
use glassine_opentelemetry::{
    Consumer, Relation, capture, capture_from, to_span_context, to_span_context_with_tracestate,
};
use inputs::{BAGGAGE, TRACESTATE, context, payload};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tokio::sync::mpsc;

use crate::channels::{CHANNEL, hand_over};
use crate::counting::{Carried, count, count_on};
use crate::{shared, unsampled};

/// A channel that lets everything pass.
static OPEN: Channel = Channel::new()
    .with_rollout(Rollout::On)
    .with_trust(Trust::Accept)
    .with_inbound_fields(AllowList::ALL)
    .with_outbound_fields(AllowList::ALL);

const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);

pub(super) fn run() {
    into_context();
    receive();
    from_context();
    from_current();
    queues();
}

/// Every context is dropped again, which is counted.
fn into_context() {
    let (frame, frame_with_fields) = frames();
    let remote = to_span_context(context());
    // What OpenTelemetry takes by itself.
    count(
        "opentelemetry_context",
        || &remote,
        |remote| {
            black_box(&Context::new().with_remote_span_context(remote.clone()));
        },
    );
    // The same of a trace with a tracestate, which a span context owns, and within baggage.
    // Their texts are taken apart before, because that is not OpenTelemetry's part.
    let members: Vec<_> = pairs(TRACESTATE).collect();
    let with_tracestate = |remote: &SpanContext| {
        let (trace_id, span_id) = (remote.trace_id(), remote.span_id());
        let tracestate = TraceState::from_key_value(members.iter().copied()).unwrap();
        let parent = SpanContext::new(trace_id, span_id, remote.trace_flags(), true, tracestate);
        Context::new().with_remote_span_context(parent)
    };
    count(
        "opentelemetry_context_tracestate",
        || &remote,
        |remote| {
            black_box(&with_tracestate(remote));
        },
    );
    let baggage: Vec<_> = pairs(BAGGAGE).collect();
    let owned = |&(key, value): &(&str, &str)| KeyValue::new(key.to_owned(), value.to_owned());
    count(
        "opentelemetry_context_fields",
        || &remote,
        |remote| {
            let baggage = baggage.iter().map(owned);
            black_box(&with_tracestate(remote).with_baggage(baggage));
        },
    );
    // The fields are not read.
    for (name, frame) in
        [("context_of_message", &frame), ("context_of_message_with_fields", &frame_with_fields)]
    {
        count(
            name,
            || &frame[..],
            |bytes| {
                let context = Reading::read(bytes).context().unwrap();
                black_box(&Context::new().with_remote_span_context(to_span_context(context)));
            },
        );
    }
    count(
        "span_context_with_tracestate",
        || &frame_with_fields[..],
        |bytes| {
            black_box(&to_span_context_with_tracestate(Reading::read(bytes).carrier()));
        },
    );

    let w3c = TraceContextPropagator::new();
    let mut headers = HashMap::with_capacity(2);
    w3c.inject_context(&Context::new().with_remote_span_context(remote), &mut headers);
    count(
        "w3c_extract",
        || (&w3c, &headers),
        |(w3c, headers)| {
            black_box(&w3c.extract_with_context(&Context::new(), headers));
        },
    );
}

/// What a handler does that makes its span by itself.
fn receive() {
    let (frame, frame_with_fields) = frames();
    let (frame, frame_with_fields) = (shared(frame), shared(frame_with_fields));
    let around = Context::new();
    let messages = [
        ("receive_and_plan", &CHANNEL, &frame),
        // The allow-list lets no baggage pass; the tracestate goes with the trace.
        ("receive_and_plan_tracestate", &CHANNEL, &frame_with_fields),
        ("receive_and_plan_fields", &OPEN, &frame_with_fields),
    ];
    for (name, channel, message) in messages {
        count(
            name,
            || (channel, message, &around),
            |(channel, message, around)| {
                let (payload, origin) = channel.receive(message.clone()).into_parts();
                black_box(&CONSUMER.plan([&origin]).context(around));
                hand_over(payload);
            },
        );
    }
}

fn from_context() {
    let payload = shared(payload(64));
    let sampled = Context::new().with_remote_span_context(to_span_context(context()));
    count(
        "send_captured",
        || (&sampled, &payload),
        |(cx, payload)| hand_over(CHANNEL.wrap(&capture_from(cx), payload.clone())),
    );
    let mut headers = HashMap::with_capacity(2);
    let w3c = TraceContextPropagator::new();
    let input = |headers: &mut HashMap<_, _>| {
        headers.clear();
        (&w3c, &sampled)
    };
    count_on("w3c_inject", Carried::NOTHING, &mut headers, input, |headers, (w3c, cx)| {
        w3c.inject_context(cx, headers);
    });

    let with_fields = context_with_fields();
    count(
        "send_captured_fields",
        || (&with_fields, &payload),
        |(cx, payload)| hand_over(OPEN.wrap(&capture_from(cx), payload.clone())),
    );
    // What OpenTelemetry takes to write down the same.
    count(
        "opentelemetry_display_fields",
        || &with_fields,
        |cx| {
            let tracestate = cx.span().span_context().trace_state().header();
            black_box(&(tracestate, cx.baggage().to_string()));
        },
    );
}

fn from_current() {
    let payload = shared(payload(64));
    let count_current = |name, context| {
        let cx = Context::new().with_remote_span_context(to_span_context(context));
        let current = cx.attach();
        let operation = |payload: &Bytes| hand_over(CHANNEL.wrap(&capture(), payload.clone()));
        count(name, || &payload, operation);
        current
    };
    drop(count_current("send_current_sampled", context()));
    let _current = count_current("send_current_unsampled", unsampled());
    // What OpenTelemetry takes to say as much as that.
    count(
        "opentelemetry_is_sampled",
        || (),
        |()| Context::map_current(|cx| cx.span().span_context().is_sampled()),
    );
}

fn queues() {
    count_plain("queue_plain", 7_u64);
    // What tokio itself takes to move as much as a `Traced<u64>` has.
    count_plain("queue_plain_48_bytes", [7_u64; 6]);
    const { assert!(size_of::<Traced<u64>>() == size_of::<[u64; 6]>()) };
    let (traced, mut traced_end) = traced_mpsc::channel::<u64>(4);
    let mut count_traced = |name| {
        count_on(
            name,
            Carried::NOTHING,
            &mut traced_end,
            |_| &traced,
            |receiver, sender| {
                sender.try_send(7).unwrap();
                receiver.try_recv().map(Traced::into_parts).unwrap()
            },
        );
    };
    count_traced("queue_nothing_current");
    let cx = Context::new().with_remote_span_context(to_span_context(context()));
    let _current = cx.attach();
    count_traced("queue_sampled");
}

fn count_plain<T: Copy + 'static>(name: &str, value: T) {
    let (sender, mut receiver) = mpsc::channel::<T>(4);
    count_on(
        name,
        Carried::NOTHING,
        &mut receiver,
        |_| (&sender, value),
        |receiver, (sender, value)| {
            assert!(sender.try_send(value).is_ok());
            receiver.try_recv().unwrap()
        },
    );
}

fn frames() -> (Vec<u8>, Vec<u8>) {
    let fields = [Field::Tracestate(TRACESTATE), Field::Baggage(BAGGAGE)];
    let envelope = Envelope::new(context());
    let frame = |envelope: Envelope<'_>| envelope.encode_to_vec(&payload(64)).unwrap();
    (frame(envelope), frame(envelope.with_fields(&fields)))
}

fn context_with_fields() -> Context {
    let (trace_id, span_id, flags) = {
        let context = to_span_context(context());
        (context.trace_id(), context.span_id(), context.trace_flags())
    };
    let tracestate = TraceState::from_key_value(pairs(TRACESTATE)).unwrap();
    Context::new()
        .with_remote_span_context(SpanContext::new(trace_id, span_id, flags, true, tracestate))
        .with_baggage(pairs(BAGGAGE).map(|(key, value)| KeyValue::new(key, value)))
}

/// The members of a list without properties.
fn pairs(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    list.split(',').filter_map(|member| member.split_once('='))
}
