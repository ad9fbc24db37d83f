//! Messages on byte streams (`spec/streams.md`).
#![cfg(feature = "tokio-util_0_7")]

mod support;

use std::io;
use std::pin::Pin;
use std::slice;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use futures_util::StreamExt;
use glassine::policy::{Propagation, Rollout, Trust};
use glassine::{Channel, Envelope, Mode, Origin, TraceContext, Wrapped};
use glassine_tokio::codec::MessageCodec;
use glassine_tokio::codec::error::{StreamError, StreamErrorKind};
use proptest::collection::vec;
use proptest::prelude::*;
use support::Pieces;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::codec::{Encoder, Framed, FramedRead, LengthDelimitedCodec};

const CODEC: MessageCodec = MessageCodec::new(1 << 20);

fn context() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn on() -> Channel {
    Channel::new().with_trust(Trust::Accept).with_rollout(Rollout::On)
}

fn marker(payload: Bytes) -> Wrapped<Bytes> {
    Wrapped::new(Envelope::unsampled().to_encoded().unwrap(), payload)
}

/// One of each kind: bare, empty, in the escape, with the marker, with a context, with both sizes.
fn messages() -> Vec<Wrapped<Bytes>> {
    let payload = Bytes::from_static;
    vec![
        Wrapped::bare(payload(b"hi")),
        Wrapped::bare(payload(b"")),
        Wrapped::bare(payload(b"\x9E\x01")),
        marker(payload(b"unsampled")),
        Wrapped::new(context().into(), payload(b"{\"id\":7}")),
        Wrapped::new(context().into(), payload(b"\x9E\x01\xC1\xDE\x00\x00\x00\x00a frame")),
        Wrapped::new(context().into(), payload(b"")),
        Wrapped::bare(Bytes::from(vec![7; 300])),
    ]
}

fn stream_of(codec: &mut MessageCodec, messages: &[Wrapped<Bytes>]) -> Vec<u8> {
    let mut stream = BytesMut::new();
    for message in messages {
        codec.encode(message.clone(), &mut stream).unwrap();
    }
    stream.to_vec()
}

fn bytes_of(messages: &[Wrapped<Bytes>]) -> Vec<Bytes> {
    messages.iter().cloned().map(Wrapped::into_bytes).collect()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap().block_on(future)
}

/// What arrives of the stream in pieces of these lengths, and how it ends.
fn read(codec: MessageCodec, stream: &[u8], lens: &[usize]) -> (Vec<Bytes>, Option<StreamError>) {
    block_on(async {
        let mut framed = FramedRead::new(Pieces::new(stream, lens), codec);
        let mut messages = Vec::new();
        while let Some(message) = framed.next().await {
            match message {
                Ok(message) => messages.push(message),
                Err(error) => {
                    let error = *error.get_ref().unwrap().downcast_ref().unwrap();
                    assert!(framed.next().await.is_none(), "nothing is read after an error");
                    return (messages, Some(error));
                }
            }
        }
        (messages, None)
    })
}

/// R-FRAMED-1: the example of the specification.
#[test]
fn the_length_stands_in_front() {
    let messages = [Bytes::from_static(b"\x9E\x01"), Bytes::from_static(b"hi")].map(Wrapped::bare);
    let stream = stream_of(&mut CODEC.clone(), &messages);
    assert_eq!(
        stream,
        b"\0\0\0\x0A\x9E\x01\xC1\xDE\0\0\0\0\x9E\x01\
          \0\0\0\x02hi"
    );
}

/// Either end of a stream that tokio-util's own codec frames can be changed without the other.
#[test]
fn the_bytes_are_those_of_the_length_delimited_codec() {
    let expected = bytes_of(&messages());
    let mut theirs = BytesMut::new();
    for message in &expected {
        LengthDelimitedCodec::new().encode(message.clone(), &mut theirs).unwrap();
    }
    assert_eq!(stream_of(&mut CODEC.clone(), &messages()), theirs);

    let read = block_on(async {
        let stream = stream_of(&mut CODEC.clone(), &messages());
        let framed = FramedRead::new(&stream[..], LengthDelimitedCodec::new());
        framed.map(|message| message.unwrap().freeze()).collect::<Vec<_>>().await
    });
    assert_eq!(read, expected);
}

/// R-FRAMED-2, R-FRAMED-6: wherever the stream is cut into two reads.
#[test]
fn a_message_may_arrive_in_two_parts_at_every_byte() {
    let stream = stream_of(&mut CODEC.clone(), &messages());
    for cut in 1..stream.len() {
        let lens = [cut, stream.len()];
        assert_eq!(read(CODEC, &stream, &lens), (bytes_of(&messages()), None), "cut at {cut}");
    }
    assert_eq!(read(CODEC, &stream, &[1]), (bytes_of(&messages()), None), "byte by byte");
}

