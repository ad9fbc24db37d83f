//! Carriers that are made to cost as much as can be, and every public function that takes one: each
//! has a bound for each byte of the carrier.

use bytes::Bytes;
use glassine::policy::{AllowList, Rollout, Trust};
use glassine::{
    Carrier, Channel, Envelope, Field, FieldType, Origin, Reader, SpanId, reparent, shorten,
};
use glassine_opentelemetry::TextMapExtractor;
use inputs::context;

use crate::counting::{Carried, count_on};

/// Lets nothing pass that does not belong to the context.
static CLOSED: Channel = Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept);

pub(super) fn run() {
    for (name, fields) in carriers() {
        let frame = frame(&fields);
        let reader = Reader::new().with_carrier_cap(u16::MAX);
        let carrier = reader.read(&frame).carrier();
        assert!(carrier.raw_fields().count() > 0, "the carrier is read");
        let read = reader.read(&frame).payload_offset();
        ask(name, read, carrier);
        pass_on(name, read, &frame, carrier);
    }
}

/// The carriers' fields, by what is hostile about them.
fn carriers() -> [(&'static str, Vec<u8>); 13] {
    // 26 letters, and a digit or two of base 36: keys that differ late, and without regard to case.
    let key = |i: u32, len: usize| {
        let digit = |i: u32| char::from_digit(i % 36, 36).unwrap();
        let mut key = "k".repeat(len.saturating_sub(2));
        key.extend([digit(i / 36), digit(i)]);
        if i.is_multiple_of(2) { key.to_ascii_uppercase() } else { key }
    };
    // In an order that no sort finds easy.
    let shuffled = || (0..128_u32).map(|i| i * 77 % 128);
    let entry = |key: &str, value: &[u8]| {
        field(FieldType::TEXT_MAP, &[&[key.len() as u8], key.as_bytes(), value].concat())
    };
    let repeated = |len: usize| {
        let keys = shuffled().map(|i| key(if i == 51 { 0 } else { i }, len));
        keys.flat_map(|key| entry(&key, b"")).collect()
    };
    let unknown = |types: &dyn Fn(u32) -> u8| {
        shuffled().flat_map(|i| field(FieldType(types(i)), b"")).collect()
    };
    let list = |field_type, member: &str| {
        field(field_type, &member.repeat(65_000 / member.len()).into_bytes())
    };
    [
        ("tiny_keys", shuffled().flat_map(|i| entry(&key(i, 2), b"")).collect()),
        ("keys", shuffled().flat_map(|i| entry(&key(i, 12), b"")).collect()),
        ("long_keys", shuffled().flat_map(|i| entry(&key(i, 255), b"")).collect()),
        // The last key is the first again, after all others were found to be different.
        ("repeated_5", repeated(5)),
        ("repeated_7", repeated(7)),
        ("repeated_8", repeated(8)),
        ("repeated_13", repeated(13)),
        ("one_key", shuffled().flat_map(|i| entry(&key(i % 2, 2)[..1], b"")).collect()),
        ("unknown_kept", unknown(&|i| 0x80 | (i * 3 % 128) as u8)),
        ("unknown_dropped", unknown(&|i| 0x10 + (i % 64) as u8)),
        ("one_baggage_member", list(FieldType::BAGGAGE, "a=1,")),
        ("tracestate_commas", list(FieldType::TRACESTATE, ",")),
        ("repeated_baggage", shuffled().flat_map(|_| field(FieldType::BAGGAGE, b"a")).collect()),
    ]
}

fn ask(name: &str, read: usize, carrier: Carrier<'_>) {
    macro_rules! ask {
        ($($function:literal $operation:expr;)*) => {
            let bytes = Carried(read);
            $(count_on(&format!("{name}.{}", $function), bytes, &mut (), |()| carrier, |(), c| {
                let operation: fn(Carrier<'_>) -> _ = $operation;
                operation(c)
            });)*
        };
    }
    ask! {
        "context" |carrier| carrier.context();
        "tracestate" |carrier| carrier.tracestate().is_some();
        "baggage" |carrier| carrier.baggage().is_some();
        "text_map" |carrier| carrier.text_map("not there").is_some();
        "fan_out_weight" |carrier| carrier.fan_out_weight();
        "thinning" |carrier| carrier.thinning();
        "further_contexts" |carrier| carrier.further_contexts().count();
        "fields" |carrier| carrier.fields().count();
        "raw_fields" |carrier| carrier.raw_fields().count();
        "faults" |carrier| carrier.faults().count();
        "tracestate_members" |carrier| carrier.tracestate_members().count();
        "baggage_members" |carrier| carrier.baggage_members().count();
        "extractor_keys" |carrier| TextMapExtractor::from(carrier).keys().count();
        "extractor_get" |carrier| TextMapExtractor::from(carrier).get("b3").is_some();
    }
}

/// `read` bytes are the header and the carrier. What a function writes counts as well.
fn pass_on(name: &str, read: usize, frame: &[u8], carrier: Carrier<'_>) {
    let named = |function: &str| format!("{name}.{function}");
    let fields: Vec<Field<'_>> = carrier.fields().collect();
    let kept = Envelope::new(context()).with_kept_fields(carrier);
    let envelopes = [
        ("kept", read, kept),
        ("given", read, Envelope::new(context()).with_fields(&fields)),
        ("kept_and_given", 2 * read, kept.with_fields(&fields)),
    ];
    let mut out = vec![0; frame.len()];
    for (what, read, envelope) in envelopes {
        let written = envelope.encoded_len().unwrap_or_default();
        let text = envelope.encode_to_text("").unwrap_or_default();
        let function = |function: &str| format!("{name}.{what}.{function}");
        count_on(
            &function("encoded_len"),
            Carried(read),
            &mut (),
            |()| envelope,
            |(), envelope| envelope.encoded_len(),
        );
        count_on(
            &function("encode_to_slice"),
            Carried(read + written),
            &mut out[..],
            |_| envelope,
            |out, envelope| envelope.encode_to_slice(out),
        );
        count_on(
            &function("encode_to_vec"),
            Carried(read + written),
            &mut (),
            |()| envelope,
            |(), envelope| envelope.encode_to_vec(b""),
        );
        count_on(
            &function("to_encoded"),
            Carried(read + written),
            &mut (),
            |()| envelope,
            |(), envelope| envelope.to_encoded(),
        );
        count_on(
            &function("encode_to_text"),
            Carried(read + text.len()),
            &mut (),
            |()| envelope,
            |(), envelope| envelope.encode_to_text(""),
        );
    }
    let mut shortened = fields.clone();
    let place = &mut shortened[..];
    count_on(
        &named("shorten"),
        Carried(read),
        place,
        |to| to.copy_from_slice(&fields),
        |to, ()| shorten(to, 10).len(),
    );

    let mut changed = frame.to_vec();
    let input = |changed: &mut [u8]| {
        changed.copy_from_slice(frame);
        SpanId::from_u64(7).unwrap()
    };
    count_on(&named("reparent"), Carried(read), &mut changed[..], input, |frame, span_id| {
        reparent(frame, span_id).is_some()
    });

    let message = Bytes::copy_from_slice(frame);
    let _other = message.clone();
    let open = Channel::new()
        .with_rollout(Rollout::On)
        .with_trust(Trust::Accept)
        .with_reader(Reader::new().with_carrier_cap(u16::MAX))
        .with_inbound_fields(AllowList::ALL)
        .with_outbound_fields(AllowList::ALL);
    // What comes in is read, and what goes on is written down.
    let channels = [("receive_closed", &CLOSED, read), ("receive_open", &open, 2 * read)];
    for (function, channel, bytes) in channels {
        let input = |(): &mut ()| (channel, message.clone());
        count_on(&named(function), Carried(bytes), &mut (), input, |(), (channel, message)| {
            channel.receive(message)
        });
    }

    let origin = open.receive(message.clone()).into_parts().1;
    // Where nothing passes, only the context is written.
    for (function, channel, bytes) in [("wrap", &open, 2 * read), ("wrap_closed", &CLOSED, read)] {
        let input = |(): &mut ()| (channel, &origin);
        count_on(&named(function), Carried(bytes), &mut (), input, |(), (channel, origin)| {
            channel.wrap(origin, &b"payload"[..])
        });
    }
    count_on(
        &named("relay"),
        Carried(2 * read),
        &mut (),
        |()| message.clone(),
        |(), message| open.relay(message, SpanId::from_u64(7).unwrap()),
    );
    let sampled = || Origin::from(context());
    count_on(
        &named("origin_with_fields"),
        Carried(2 * read),
        &mut (),
        |()| sampled(),
        |(), o| o.with_fields(&fields),
    );
    let another = || origin.clone();
    count_on(
        &named("origin_with_baggage"),
        Carried(2 * read),
        &mut (),
        |()| another(),
        |(), o| o.with_baggage(Some("a=1")),
    );
}

/// A frame of which a part of the carrier is written by hand.
fn frame(fields: &[u8]) -> Vec<u8> {
    let mut frame = Envelope::new(context()).encode_to_vec(fields).unwrap();
    let len = u16::try_from(24 + fields.len()).unwrap();
    frame[6..8].copy_from_slice(&len.to_be_bytes());
    frame.extend_from_slice(b"payload");
    frame
}

fn field(field_type: FieldType, value: &[u8]) -> Vec<u8> {
    let len = u16::try_from(value.len()).unwrap();
    [&[field_type.0][..], &len.to_be_bytes(), value].concat()
}
