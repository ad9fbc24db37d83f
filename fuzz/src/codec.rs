//! Streams of messages with a length in front of each, as the codec for tokio reads them
//! (`spec/streams.md`, *the outer length*).

use bytes::{Bytes, BytesMut};
use glassine::{Channel, Envelope, Origin, Reading, Wrapped};
use glassine_tokio::codec::MessageCodec;
use glassine_tokio::codec::error::StreamError;
use tokio_util::codec::{Decoder, Encoder};

/// However a stream is cut into reads, the messages and the error are those that are found by hand;
/// what was read is written again as the same bytes.
///
/// An input: the maximum (two bytes), below which length to detach, how many pieces there are and
/// their lengths, over and over; then the stream.
pub fn codec(input: &[u8]) {
    let Some((&[max_high, max_low, detach_below, pieces], rest)) = input.split_first_chunk() else {
        return;
    };
    let Some((pieces, stream)) = rest.split_at_checked(usize::from(pieces)) else { return };
    let max = u32::from(u16::from_be_bytes([max_high, max_low]));
    let codec = MessageCodec::new(max).with_detach_below(detach_below.into());

    let found = read(codec.clone(), stream, pieces);
    assert_eq!(found, read(codec.clone(), stream, &[]), "it depends on the pieces");
    let (messages, error) = found;
    let (expected, is_whole) = by_hand(stream, max);
    assert_eq!((&messages, error.is_none()), (&expected, is_whole));
    if let Some(error) = error {
        let taken: usize = messages.iter().map(|message| LEN + message.len()).sum();
        assert_eq!(error.offset(), Some(taken as u64));
    }
    written_again(codec, stream, &messages);
}

/// What a decoder gives that is fed with pieces of these lengths, of which 0 stands for all.
fn read(
    mut codec: MessageCodec,
    mut stream: &[u8],
    pieces: &[u8],
) -> (Vec<Bytes>, Option<StreamError>) {
    let mut lens = pieces.iter().cycle();
    let (mut buffer, mut messages) = (BytesMut::new(), Vec::new());
    loop {
        let len = lens.next().map_or(0, |len| usize::from(*len));
        let len = if len == 0 { stream.len() } else { len.min(stream.len()) };
        let (piece, rest) = stream.split_at(len);
        buffer.extend_from_slice(piece);
        stream = rest;
        let capacity = buffer.capacity();
        loop {
            let decoded = if stream.is_empty() {
                codec.decode_eof(&mut buffer)
            } else {
                codec.decode(&mut buffer)
            };
            match decoded {
                Ok(Some(message)) => messages.push(message),
                Ok(None) if stream.is_empty() => return (messages, None),
                Ok(None) => break,
                Err(error) => {
                    let error = error.get_ref().and_then(|error| error.downcast_ref());
                    return (messages, Some(*error.expect("an error of the codec")));
                }
            }
        }
        assert!(buffer.capacity() <= capacity, "R-FRAMED-4: something was reserved");
    }
}

/// The messages up to the first that is too long or not complete, and whether that is all.
fn by_hand(mut stream: &[u8], max: u32) -> (Vec<Bytes>, bool) {
    let mut messages = Vec::new();
    while let Some((len, rest)) = stream.split_first_chunk() {
        let len = u32::from_be_bytes(*len);
        let Some((message, rest)) = rest.split_at_checked(len as usize).filter(|_| len <= max)
        else {
            break;
        };
        messages.push(Bytes::copy_from_slice(message));
        stream = rest;
    }
    (messages, stream.is_empty())
}

/// R-FRAMED-1 and R-FRAMED-5, of messages that the maximum allows: as they came, and with an
/// envelope more, which may have to give way.
fn written_again(mut codec: MessageCodec, stream: &[u8], messages: &[Bytes]) {
    // Its sending is off.
    let channel = Channel::new();
    let mut again = BytesMut::new();
    for message in messages {
        let as_it_is = channel.wrap(&Origin::default(), message.clone());
        codec.encode(as_it_is, &mut again).expect("it has fitted before");
    }
    assert!(stream.starts_with(&again));

    let envelope = Envelope::unsampled().to_encoded().expect("a marker");
    for message in messages {
        let mut buffer = BytesMut::new();
        let wrapped = Wrapped::new(envelope.clone(), message.clone());
        if codec.encode(wrapped, &mut buffer).is_err() {
            assert!(buffer.is_empty() && glassine::needs_escape(message));
            continue;
        }
        let sent = codec.decode(&mut buffer).expect("a message").expect("all of it");
        let is_whole = message.len() + envelope.as_bytes().len() <= codec.max_len() as usize;
        let payload =
            if is_whole || sent != message { Reading::read(&sent).payload() } else { &sent };
        assert_eq!(payload, message);
    }
}

/// The bytes of a length.
const LEN: usize = 4;
