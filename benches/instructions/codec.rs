//! Headers and ids: reading, writing, and changing them.

use std::hint::black_box;

use glassine::{EncodedEnvelope, Envelope, Field, Reading, SharedReading, SpanId, reparent};
use inputs::{context, payload};

use crate::counting::{Carried, count, count_on};
use crate::shared;

pub(super) fn run() {
    // What is counted of an operation that does nothing.
    count("nothing", || (), black_box);
    read();
    write();
    many_fields();
    change();
    share();
}

fn read() {
    let bare = payload(64);
    let frame = Envelope::new(context()).encode_to_vec(&bare).unwrap();
    let frame_with_fields = with_fields();
    let marker = Envelope::unsampled().encode_to_vec(&bare).unwrap();
    count("read_bare", || &bare[..], |bytes| Reading::read(bytes).payload());
    count("claims_sampled", || &frame[..], |bytes| Reading::read(bytes).claims_sampled());
    count("claims_sampled_bare", || &bare[..], |bytes| Reading::read(bytes).claims_sampled());
    count(
        "read_sampled_payload",
        || &frame[..],
        |bytes| {
            let message = Reading::read(bytes);
            message.claims_sampled().then(|| message.payload())
        },
    );
    let messages = [
        ("read_context", &frame),
        ("read_context_beside_fields", &frame_with_fields),
        ("read_context_of_marker", &marker),
        ("read_context_of_bare", &bare),
    ];
    for (name, message) in messages {
        count(
            name,
            || &message[..],
            |bytes| {
                let message = Reading::read(bytes);
                (message.context(), message.payload())
            },
        );
    }
    count(
        "read_tracestate",
        || &frame_with_fields[..],
        |bytes| Reading::read(bytes).carrier().tracestate(),
    );
}

fn write() {
    let fields = [Field::Tracestate("congo=t61r"), Field::Baggage("tenant=7")];
    let mut out = [0; 128];
    let out = &mut out[..];
    let mut buf = Vec::with_capacity(128);
    count_on(
        "write_context",
        Carried::NOTHING,
        out,
        |_| context(),
        |out, context| Envelope::new(context).encode_to_slice(out),
    );
    count_on(
        "write_marker",
        Carried::NOTHING,
        out,
        |_| (),
        |out, ()| Envelope::unsampled().encode_to_slice(out),
    );
    let input = |_: &mut _| (context(), &fields[..]);
    count_on("write_fields", Carried::NOTHING, out, input, |out, (context, fields)| {
        Envelope::new(context).with_fields(fields).encode_to_slice(out)
    });
    let input = |buf: &mut Vec<u8>| {
        buf.clear();
        context()
    };
    count_on("write_context_to_buf", Carried::NOTHING, &mut buf, input, |buf, context| {
        Envelope::new(context).encode(buf)
    });
    let payload = payload(64);
    let input = |buf: &mut Vec<u8>| {
        buf.clear();
        (context(), &payload[..])
    };
    let nothing = Carried::NOTHING;
    count_on("write_context_and_payload", nothing, &mut buf, input, |buf, (context, payload)| {
        Envelope::new(context).encode(buf).unwrap();
        buf.extend_from_slice(payload);
    });
    count("encoded_envelope", context, EncodedEnvelope::from);
}

/// 128 text-map entries, in 2,080 bytes of header and carrier.
fn many_fields() {
    let frame = with_many_fields();
    count(
        "fields_of_2080_bytes",
        || &frame[..],
        |bytes| Reading::read(bytes).carrier().fields().count(),
    );
    let mut out = frame.clone();
    let input = |_: &mut [u8]| Reading::read(&frame).carrier();
    count_on("keep_2080_bytes", Carried::NOTHING, &mut out[..], input, |out, carrier| {
        Envelope::new(context()).with_kept_fields(carrier).encode_to_slice(out)
    });
}

fn change() {
    let mut frame = Envelope::new(context()).encode_to_vec(&payload(64)).unwrap();
    let mut frame_with_fields = with_fields();
    let span_id = SpanId::from_u64(7).unwrap();
    let frames = [("reparent", &mut frame), ("reparent_with_fields", &mut frame_with_fields)];
    for (name, frame) in frames {
        count_on(
            name,
            Carried::NOTHING,
            &mut frame[..],
            |_| span_id,
            |frame, span_id| reparent(frame, span_id).is_some(),
        );
    }
}

fn share() {
    let frame = shared(Envelope::new(context()).encode_to_vec(&payload(64)).unwrap());
    // Counts its references from here on.
    // What a `Bytes` costs by itself.
    count(
        "clone_and_drop",
        || &frame,
        |frame| {
            black_box(&frame.clone());
        },
    );
    count(
        "shared_claims_sampled",
        || &frame,
        |frame| SharedReading::read(frame.clone()).as_reading().claims_sampled(),
    );
    count(
        "shared_context",
        || &frame,
        |frame| {
            let message = SharedReading::read(frame.clone());
            let context = message.as_reading().context();
            black_box(&message.into_payload());
            context
        },
    );
}

pub(super) fn with_many_fields() -> Vec<u8> {
    let keys: Vec<String> = (0..128).map(|i| format!("key-{i:03}")).collect();
    let fields: Vec<_> = keys.iter().map(|key| Field::TextMap { key, value: "value" }).collect();
    let frame = Envelope::new(context()).with_fields(&fields).encode_to_vec(&payload(64)).unwrap();
    assert_eq!(frame.len(), 2080 + 64);
    frame
}

fn with_fields() -> Vec<u8> {
    let fields = [Field::Tracestate("congo=t61r"), Field::Baggage("tenant=7")];
    Envelope::new(context()).with_fields(&fields).encode_to_vec(&payload(64)).unwrap()
}
