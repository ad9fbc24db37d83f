//! The target `payloads`: values of any shape as typed payloads, and any bytes read as ones.

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use glassine::policy::{Rollout, Share, Trust, Unsampled};
use glassine::{
    Channel, Mode, Origin, SpanId, TraceContext, TraceFlags, TraceId, Traced,
    prost_0_14 as protobuf, rmp_serde as message_pack,
};
use prost::Message as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

/// Any bytes: settings, and what a typed value is made of; and the same bytes read as each type.
pub fn payloads(input: &[u8]) {
    let Some((settings, rest)) = Settings::split(input) else { return };
    let channel = settings.channel(Trust::Accept);
    let peer = peer(&settings);
    let ends = Ends { channel: &channel, peer: &peer };
    let mut given = Unstructured::new(rest);
    let Ok(ids) = <Option<([u8; 16], [u8; 8], u8)>>::arbitrary(&mut given) else { return };
    let context = ids.and_then(|(trace_id, span_id, flags)| {
        let (trace_id, span_id) = (TraceId::from_bytes(trace_id)?, SpanId::from_bytes(span_id)?);
        Some(TraceContext::new(trace_id, span_id, TraceFlags::from_u8(flags)))
    });
    let origin = Origin::from(context);
    let rest = given.take_rest();
    if let Ok(photo) = Photo::arbitrary(&mut Unstructured::new(rest)) {
        ends.protobuf_arrives(&origin, &photo);
    }
    if let Ok(values) = <Vec<Value>>::arbitrary(&mut Unstructured::new(rest)) {
        ends.message_pack_arrives(&origin, &values);
        if let [value] = &values[..] {
            ends.message_pack_arrives(&origin, value);
        }
    }
    any_bytes_are_read(&channel, rest);
    values_of_the_crate_come_back(rest);
}

/// A channel at its two ends.
struct Ends<'a> {
    channel: &'a Channel,
    peer: &'a Channel,
}

impl Ends<'_> {
    /// What prost would write, behind the envelope; and the same message at the other end.
    fn protobuf_arrives(&self, origin: &Origin, photo: &Photo) {
        let payload = photo.encode_to_vec();
        let sent = protobuf::encode(&self.channel.wrapper(origin), photo);
        assert_eq!(sent, self.channel.wrap(origin, &payload[..]).into_bytes());
        let received = decoded(self.peer.receive(sent), |bytes| Photo::decode(bytes.clone()));
        // What is too deep for prost is so with an envelope and without.
        assert_eq!(received, Photo::decode(&payload[..]));
        assert!(received.is_err() || received.as_ref() == Ok(photo));
    }

    /// What rmp-serde would write, behind the envelope or the escape, in both of its forms.
    fn message_pack_arrives<T>(&self, origin: &Origin, value: &T)
    where
        T: Serialize + DeserializeOwned + PartialEq + core::fmt::Debug,
    {
        let wrapper = self.channel.wrapper(origin);
        for (sent, payload) in [
            (message_pack::encode(&wrapper, value), rmp_serde::to_vec(value)),
            (message_pack::encode_named(&wrapper, value), rmp_serde::to_vec_named(value)),
        ] {
            let (sent, payload) = (sent.expect("it can be said"), payload.expect("it can be said"));
            assert_eq!(sent, self.channel.wrap(origin, &payload[..]).into_bytes());
            let decode = |bytes: &Bytes| rmp_serde::from_slice::<T>(bytes);
            let received = decoded(self.peer.receive(sent), decode).ok();
            assert_eq!(received, rmp_serde::from_slice(&payload).ok());
            assert!(received.is_none_or(|received| received == *value));
        }
    }
}

/// The decoded payload; or the error, with the message as it was.
fn decoded<N, E>(
    received: Traced<Bytes>,
    decode: impl FnOnce(&Bytes) -> Result<N, E>,
) -> Result<N, E> {
    let as_it_was = received.clone();
    received.try_map(decode).map(Traced::into_value).map_err(|undecodable| {
        let (message, error) = undecodable.into_parts();
        assert_eq!(message, as_it_was);
        error
    })
}

