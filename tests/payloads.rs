//! Typed payloads: written straight after the header, read where they lie.
#![cfg(all(feature = "prost_0_14", feature = "rmp-serde"))]

extern crate prost_0_14 as prost;

use std::cell::Cell;

use bytes::Bytes;
use glassine::policy::{AllowList, Count, Rollout, Trust};
use glassine::{
    Channel, Envelope, Field, Origin, Reading, SpanId, TraceContext, TraceFlags, TraceId, Traced,
    Verdict,
};
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message as _;
use serde::{Deserialize, Serialize, Serializer};

static ON: Channel = on();
static RECEIVE_ONLY: Channel = Channel::new();

const fn on() -> Channel {
    Channel::new()
        .with_rollout(Rollout::On)
        .with_trust(Trust::Accept)
        .with_outbound_fields(AllowList::ALL)
}

fn context() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn contexts() -> impl Strategy<Value = Option<TraceContext>> {
    let context = (1_u128.., 1_u64..).prop_map(|(trace_id, span_id)| {
        let (trace_id, span_id) =
            (TraceId::from_u128(trace_id).unwrap(), SpanId::from_u64(span_id).unwrap());
        TraceContext::new(trace_id, span_id, TraceFlags::SAMPLED)
    });
    proptest::option::of(context)
}

/// Origins of messages that go bare, with a context alone, and with an envelope that does not fit
/// into place.
fn origins() -> [Origin; 3] {
    let baggage = "k=".to_owned() + &"v".repeat(100);
    [
        Origin::default(),
        context().into(),
        Origin::from(context()).with_fields(&[Field::Baggage(&baggage)]),
    ]
}

#[track_caller]
fn lies_in(part: &[u8], whole: &[u8]) {
    assert!(!part.is_empty() && whole.as_ptr_range().contains(&part.as_ptr()), "copied");
}

mod protobuf {
    use super::*;

    #[derive(Clone, PartialEq, prost::Message)]
    struct Photo {
        #[prost(string, tag = "1")]
        name: String,
        #[prost(bytes = "bytes", tag = "19")]
        pixels: Bytes,
        #[prost(message, optional, boxed, tag = "3")]
        thumbnail: Option<Box<Self>>,
    }

    fn decoded(payload: &Bytes) -> Result<Photo, prost::DecodeError> {
        Photo::decode(payload.clone())
    }

    fn photo(pixels: usize) -> Photo {
        let thumbnail = Photo { pixels: vec![1; pixels / 10].into(), ..Photo::default() };
        Photo {
            name: "cat".into(),
            pixels: vec![2; pixels].into(),
            thumbnail: Some(thumbnail.into()),
        }
    }

    #[test]
    fn one_allocation() {
        for origin in &origins() {
            for pixels in [0, 10, 10_000] {
                let (outgoing, photo) = (ON.wrapper(origin), photo(pixels));
                // prost clones `Bytes` to write them, and the first clone of one that was a `Vec`
                // allocates.
                let _shared = photo.clone();
                let (count, message) =
                    allocations(|| glassine::prost_0_14::encode(&outgoing, &photo));
                assert_eq!(count, 1);
                assert_eq!(message, ON.wrap(origin, &photo.encode_to_vec()[..]).into_bytes());
            }
        }
        let nothing =
            glassine::prost_0_14::encode(&ON.wrapper(&Origin::default()), &Photo::default());
        assert_eq!(nothing, "", "an empty message is an empty payload");
    }

    #[test]
    fn bytes_fields_share_the_buffer() {
        let bytes = glassine::prost_0_14::encode(&ON.wrapper(&context().into()), &photo(1000));
        let traced: Traced<Photo> = ON.receive(bytes.clone()).try_map(decoded).unwrap();
        assert_eq!(traced, Traced::new(photo(1000), context()));
        let Photo { pixels, thumbnail, .. } = traced.into_value();
        lies_in(&pixels, &bytes);
        lies_in(&thumbnail.unwrap().pixels, &bytes);
    }

    #[test]
    fn messages_of_every_kind_are_read() {
        let photo = photo(10);
        let payload = photo.encode_to_vec();
        let escaped = Envelope::escape().encode_to_vec(&payload).unwrap();
        let marked = Envelope::unsampled().encode_to_vec(&payload).unwrap();
        for message in [payload, escaped, marked] {
            assert_eq!(ON.receive(message.into()).try_map(decoded).unwrap().value(), &photo);
        }
    }

    #[test]
    fn what_is_no_protobuf_is_an_error() {
        let message = Envelope::new(context()).encode_to_vec(b"\xFF").unwrap();
        assert!(ON.receive(message.into()).try_map(decoded).is_err());
    }

    proptest! {
        #[test]
        fn round_trip(context in contexts(), name: String, pixels in vec(any::<u8>(), 0..300)) {
            let photo = Photo { name, pixels: pixels.into(), thumbnail: None };
            let message = glassine::prost_0_14::encode(&ON.wrapper(&context.into()), &photo);
            let traced: Traced<Photo> = ON.receive(message).try_map(decoded).unwrap();
            prop_assert_eq!(traced, Traced::new(photo, context));
        }
    }
}

mod message_pack {
    use super::*;

