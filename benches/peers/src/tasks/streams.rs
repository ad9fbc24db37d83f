//! Small messages on a byte stream, each behind a length of 32 bits: written into a buffer, and
//! read out of it by a codec of `tokio_util`.
//!
//! The other forms are written behind the length as `LengthDelimitedCodec` writes it, without the
//! `Bytes` that it asks for, and read by it.

use std::hint::black_box;

use bytes::{BufMut, Bytes, BytesMut};
use glassine::policy::{Rollout, Trust};
use glassine::{Channel, Origin, Reading, Wrapped};
use glassine_tokio::codec::MessageCodec;
use tokio_util::codec::{Decoder, Encoder, LengthDelimitedCodec};

use crate::peer::{Peer, Says};
use crate::peers::header_block::HeaderBlock;
use crate::peers::msgpack_borrowed::MsgpackBorrowed;
use crate::peers::opentelemetry::OpenTelemetry;
use crate::peers::protobuf_lean::ProtobufLean;
use crate::peers::protobuf_text::ProtobufText;
use crate::peers::sbe::Sbe;
use crate::peers::zerocopy_struct::ZerocopyStruct;
use crate::task::Task;

/// 201 rounds of so many are a million.
pub(crate) const MESSAGES: u32 = 5_000;
/// How many are in the buffer at a time.
const AT_A_TIME: u32 = 50;

static CHANNEL: Channel = Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept);

pub(crate) fn tasks() -> Vec<Vec<Task>> {
    let [nothing, _, sampled, _] = Says::all();
    [nothing, sampled]
        .map(|says| {
            vec![
                glassine(says),
                glassine_channel(says),
                peer::<ZerocopyStruct>(says),
                peer::<Sbe>(says),
                peer::<ProtobufLean>(says),
                peer::<HeaderBlock>(says),
                peer::<MsgpackBorrowed>(says),
                peer::<ProtobufText>(says),
                peer::<OpenTelemetry>(says),
                payload_alone(says),
            ]
        })
        .into()
}

fn glassine(says: Says) -> Task {
    let payload = payload();
    let mut codec = MessageCodec::new(MAX_LEN);
    let write = move |buffer: &mut BytesMut| {
        let payload = payload.clone();
        let message = match says.context {
            Some(context) => Wrapped::new(context.into(), payload),
            None => Wrapped::bare(payload),
        };
        codec.encode(message, buffer).unwrap();
    };
    let mut codec = MessageCodec::new(MAX_LEN);
    let read = move |buffer: &mut BytesMut| {
        let Some(message) = codec.decode(buffer).unwrap() else { return false };
        let reading = Reading::read(&message);
        black_box(&reading.context());
        use_payload(reading.payload());
        true
    };
    task("glassine", says, write, read)
}

fn glassine_channel(says: Says) -> Task {
    let (payload, origin) = (payload(), Origin::from(says.context));
    let mut codec = MessageCodec::new(MAX_LEN);
    let write = move |buffer: &mut BytesMut| {
        codec.encode(CHANNEL.wrap(&origin, payload.clone()), buffer).unwrap();
    };
    let mut codec = MessageCodec::new(MAX_LEN);
    let read = move |buffer: &mut BytesMut| {
        let Some(message) = codec.decode(buffer).unwrap() else { return false };
        let (payload, origin) = CHANNEL.receive(message).into_parts();
        black_box(&origin);
        use_payload(&payload);
        true
    };
    task("glassine_channel", says, write, read)
}

fn peer<P: Peer<Context: 'static, Buffer: 'static>>(says: Says) -> Task {
    let (payload, context) = (payload(), P::context(says));
    let mut message = P::Buffer::default();
    let write = move |buffer: &mut BytesMut| {
        let message = P::write(&mut message, &context, &payload);
        buffer.reserve(LEN + message.len());
        buffer.put_u32(message.len() as u32);
        buffer.extend_from_slice(message);
    };
    let mut codec = LengthDelimitedCodec::new();
    let read = move |buffer: &mut BytesMut| {
        let Some(message) = codec.decode(buffer).unwrap() else { return false };
        let message = message.freeze();
        let (found, payload) = P::read(&message);
        black_box(&found);
        use_payload(payload.as_ref());
        true
    };
    task(P::NAME, says, write, read)
}

/// The limit: no context, and no codec but that of the length.
fn payload_alone(says: Says) -> Task {
    let payload = payload();
    let mut codec = LengthDelimitedCodec::new();
    let write = move |buffer: &mut BytesMut| codec.encode(payload.clone(), buffer).unwrap();
    let mut codec = LengthDelimitedCodec::new();
    let read = move |buffer: &mut BytesMut| {
        let Some(message) = codec.decode(buffer).unwrap() else { return false };
        use_payload(&message.freeze());
        true
    };
    task("limit", says, write, read)
}

fn task(
    name: &str,
    says: Says,
    mut write: impl FnMut(&mut BytesMut) + 'static,
    mut read: impl FnMut(&mut BytesMut) -> bool + 'static,
) -> Task {
    let mut buffer = BytesMut::new();
    let run = move || {
        for _ in 0..MESSAGES / AT_A_TIME {
            for _ in 0..AT_A_TIME {
                write(&mut buffer);
            }
            let mut messages = 0;
            while read(&mut buffer) {
                messages += 1;
            }
            assert!(messages == AT_A_TIME, "{messages} messages were read");
        }
    };
    Task::new(format!("{name}/stream/{}/64", says.name), run).of_messages(MESSAGES)
}

fn use_payload(payload: &[u8]) {
    black_box(payload.as_ptr());
    black_box(payload.len());
}

fn payload() -> Bytes {
    inputs::payload(64).into()
}

const MAX_LEN: u32 = 1 << 20;
const LEN: usize = size_of::<u32>();