/// A receiver as it is upgraded first: it reads frames wherever the sender writes them.
fn peer(sender: &Settings) -> Channel {
    let rollout = match sender.mode {
        // Neither reads: bytes that look like a frame are a payload.
        Mode::Mixed if !sender.sends() => Rollout::Off,
        _ => Rollout::ReceiveOnly,
    };
    Settings { rollout, ..*sender }.channel(Trust::Accept)
}

/// Decoded from a message or by themselves, bytes are the same value or the same error.
fn any_bytes_are_read(channel: &Channel, bytes: &[u8]) {
    let received = || channel.receive(Bytes::copy_from_slice(bytes));
    let payload = received().into_value();
    assert_eq!(
        decoded(received(), |bytes| Photo::decode(bytes.clone())),
        Photo::decode(&payload[..])
    );
    let values = |bytes: &Bytes| rmp_serde::from_slice::<Vec<Value>>(bytes);
    assert_eq!(decoded(received(), values).ok(), rmp_serde::from_slice(&payload).ok());
}

/// The crate's own types in `serde`'s data model: what can be read is written, and reads the same,
/// in a format that people read and in one that they do not.
fn values_of_the_crate_come_back(bytes: &[u8]) {
    comes_back::<TraceId>(bytes, |value| value);
    comes_back::<SpanId>(bytes, |value| value);
    comes_back::<TraceFlags>(bytes, |value| value);
    // R-W3C-2: text has the flags that level 2 defines.
    comes_back::<TraceContext>(bytes, |value| {
        value.with_flags(TraceFlags::from_u8(value.flags().to_u8() & 3))
    });
    comes_back::<Rollout>(bytes, |value| value);
    comes_back::<Share>(bytes, |value| value);
    comes_back::<Trust>(bytes, |value| value);
    comes_back::<Unsampled>(bytes, |value| value);
    if let Some((flags, ids)) = bytes.split_last() {
        // Bytes are those of a further context.
        let packed = rmp_serde::to_vec(&serde_bytes(bytes)).expect("bytes");
        let read = rmp_serde::from_slice::<TraceContext>(&packed);
        let is_right = ids.len() == 24 && ids[..16] != [0; 16] && ids[16..] != [0; 8];
        let found = read.ok().map(|context| context.flags().to_u8());
        assert_eq!(found, is_right.then_some(*flags));
    }
}

fn comes_back<T>(bytes: &[u8], as_text: impl Fn(T) -> T)
where
    T: Serialize + DeserializeOwned + PartialEq + Copy + core::fmt::Debug,
{
    if let Ok(value) = rmp_serde::from_slice::<T>(bytes) {
        let again = rmp_serde::to_vec(&value).expect("it was read");
        assert_eq!(rmp_serde::from_slice::<T>(&again).expect("it was written"), value);
    }
    if let Ok(value) = serde_json::from_slice::<T>(bytes) {
        let again = serde_json::to_string(&value).expect("it was read");
        assert_eq!(serde_json::from_str::<T>(&again).expect("it was written"), as_text(value));
    }
}

/// Bytes as `serde` has them, and not as a sequence.
fn serde_bytes(bytes: &[u8]) -> impl Serialize + '_ {
    struct Whole<'a>(&'a [u8]);
    impl Serialize for Whole<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }
    Whole(bytes)
}

/// A message of protobuf with every kind of wire type, and one inside.
#[derive(Arbitrary, Clone, PartialEq, prost::Message)]
struct Photo {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bytes = "vec", tag = "19")]
    pixels: Vec<u8>,
    #[prost(message, optional, boxed, tag = "3")]
    thumbnail: Option<Box<Self>>,
    #[prost(sint64, repeated, tag = "4")]
    offsets: Vec<i64>,
    #[prost(fixed32, tag = "5")]
    checksum: u32,
    #[prost(bool, tag = "536870911")]
    is_public: bool,
}

/// A value of MessagePack, whose first byte may be any: an array of 14 begins with the magic one.
#[derive(Arbitrary, Serialize, Deserialize, PartialEq, Debug)]
enum Value {
    Nothing,
    Bool(bool),
    Number(i64),
    Text(String),
    Fourteen([u8; 14]),
    Named { first: u8, second: Option<String> },
    List(Vec<Self>),
}
