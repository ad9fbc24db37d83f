//! What allocates and what does not, counted. The laws are those of spec/rationale.md.
#![cfg(feature = "bytes")]

use std::fmt::Write as _;

use bytes::{Buf, Bytes, BytesMut};
use glassine::{
    EncodedEnvelope, Envelope, Field, FieldType, Mode, Reader, Reading, SharedReading, SpanId,
    TraceContext, Wrapped, reparent, shorten,
};
use proptest::collection::vec;
use proptest::prelude::*;

#[track_caller]
fn allocates_nothing<T>(what: impl FnOnce() -> T) -> T {
    let (count, result) = allocations(what);
    assert_eq!(count, 0, "allocations");
    result
}

#[track_caller]
fn allocates_once<T>(what: impl FnOnce() -> T) -> T {
    let (count, result) = allocations(what);
    assert_eq!(count, 1, "allocations");
    result
}

const TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn context() -> TraceContext {
    TEXT.parse().unwrap()
}

fn fields() -> [Field<'static>; 8] {
    [
        Field::Unknown { field_type: FieldType(0xE0), value: b"kept" },
        Field::Unknown { field_type: FieldType(0x60), value: b"dropped" },
        Field::FanOutWeight(1000.try_into().unwrap()),
        Field::FurtherContext(context()),
        Field::Thinning(100.try_into().unwrap()),
        Field::TextMap { key: "b3", value: "0" },
        Field::Baggage("a=1,b=2"),
        Field::Tracestate("congo=t61r"),
    ]
}

/// A frame with every kind of field, and a message of every other kind.
fn messages() -> Vec<Vec<u8>> {
    let full = Envelope::new(context()).with_fields(&fields()).encode_to_vec(b"payload").unwrap();
    let mut unknown_version = full.clone();
    unknown_version[1] = 2;
    let mut damaged = full.clone();
    damaged[5] |= 0x80;
    vec![
        full,
        unknown_version,
        damaged,
        b"{\"id\":7}".to_vec(),
        Vec::new(),
        Envelope::new(context()).encode_to_vec(b"payload").unwrap(),
        Envelope::unsampled().encode_to_vec(b"payload").unwrap(),
        Envelope::escape().encode_to_vec(&[0x9E]).unwrap(),
        Envelope::escape().encode_to_vec(&[0x9E]).unwrap()[..6].to_vec(),
    ]
}

/// A test of the tests: without it, an allocator that is not called would let all of them pass.
#[test]
fn allocations_are_counted() {
    allocates_once(|| Box::new(7));
    let (count, _) = allocations(|| (vec![1_u8], String::from("text")));
    assert_eq!(count, 2);
}

/// R-READ-9.
fn read_in_every_way(bytes: &[u8]) {
    let reader = Reader::new().with_carrier_cap(4096);
    allocates_nothing(|| Reading::read(bytes));
    allocates_nothing(|| reader.read(bytes).require(Mode::Closed).is_ok());
    allocates_nothing(|| reader.read(bytes).require(Mode::Always).is_ok());
    for len in 0..=bytes.len() {
        allocates_nothing(|| reader.read_prefix(&bytes[..len]).is_ok());
    }
}

#[test]
fn reading_allocates_nothing() {
    for bytes in messages() {
        read_in_every_way(&bytes);
    }
}

proptest! {
    /// Law 6 (R-READ-9): whatever the bytes are, reading them allocates nothing, and neither does
    /// asking for the carrier's parts.
    #[test]
    fn law_6_nothing_is_parsed_before_it_is_asked_for(
        prefix in prop_oneof![Just(&b""[..]), Just(&b"\x9E\x01\xC1\xDE\x01\x03\x00\x2A"[..])],
        rest in vec(any::<u8>(), 0..100),
    ) {
        let bytes = [prefix, &rest].concat();
        read_in_every_way(&bytes);
        let carrier = Reading::read(&bytes).carrier();
        allocates_nothing(|| {
            carrier.fields().count() + carrier.raw_fields().count() + carrier.faults().count()
        });
        allocates_nothing(|| {
            carrier.baggage_members().count() + carrier.tracestate_members().count()
        });
    }
}

