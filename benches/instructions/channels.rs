//! What a channel adds to a message.

use std::hint::black_box;
use std::num::NonZeroU32;

use bytes::{Buf, Bytes};
use glassine::policy::{FanOut, FanOutPoint, Rollout, Trust, Unsampled, fan_out_selects};
use glassine::{Channel, Envelope, Field, Origin, SpanId};
use inputs::{context, payload};

use crate::counting::count;
use crate::unsampled;

pub(super) static CHANNEL: Channel =
    Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept);

pub(super) fn run() {
    send();
    receive();
    fan_out();
}

fn send() {
    let payload = Bytes::from(payload(64));
    let (sampled, unsampled) = (Origin::from(context()), Origin::from(unsampled()));
    let _other = payload.clone();
    // What the transport does with the bytes themselves.
    count("send_plain", || payload.clone(), hand_over);
    for (name, origin) in [("send_unsampled", &unsampled), ("send_sampled", &sampled)] {
        count(
            name,
            || (origin, payload.clone()),
            |(origin, payload)| {
                hand_over(CHANNEL.wrap(origin, payload));
            },
        );
    }
    // What a copy costs by itself.
    count("copy_plain", || &payload, |payload| hand_over(Bytes::copy_from_slice(payload)));
    count(
        "send_sampled_one_buffer",
        || (&sampled, payload.clone()),
        |(origin, payload)| {
            hand_over(CHANNEL.wrap(origin, payload).into_bytes());
        },
    );
}

fn receive() {
    let payload = Bytes::from(payload(64));
    let fields = [Field::Baggage("tenant=7,user=8"), Field::TextMap { key: "b3", value: "0" }];
    let messages = [
        ("receive_bare", payload.clone()),
        ("receive_unsampled", message(&Envelope::new(unsampled()), &payload)),
        ("receive_sampled", message(&Envelope::new(context()), &payload)),
        // The allow-list lets none of them pass.
        ("receive_fields", message(&Envelope::new(context()).with_fields(&fields), &payload)),
    ];
    for (name, message) in messages {
        let _other = message.clone();
        count(
            name,
            || message.clone(),
            |message| {
                let (payload, origin) = CHANNEL.receive(message).into_parts();
                hand_over(payload);
                origin
            },
        );
    }
}

fn fan_out() {
    let payload = Bytes::from(payload(64));
    let _other = payload.clone();
    let origin = Origin::from(context());
    let points = [FanOutPoint { recipients: NonZeroU32::MIN, one_in: NonZeroU32::MIN }];
    let everyone = FanOut::new(&points).unwrap();
    let to_all = CHANNEL.broadcast(&origin, payload.clone(), 10, everyone);
    let to_some = CHANNEL.broadcast(&origin, payload.clone(), 100, FanOut::DEFAULT);
    let to_some = to_some.with_unsampled(Unsampled::Bare);
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
        |(wrapper, payload)| {
            hand_over(wrapper.wrap(payload.clone()));
        },
    );
    for (name, broadcast) in [("broadcast_to_all", &to_all), ("broadcast_to_some", &to_some)] {
        count(
            name,
            || (broadcast, &recipient[..]),
            |(broadcast, recipient)| {
                hand_over(broadcast.wrap(recipient));
            },
        );
    }
    count(
        "broadcast_own_span",
        || (&to_all, span_id, &recipient[..]),
        |(broadcast, id, to)| {
            hand_over(broadcast.wrap_from(id, to));
        },
    );
}

fn message(envelope: &Envelope<'_>, payload: &[u8]) -> Bytes {
    envelope.encode_to_vec(payload).unwrap().into()
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
