//! What the stream codec holds in memory, counted by the allocator (`R-FRAMED-4`).
#![cfg(feature = "tokio-util_0_7")]

mod support;

use std::io;
use std::pin::pin;
use std::task::{Context, Waker};

use allocation_counter::measure;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::Stream;
use glassine::{TraceContext, Wrapped};
use glassine_tokio::codec::MessageCodec;
use support::Pieces;
use tokio_util::codec::{Decoder, Encoder, FramedRead, LengthDelimitedCodec};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// What has arrived of one message once it is at least `least`, the bytes that are reserved for it
/// then, and the most that were reserved before.
fn reserved(codec: impl Decoder<Error = io::Error>, announced: u32, least: usize) -> [usize; 3] {
    let mut stream = announced.to_be_bytes().to_vec();
    stream.resize(least + 2 * PIECE, 0);
    let mut framed = None;
    let mut codec = Some(codec);
    let info = measure(|| {
        let pieces = Pieces::new(&stream, &[PIECE]);
        let framed = framed.insert(FramedRead::new(pieces, codec.take().unwrap()));
        let mut cx = Context::from_waker(Waker::noop());
        while framed.get_ref().left() > 2 * PIECE {
            assert!(pin!(&mut *framed).poll_next(&mut cx).is_pending(), "it is not complete");
        }
    });
    let arrived = stream.len() - framed.unwrap().get_ref().left();
    [arrived, info.bytes_current as usize, info.bytes_max as usize]
}

const PIECE: usize = 1460;

/// Whatever a peer announces: at most twice what has arrived, and 8 KiB.
#[test]
fn nothing_is_reserved_for_what_is_only_announced() {
    let codec = MessageCodec::new(u32::MAX);
    for least in [4, 100, 8 * KIB - 1, 8 * KIB, 8 * KIB + 1, 100_000, MIB, MIB + 1, 5 * MIB] {
        let [arrived, held, most] = reserved(codec.clone(), u32::MAX, least);
        assert!(arrived < least + PIECE);
        assert!(held <= 2 * arrived + 8 * KIB, "{held} bytes for {arrived}");
        // While the buffer moves, what it moves from is there as well.
        assert!(most <= 3 * arrived + 8 * KIB, "{most} bytes for {arrived} for a moment");
    }
}

/// The control: tokio-util's own codec does reserve it.
#[test]
fn the_counter_sees_what_the_length_delimited_codec_reserves() {
    let codec = LengthDelimitedCodec::builder().max_frame_length(64 * MIB).new_codec();
    let [arrived, held, _] = reserved(codec, 64 * MIB as u32, 100);
    assert!(arrived < 2 * PIECE && held > 64 * MIB, "{held} bytes for {arrived}");
}

const KEPT: usize = 1_000;

/// What this many payloads of 200 bytes hold that are kept, out of a stream of larger messages.
fn kept(codec: MessageCodec) -> i64 {
    let mut stream = BytesMut::new();
    for index in 0..KEPT {
        let len = if index % 2 == 0 { 10_000 } else { 200 };
        CODEC.clone().encode(Wrapped::bare(Bytes::from(vec![1; len])), &mut stream).unwrap();
    }
    let mut codec = codec;
    let mut kept = Vec::with_capacity(KEPT);
    measure(|| {
        let mut buffer = BytesMut::with_capacity(64 * KIB);
        for piece in stream.chunks(64 * KIB) {
            buffer.reserve(1);
            buffer.put_slice(piece);
            while let Some(message) = codec.decode(&mut buffer).unwrap() {
                if message.len() == 200 {
                    kept.push(message);
                }
            }
        }
        drop(buffer);
    })
    .bytes_current
}

const CODEC: MessageCodec = MessageCodec::new(1 << 20);

/// 500 payloads of 200 bytes are kept: with the copy, they hold what they are.
#[test]
fn small_messages_that_are_kept_do_not_hold_the_read_buffers() {
    let detached = kept(CODEC.with_detach_below(1_000));
    assert_eq!(detached, 200 * KEPT as i64 / 2);
    // The control: without it they hold the buffers.
    let shared = kept(CODEC);
    assert!(shared > 10 * detached, "{shared} bytes");
}

/// To write a message by `frame` copies and allocates nothing; the codec writes into the buffer
/// that is there.
#[test]
fn nothing_is_allocated_to_write() {
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let payload = Bytes::from(vec![1; MIB / 2]);
    let message = Wrapped::new(context.into(), payload.clone());
    let mut buffer = BytesMut::with_capacity(MIB);
    let info = measure(|| {
        drop(CODEC.frame(message.clone()).unwrap());
        CODEC.clone().encode(message.clone(), &mut buffer).unwrap();
    });
    assert_eq!(info.count_total, 0);
    assert_eq!(buffer.len(), 4 + 32 + payload.len());
    // The control: one buffer for the whole message is one allocation of its length.
    let info = measure(|| drop(message.into_bytes()));
    assert!(info.bytes_total > payload.len() as u64);
}