#[test]
fn asking_a_message_allocates_nothing() {
    for bytes in messages() {
        let message = Reading::read(&bytes);
        allocates_nothing(|| {
            (message.verdict(), message.fault(), message.version(), message.claims_sampled())
        });
        allocates_nothing(|| (message.decision(), message.flags(), message.context()));
        allocates_nothing(|| (message.payload(), message.payload_offset(), message.as_bytes()));
    }
}

#[test]
fn asking_a_carrier_allocates_nothing() {
    for bytes in messages() {
        let carrier = allocates_nothing(|| Reading::read(&bytes).carrier());
        allocates_nothing(|| carrier.context());
        allocates_nothing(|| carrier.tracestate());
        allocates_nothing(|| carrier.baggage());
        allocates_nothing(|| carrier.text_map("B3"));
        allocates_nothing(|| carrier.fan_out_weight());
        allocates_nothing(|| carrier.thinning());
        allocates_nothing(|| carrier.further_contexts().count());
        allocates_nothing(|| carrier.fields().count());
        allocates_nothing(|| carrier.raw_fields().count());
        allocates_nothing(|| carrier.tracestate_members().count());
        allocates_nothing(|| {
            carrier.baggage_members().map(|member| member.decoded_value().count()).sum::<usize>()
        });
        allocates_nothing(|| carrier.faults().count());
    }
}

#[test]
fn traceparent_allocates_nothing_in_either_direction() {
    let context = allocates_nothing(|| TraceContext::from_traceparent(TEXT.as_bytes())).unwrap();
    let text = allocates_nothing(|| context.to_traceparent());
    assert_eq!(text.as_str(), TEXT);
    allocates_nothing(|| context.to_traceparent_level_1());

    let mut out = String::with_capacity(TEXT.len() + 48);
    allocates_nothing(|| write!(out, "{context}{}{}", context.trace_id(), context.span_id()))
        .unwrap();
    assert!(out.starts_with(TEXT));
}

#[test]
fn writing_to_a_slice_allocates_nothing() {
    let fields = fields();
    let mut out = [0; 256];
    for envelope in
        [Envelope::new(context()).with_fields(&fields), Envelope::unsampled(), Envelope::escape()]
    {
        let len = allocates_nothing(|| envelope.encoded_len()).unwrap();
        assert_eq!(allocates_nothing(|| envelope.encode_to_slice(&mut out)), Ok(len));
        allocates_nothing(|| envelope.encode(&mut &mut out[..])).unwrap();
    }
    // So does keeping fields, and being refused.
    let inbound = Envelope::new(context()).with_fields(&fields).encode_to_vec(b"payload").unwrap();
    let kept = Envelope::new(context()).with_kept_fields(Reading::read(&inbound).carrier());
    allocates_nothing(|| kept.encode_to_slice(&mut out)).unwrap();
    allocates_nothing(|| kept.encode_to_slice(&mut [])).unwrap_err();
    let mut fields = fields;
    allocates_nothing(|| shorten(&mut fields, 50).len());
}

#[test]
fn encode_to_vec_allocates_once() {
    let fields = fields();
    let envelope = Envelope::new(context()).with_fields(&fields);
    let frame = allocates_once(|| envelope.encode_to_vec(&[7; 1000])).unwrap();
    assert_eq!(frame.capacity(), frame.len(), "of exactly the frame's length");
}

#[test]
fn reparent_allocates_nothing() {
    let span_id = SpanId::from_u64(7).unwrap();
    for mut bytes in messages() {
        allocates_nothing(|| reparent(&mut bytes, span_id).is_some());
    }
}

#[test]
fn a_frame_over_shared_bytes_allocates_nothing() {
    let payload = Bytes::from_static(&[7; 1000]);
    let mut frame = allocates_nothing(|| Wrapped::new(context().into(), payload.clone()));
    allocates_nothing(|| frame.clone());
    allocates_nothing(|| Wrapped::bare(payload.clone()));
    allocates_nothing(|| {
        while frame.has_remaining() {
            frame.advance(frame.chunk().len())
        }
    });

    // Up to a context and a weight the envelope is held in place.
    let weight = [Field::FanOutWeight(1000.try_into().unwrap())];
    allocates_nothing(|| Envelope::new(context()).with_fields(&weight).to_encoded()).unwrap();
    allocates_nothing(|| EncodedEnvelope::from(context()));
    // A bare payload is passed on as it is.
    allocates_nothing(|| Wrapped::bare(payload.clone()).into_bytes());
    allocates_once(|| Wrapped::new(context().into(), payload.clone()).into_bytes());
}