    #[derive(Serialize, Deserialize, PartialEq, Debug, Clone, Copy)]
    struct Order<'a> {
        id: u32,
        customer: &'a str,
        #[serde(serialize_with = "as_bytes")]
        note: &'a [u8],
    }

    /// As `serde_bytes` does it: `serde` itself makes a sequence of them.
    fn as_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    const ORDER: Order<'_> = Order { id: 7, customer: "Ada", note: b"\x9E\x01\xC1\xDE" };

    #[derive(Serialize, Deserialize, PartialEq, Debug, Default)]
    struct FourteenFields {
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
        i: u8,
        j: u8,
        k: u8,
        l: u8,
        m: u8,
        n: u8,
    }

    #[test]
    fn what_rmp_serde_writes_after_the_header() {
        for origin in &origins() {
            let outgoing = ON.wrapper(origin);
            let arrays = ON.wrap(origin, &rmp_serde::to_vec(&ORDER).unwrap()[..]).into_bytes();
            assert_eq!(glassine::rmp_serde::encode(&outgoing, &ORDER).unwrap(), arrays);
            let maps = ON.wrap(origin, &rmp_serde::to_vec_named(&ORDER).unwrap()[..]).into_bytes();
            assert_eq!(glassine::rmp_serde::encode_named(&outgoing, &ORDER).unwrap(), maps);
        }
    }

    /// One for the message, and one for the count of its references: `Bytes` takes a `Vec` with
    /// room to spare.
    #[test]
    fn two_allocations_for_a_small_message() {
        for origin in &origins() {
            let outgoing = ON.wrapper(origin);
            let (count, message) = allocations(|| glassine::rmp_serde::encode(&outgoing, &ORDER));
            assert_eq!((count, message.is_ok()), (2, true));
        }
    }

    #[test]
    fn a_value_is_serialized_once() {
        struct Counted<'a>(&'a Cell<u32>);
        impl Serialize for Counted<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.set(self.0.get() + 1);
                [0_u8; 14].serialize(serializer)
            }
        }
        let times = Cell::new(0);
        glassine::rmp_serde::encode(&ON.wrapper(&Origin::default()), &Counted(&times)).unwrap();
        assert_eq!(times.get(), 1, "also if it is escaped");
    }

    #[test]
    fn fields_borrow_from_the_message() {
        let outgoing = ON.wrapper(&context().into());
        for bytes in [
            glassine::rmp_serde::encode(&outgoing, &ORDER).unwrap(),
            glassine::rmp_serde::encode_named(&outgoing, &ORDER).unwrap(),
        ] {
            let (count, order) = allocations(|| {
                rmp_serde::from_slice::<Order<'_>>(Reading::read(&bytes).payload()).unwrap()
            });
            assert_eq!(order, ORDER);
            assert_eq!(count, 0);
            lies_in(order.customer.as_bytes(), &bytes);
            lies_in(order.note, &bytes);

            let received = ON.receive(bytes.clone());
            assert_eq!(received.origin().context(), Some(context()));
            lies_in(rmp_serde::from_slice::<Order<'_>>(received.value()).unwrap().note, &bytes);
        }
    }

    #[test]
    fn fourteen_fields_are_escaped_while_sending_is_on() {
        let (value, bare) = (FourteenFields::default(), Origin::default());
        let payload = rmp_serde::to_vec(&value).unwrap();
        assert_eq!(payload[0], 0x9E);

        let channel = on();
        let message = glassine::rmp_serde::encode(&channel.wrapper(&bare), &value).unwrap();
        assert_eq!(message, Envelope::escape().encode_to_vec(&payload).unwrap());
        assert_eq!(channel.counters().snapshot().count(Count::SentEscaped), 1);
        let received = channel.receive(message);
        assert_eq!(received, Traced::from(Bytes::from(payload.clone())));
        assert_eq!(rmp_serde::from_slice::<FourteenFields>(received.value()).unwrap(), value);

        // A header is in front of it already.
        let message =
            glassine::rmp_serde::encode(&channel.wrapper(&context().into()), &value).unwrap();
        assert_eq!(message, Envelope::new(context()).encode_to_vec(&payload).unwrap());
        // A map of 14 begins with another byte.
        let message = glassine::rmp_serde::encode_named(&channel.wrapper(&bare), &value).unwrap();
        assert_eq!(message, rmp_serde::to_vec_named(&value).unwrap());
        assert_eq!(channel.counters().snapshot().count(Count::SentEscaped), 1);

        for old in [&RECEIVE_ONLY, &Channel::new().with_rollout(Rollout::Off)] {
            for origin in [&bare, &context().into()] {
                assert_eq!(
                    glassine::rmp_serde::encode(&old.wrapper(origin), &value).unwrap(),
                    payload
                );
            }
        }
        assert_eq!(Reading::read(&payload).verdict(), Verdict::Bare);
    }

    #[test]
    fn errors_are_those_of_rmp_serde() {
        struct Fails;
        impl Serialize for Fails {
            fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("no"))
            }
        }
        let outgoing = ON.wrapper(&context().into());
        for error in [
            glassine::rmp_serde::encode(&outgoing, &Fails).unwrap_err(),
            glassine::rmp_serde::encode_named(&outgoing, &Fails).unwrap_err(),
        ] {
            assert_eq!(error.to_string(), "no");
        }
    }

    proptest! {
        #[test]
        fn round_trip(context in contexts(), items in vec(any::<(u64, String)>(), 0..20)) {
            let wrapper = ON.wrapper(&context.into());
            let message = glassine::rmp_serde::encode(&wrapper, &items).unwrap();
            let decode = |payload: &Bytes| rmp_serde::from_slice(payload);
            let traced = ON.receive(message).try_map(decode).unwrap();
            prop_assert_eq!(traced, Traced::new(items, context));
        }
    }
}

/// Allocations made by `what`, and its result.
fn allocations<T>(what: impl FnOnce() -> T) -> (u64, T) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(std::hint::black_box(what())));
    (info.count_total, result.expect("it was measured"))
}
