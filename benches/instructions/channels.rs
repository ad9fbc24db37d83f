//! What a channel adds to a message.

use std::hint::black_box;
use std::num::NonZeroU32;

use bytes::{Buf, BufMut, Bytes};
use glassine::policy::{FanOut, FanOutPoint, Rollout, Trust, Unsampled, fan_out_selects};
use glassine::{Channel, Envelope, Field, Origin, SpanId};
use inputs::{context, payload};

use crate::codec::with_many_fields;
use crate::counting::{Carried, count, count_on};
use crate::{shared, unsampled};

pub(super) static CHANNEL: Channel =
    Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept);

pub(super) fn run() {
    send();
    receive();
    fan_out();
}

fn send() {
    let payload = shared(payload(64));
    let (sampled, unsampled) = (Origin::from(context()), Origin::from(unsampled()));
    // An empty case for whatever is handed over, and what the bytes themselves take.
    count("hand_over", || &payload, |payload| hand_over(&payload[..]));
    count("send_plain", || &payload, |payload| hand_over(payload.clone()));
    for (name, origin) in [("send_unsampled", &unsampled), ("send_sampled", &sampled)] {
        count(
            name,
            || (origin, &payload),
            |(origin, payload)| hand_over(CHANNEL.wrap(origin, payload.clone())),
        );
    }
    in_one_buffer(&payload, &sampled);
}

/// For transports that take one buffer: a new one for each message, or one that is used again.
fn in_one_buffer(payload: &Bytes, origin: &Origin) {
    // What a buffer takes by itself: allocated and freed.
    count(
        "allocate",
        || CONTEXT_LEN + payload.len(),
        |len| {
            black_box(&Vec::<u8>::with_capacity(len));
        },
    );
    // What the copy of as many bytes takes.
    count(
        "copy_plain",
        || payload,
        |payload| {
            let payload = payload.clone();
            let mut buffer = Vec::with_capacity(CONTEXT_LEN + payload.len());
            buffer.extend_from_slice(&[7; CONTEXT_LEN]);
            buffer.extend_from_slice(&payload);
            hand_over(&buffer[..]);
        },
    );
    let input = || (origin, payload);
    count("send_sampled_one_buffer", input, |(origin, payload)| {
        let (envelope, payload) = CHANNEL.wrap(origin, payload.clone()).into_parts();
        let mut buffer = Vec::with_capacity(envelope.as_bytes().len() + payload.len());
        buffer.extend_from_slice(envelope.as_bytes());
        buffer.extend_from_slice(&payload);
        hand_over(&buffer[..]);
    });
    count("send_sampled_into_bytes", input, |(origin, payload)| {
        hand_over(CHANNEL.wrap(origin, payload.clone()).into_bytes())
    });
    let mut buffer = Vec::with_capacity(256);
    let input = |_: &mut Vec<u8>| (origin, payload);
    let nothing = Carried::NOTHING;
    count_on("send_sampled_reused_buffer", nothing, &mut buffer, input, |buffer, sent| {
        let (origin, payload) = sent;
        let (envelope, payload) = CHANNEL.wrap(origin, payload.clone()).into_parts();
        buffer.clear();
        buffer.extend_from_slice(envelope.as_bytes());
        buffer.extend_from_slice(&payload);
        hand_over(&buffer[..]);
    });
    // `Wrapped` as a `Buf` of two pieces.
    count_on("send_sampled_put", nothing, &mut buffer, input, |buffer, (origin, payload)| {
        buffer.clear();
        buffer.put(CHANNEL.wrap(origin, payload.clone()));
        hand_over(&buffer[..]);
    });
}

fn receive() {
    let payload = shared(payload(64));
    let fields = [Field::Baggage("tenant=7,user=8"), Field::TextMap { key: "b3", value: "0" }];
    let messages = [
        ("receive_bare", payload.clone()),
        ("receive_unsampled", message(&Envelope::new(unsampled()), &payload)),
        ("receive_sampled", message(&Envelope::new(context()), &payload)),
        // The allow-list lets none of them pass.
        ("receive_fields", message(&Envelope::new(context()).with_fields(&fields), &payload)),
        ("receive_2080_bytes", shared(with_many_fields())),
    ];
    for (name, message) in messages {
        count(
            name,
            || &message,
            |message| {
                let (payload, origin) = CHANNEL.receive(message.clone()).into_parts();
                hand_over(payload);
                black_box(&origin);
            },
        );
    }
}

fn fan_out() {
    let payload = shared(payload(64));
    let origin = Origin::from(context());
    let points = [FanOutPoint { recipients: NonZeroU32::MIN, one_in: NonZeroU32::MIN }];
    let everyone = FanOut::new(&points).unwrap();
    let to_all = CHANNEL.broadcast(&origin, payload.clone(), 10, everyone);
    // One in ten gets the context; this recipient does not.
    let with_marker = CHANNEL.broadcast(&origin, payload.clone(), 100, FanOut::DEFAULT);
    let to_some = with_marker.clone().with_unsampled(Unsampled::Bare);
    let wrapper = CHANNEL.wrapper(&origin);
    let span_id = SpanId::from_u64(7).unwrap();
    let recipient = 7_u32.to_be_bytes();
    let one_in = NonZeroU32::new(10).unwrap();

    count(
        "thinning_decision",
        || (context(), &recipient[..], one_in),
        |(context, name, one_in)| fan_out_selects(context.trace_id(), None, name, one_in),
    );
    count(
        "fan_out_one_header",
        || (&wrapper, &payload),
        |(wrapper, payload)| hand_over(wrapper.wrap(payload.clone())),
    );
    count(
        "fan_out_own_span",
        || (context(), span_id, &payload),
        |(context, span_id, payload)| {
            let origin = Origin::from(context.with_span_id(span_id));
            hand_over(CHANNEL.wrap(&origin, payload.clone()));
        },
    );
    let broadcasts = [
        ("broadcast_to_all", &to_all),
        ("broadcast_to_some", &to_some),
        ("broadcast_to_some_marker", &with_marker),
    ];
    for (name, broadcast) in broadcasts {
        count(
            name,
            || (broadcast, &recipient[..]),
            |(broadcast, recipient)| hand_over(broadcast.wrap(recipient)),
        );
    }
    count(
        "broadcast_own_span",
        || (&to_all, span_id, &recipient[..]),
        |(broadcast, id, to)| hand_over(broadcast.wrap_from(id, to)),
    );
}

fn message(envelope: &Envelope<'_>, payload: &[u8]) -> Bytes {
    shared(envelope.encode_to_vec(payload).unwrap())
}

/// What a transport does with a message, and nothing more.
#[inline(always)]
pub(super) fn hand_over(message: impl Buf) {
    transport(message.chunk());
}

#[inline(never)]
fn transport(bytes: &[u8]) {
    black_box(bytes);
}

/// Header and ids.
const CONTEXT_LEN: usize = 32;