/// R-FRAMED-3: what was complete is delivered, and the error says what is missing of what.
#[test]
fn a_stream_may_end_at_every_byte() {
    let stream = stream_of(&mut CODEC.clone(), &messages());
    let expected = bytes_of(&messages());
    for end in 0..=stream.len() {
        let (messages, error) = read(CODEC, &stream[..end], &[64]);
        let mut taken = 0;
        let whole = expected.iter().take_while(|message| {
            let fits = taken + 4 + message.len() <= end;
            taken += if fits { 4 + message.len() } else { 0 };
            fits
        });
        let whole: Vec<_> = whole.cloned().collect();
        assert_eq!(messages, whole, "end at {end}");
        let missing = match end - taken {
            0 => None,
            there @ ..4 => Some(format!("within a length: {there} of its 4 bytes are there")),
            there => {
                let len = expected[whole.len()].len();
                Some(format!("within a message: {} of its {len} bytes are there", there - 4))
            }
        };
        let sentence = missing
            .map(|missing| format!("the stream ends {missing}, at byte {taken} of the stream"));
        assert_eq!(error.map(|error| error.to_string()), sentence, "end at {end}");
        if let Some(error) = error {
            assert_eq!(error.kind(), StreamErrorKind::Truncated);
            assert_eq!(error.offset(), Some(taken as u64));
        }
    }
}

/// A codec that takes the place of another in the middle of a stream counts from there.
#[test]
fn bytes_are_counted_from_where_the_codec_begins() {
    let stream =
        stream_of(&mut CODEC.clone(), &[(); 3].map(|()| Wrapped::bare(Bytes::from_static(b"hi"))));
    block_on(async {
        let mut before = FramedRead::new(&stream[..], LengthDelimitedCodec::new());
        assert_eq!(before.next().await.unwrap().unwrap(), "hi");
        let mut framed = before.map_decoder(|_| MessageCodec::new(2));
        assert_eq!(framed.next().await.unwrap().unwrap(), "hi");
        framed.read_buffer_mut().truncate(5);
        let error = framed.next().await.unwrap().unwrap_err();
        let error = error.get_ref().unwrap().downcast_ref::<StreamError>().unwrap();
        assert_eq!(error.offset(), Some(6), "byte 12 of the stream");
    });
}

/// R-FRAMED-3: a message of exactly the maximum is read, and one byte more is an error before it
/// has arrived.
#[test]
fn the_maximum_is_the_longest_message() {
    let codec = MessageCodec::new(300);
    assert_eq!(codec.max_len(), 300);
    let stream = stream_of(&mut codec.clone(), &messages());
    assert_eq!(read(codec.clone(), &stream, &[17]), (bytes_of(&messages()), None));

    let mut longer = stream.clone();
    longer.extend_from_slice(&301_u32.to_be_bytes());
    let (read, error) = read(codec, &longer, &[17]);
    assert_eq!(read, bytes_of(&messages()));
    let error = error.unwrap();
    assert_eq!(stream.len(), 480);
    assert_eq!((error.kind(), error.offset()), (StreamErrorKind::TooLong, Some(480)));
    assert_eq!(
        error.to_string(),
        "the message has 301 bytes, and at most 300 are allowed, at byte 480 of the stream"
    );
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidData);
}

/// The message of a frame with this maximum, without its length.
fn sent(max: u32, message: Wrapped<Bytes>) -> Result<Bytes, StreamError> {
    let framed = MessageCodec::new(max).frame(message)?;
    Ok(Wrapped::bare(framed).into_bytes().split_off(4))
}