/// A receive buffer with two messages; the first message, cut from it as a connection would.
fn received() -> (BytesMut, Bytes) {
    let message = Envelope::new(context()).encode_to_vec(b"payload").unwrap();
    let mut buffer = BytesMut::with_capacity(4096);
    buffer.extend_from_slice(&message);
    buffer.extend_from_slice(&message);
    let first = buffer.split_to(message.len()).freeze();
    (buffer, first)
}

#[test]
fn slices_of_a_shared_message_allocate_nothing() {
    let (_buffer, first) = received();
    let message = allocates_nothing(|| SharedReading::read(first.clone()));
    let message = allocates_nothing(|| message.require(Mode::Closed)).unwrap();
    let message = allocates_nothing(|| message.require(Mode::Always)).unwrap();
    assert_eq!(allocates_nothing(|| message.payload()), "payload");
    assert_eq!(allocates_nothing(|| message.into_payload()), "payload");
}

/// `Bytes` counts its references from the first copy on, in an allocation of its own;
/// `into_payload` makes no copy.
#[test]
fn bytes_from_a_vec_allocate_their_reference_count_once() {
    let vec = || Envelope::new(context()).encode_to_vec(b"payload").unwrap();
    let message = SharedReading::read(vec().into());
    let first = allocates_once(|| message.payload());
    let second = allocates_nothing(|| message.payload());
    assert_eq!(first, second);
    let message = SharedReading::read(vec().into());
    allocates_nothing(|| message.into_payload());
}

#[test]
fn detach_allocates_once_and_lets_the_receive_buffer_go() {
    let (buffer, first) = received();
    drop(buffer);
    let message = SharedReading::read(first.clone());
    let detached = allocates_once(|| message.detach());
    assert_eq!(detached, message);
    drop(message);
    assert!(first.is_unique(), "what was detached does not hold the buffer");
    assert_eq!(allocates_nothing(|| detached.into_payload()), "payload");

    let owned = allocates_once(|| Reading::read(&first).detach());
    drop(first);
    assert_eq!(owned.as_reading().payload(), b"payload");
}

#[test]
fn a_kept_payload_pins_the_receive_buffer() {
    let (buffer, first) = received();
    drop(buffer);
    let payload = SharedReading::read(first.clone()).into_payload();
    assert!(!first.is_unique(), "the payload holds the buffer");
    drop(payload);
    assert!(first.is_unique());
}

/// What a message that is not sampled, or is without fields, costs on its way through a channel.
#[test]
#[cfg(feature = "policy")]
fn a_channel_allocates_nothing_without_fields() {
    use glassine::policy::{FanOut, Propagation, Rollout, Trust, Unsampled};
    use glassine::{Channel, Origin};

    let channel = Channel::new()
        .with_rollout(Rollout::On)
        .with_trust(Trust::Accept)
        .with_unsampled(Unsampled::Marker);
    let payload = Bytes::from_static(b"payload");
    let origins = [
        Propagation::Unknown,
        Propagation::Suppress,
        Propagation::Continue(context()),
        Propagation::Link(context()),
    ];
    for origin in origins.map(Origin::new) {
        allocates_nothing(|| channel.wrap(&origin, payload.clone()));
    }
    allocates_nothing(|| channel.wrap(&Origin::default(), &b"\x9E"[..]));
    for frame in messages() {
        let frame = Bytes::from_owner(frame);
        if Reading::read(&frame).carrier().raw_fields().next().is_none() {
            allocates_nothing(|| channel.receive(frame.clone()));
        }
    }

    let origin = Origin::from(context());
    let broadcast =
        allocates_nothing(|| channel.broadcast(&origin, payload.clone(), 10_000, FanOut::DEFAULT));
    for recipient in 0..10_000_u32 {
        allocates_nothing(|| broadcast.wrap(&recipient.to_be_bytes()));
        allocates_nothing(|| broadcast.wrap_from(context().span_id(), &recipient.to_be_bytes()));
    }
}

/// Allocations made by `what`, and its result.
fn allocations<T>(what: impl FnOnce() -> T) -> (u64, T) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(std::hint::black_box(what())));
    (info.count_total, result.expect("it was measured"))
}