/// R-FRAMED-5, law 2: the envelope gives way, and the message does not.
#[test]
fn an_envelope_that_makes_a_message_too_long_is_left_out() {
    let escape = || Envelope::escape().to_encoded().unwrap();
    let payload = Bytes::from_static(b"0123456789");
    let wrapped = || Wrapped::new(context().into(), payload.clone());
    let escaped = Wrapped::new(escape(), payload.clone()).into_bytes();
    assert_eq!(sent(42, wrapped()).unwrap(), wrapped().into_bytes());
    assert_eq!(sent(41, wrapped()).unwrap(), escaped);
    assert_eq!(sent(18, wrapped()).unwrap(), escaped);
    assert_eq!(sent(17, wrapped()).unwrap(), payload);
    assert_eq!(sent(10, wrapped()).unwrap(), payload);
    assert_eq!(
        sent(9, wrapped()).unwrap_err().to_string(),
        "the message has 10 bytes, and at most 9 are allowed"
    );
    // The marker is no longer than the escape.
    assert_eq!(sent(18, marker(payload.clone())).unwrap(), marker(payload.clone()).into_bytes());
    assert_eq!(sent(17, marker(payload.clone())).unwrap(), payload);

    // What begins with the magic byte keeps the escape.
    let magic = Bytes::from_static(b"\x9E123456789");
    let wrapped = || Wrapped::new(context().into(), magic.clone());
    assert_eq!(sent(41, wrapped()).unwrap(), Wrapped::bare(magic.clone()).into_bytes());
    assert_eq!(sent(18, wrapped()).unwrap(), Wrapped::bare(magic.clone()).into_bytes());
    let error = sent(17, wrapped()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (StreamErrorKind::TooLong, None));
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidInput);

    // So does what was escaped without need, as in an always channel.
    let escaped = || Wrapped::new(escape(), payload.clone());
    assert_eq!(sent(18, escaped()).unwrap(), escaped().into_bytes());
    assert_eq!(
        sent(17, escaped()).unwrap_err().to_string(),
        "the message has 18 bytes, and at most 17 are allowed"
    );

    // While sending is off nothing is escaped, and there is nothing to leave out.
    let off = || Channel::new().wrap(&context().into(), magic.clone());
    assert_eq!(sent(10, off()).unwrap(), magic);
    assert!(sent(9, off()).is_err());
}

/// R-CHAN-2: what the codec writes, the receivers of every mode take, whole, if the channel is told
/// the maximum. If it is not, an always channel's do not take the ten bytes of which there is no
/// room for an escape; the codec cannot know.
#[test]
fn what_fits_is_taken_by_the_receivers_of_every_mode() {
    let payloads = [b"0123456789", b"\x9E123456789"].map(|payload| Bytes::from_static(payload));
    let origins = [Origin::from(context()), Origin::default(), Origin::new(Propagation::Suppress)];
    for mode in [Mode::Mixed, Mode::Closed, Mode::Always] {
        for (max, is_told) in (0..=50).flat_map(|max| [(max, false), (max, true)]) {
            let channel = on().with_mode(mode);
            let channel =
                if is_told { channel.with_max_message_len(max as usize) } else { channel };
            for (payload, origin) in
                payloads.iter().flat_map(|p| origins.iter().map(move |o| (p, o)))
            {
                let of_case = format!("{mode:?}, {max}, {is_told}, {payload:?}, {origin:?}");
                let message = sent(max, channel.wrap(origin, payload.clone()));
                let needs_envelope = payload[0] == 0x9E || mode == Mode::Always;
                let Ok(message) = message else {
                    let needed = if needs_envelope { 18 } else { 10 };
                    assert!(max < needed, "{of_case}");
                    continue;
                };
                assert!(message.len() <= max as usize, "{of_case}");
                match channel.receiver().try_receive(message) {
                    Ok(received) => assert_eq!(received.value(), payload, "{of_case}"),
                    Err(refused) => {
                        let is_unknown =
                            !is_told && mode == Mode::Always && (10..18).contains(&max);
                        assert!(is_unknown, "{of_case}: {refused:?}");
                    }
                }
            }
        }
    }
}

/// What is refused leaves no bytes behind.
#[test]
fn a_refused_message_writes_nothing() {
    let mut stream = BytesMut::from(&b"before"[..]);
    let message = Wrapped::bare(Bytes::from_static(b"hi"));
    MessageCodec::new(1).encode(message, &mut stream).unwrap_err();
    assert_eq!(stream, "before");
}

/// The codec and `frame` over a socket: the context arrives, with the payload.
#[test]
fn contexts_pass_through_a_socket() {
    let (received, expected) = block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        let channel = on();
        for message in messages() {
            client.write_all_buf(&mut CODEC.frame(message).unwrap()).await.unwrap();
        }
        let payload = Bytes::from(vec![1; 100_000]);
        let mut framed = Framed::new(client, CODEC);
        let last = channel.wrap(&Origin::from(context()), payload.clone());
        let sent = async {
            futures_util::SinkExt::send(&mut framed, last.clone()).await.unwrap();
            drop(framed);
        };
        let received = Framed::new(server, CODEC)
            .map(|message| channel.receive(message.unwrap()))
            .collect::<Vec<_>>();
        let ((), received) = tokio::join!(sent, received);
        let expected = bytes_of(&messages()).into_iter().chain([last.into_bytes()]);
        (received, expected.map(|message| on().receive(message)).collect::<Vec<_>>())
    });
    assert_eq!(received, expected);
    let continued = received
        .iter()
        .filter(|message| message.origin().propagation() == Propagation::Continue(context()));
    assert_eq!(continued.count(), 4);
}

/// Takes what it is given in pieces of this length, by vectored writes.
struct Vectored {
    written: Vec<u8>,
    piece: usize,
    most_slices: usize,
}

impl AsyncWrite for Vectored {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.most_slices = self.most_slices.max(slices.len());
        let before = self.written.len();
        let bytes = slices.iter().flat_map(|slice| slice.iter().copied());
        let piece: Vec<_> = bytes.take(self.piece).collect();
        self.written.extend(piece);
        Poll::Ready(Ok(self.written.len() - before))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn vectored_writes_may_stop_at_every_byte() {
    for message in messages() {
        let whole = stream_of(&mut CODEC.clone(), slice::from_ref(&message));
        for piece in 1..=whole.len() {
            let mut stream = Vectored { written: Vec::new(), piece, most_slices: 0 };
            let framed = CODEC.frame(message.clone()).unwrap();
            block_on(async { stream.write_all_buf(&mut framed.clone()).await.unwrap() });
            assert_eq!(stream.written, whole, "in pieces of {piece}");
            // The length, the envelope if there is one, and the payload if it is not empty.
            let slices = {
                let mut slices = [io::IoSlice::new(&[]); 8];
                framed.chunks_vectored(&mut slices)
            };
            assert_eq!(stream.most_slices, slices);
        }
    }
}

#[test]
fn debug_shows_lengths_and_no_payload() {
    let message = Wrapped::bare(Bytes::from_static(b"secret"));
    let shown = format!("{:?} {:?}", CODEC.frame(message).unwrap(), CODEC);
    assert!(shown.contains("payload_len: 6") && shown.contains("max_len: 1048576"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}

fn any_message() -> impl Strategy<Value = Wrapped<Bytes>> {
    // The first byte decides about the escape, hence its share.
    let payload = prop_oneof![
        vec(any::<u8>(), 0..40),
        vec(any::<u8>(), 0..2_000),
        vec(any::<u8>(), 0..40).prop_map(|rest| [vec![0x9E], rest].concat()),
    ];
    (0..3, payload.prop_map(Bytes::from)).prop_map(|(kind, payload)| match kind {
        0 => Wrapped::bare(payload),
        1 => marker(payload),
        _ => Wrapped::new(context().into(), payload),
    })
}

proptest! {
    /// Whatever is sent, and however it is cut into reads: it arrives, and only the detached
    /// messages are copies.
    #[test]
    fn messages_arrive_in_any_pieces(
        messages in vec(any_message(), 0..20),
        lens in vec(1_usize..600, 1..20),
        detach_below in prop_oneof![Just(0), 0_usize..2_100, Just(usize::MAX)],
    ) {
        let stream = stream_of(&mut CODEC.clone(), &messages);
        let codec = CODEC.with_detach_below(detach_below);
        prop_assert_eq!(read(codec, &stream, &lens), (bytes_of(&messages), None));
    }

    /// Any bytes are messages up to an error, which does not depend on how they are cut, and the
    /// messages are what a program finds that takes the bytes apart by hand.
    #[test]
    fn any_bytes_are_messages_up_to_an_error(
        parts in vec((0_u32..50, vec(any::<u8>(), 0..50)), 0..10),
        lens in vec(1_usize..60, 1..20),
    ) {
        let parts = parts.iter().map(|(len, bytes)| [&len.to_be_bytes()[..], bytes].concat());
        let stream: Vec<u8> = parts.flatten().collect();
        let codec = MessageCodec::new(40);
        let in_pieces = read(codec.clone(), &stream, &lens);
        prop_assert_eq!(&in_pieces, &read(codec, &stream, &[usize::MAX]));

        let (mut messages, mut left) = (Vec::new(), &stream[..]);
        while let Some((len, rest)) = left.split_first_chunk() {
            let len = u32::from_be_bytes(*len) as usize;
            let Some((message, rest)) = rest.split_at_checked(len).filter(|_| len <= 40) else {
                break;
            };
            messages.push(Bytes::copy_from_slice(message));
            left = rest;
        }
        prop_assert_eq!(in_pieces.0, messages);
        prop_assert_eq!(in_pieces.1.is_some(), !left.is_empty());
    }
}

/// The reader of the tests themselves: pieces are what they should be.
#[test]
fn pieces_are_as_long_as_they_say() {
    block_on(async {
        let mut pieces = Pieces::new(b"abcdef", &[1, 3]);
        assert_eq!(pieces.left(), 6);
        let mut buffer = [0; 8];
        let mut lens = Vec::new();
        loop {
            match pieces.read(&mut buffer).await.unwrap() {
                0 => break,
                len => lens.push(len),
            }
        }
        assert_eq!(lens, [1, 3, 1, 1]);
    });
}
