//! Messages on byte streams, with a length in front of each: for `tokio_util::codec`, and for
//! writes without a copy.
//!
//! The bytes are specified in `spec/streams.md` (`R-FRAMED-1` to `R-FRAMED-6`). They are those of
//! `tokio_util::codec::LengthDelimitedCodec` as it is made by `new`, so one end of a stream can be
//! changed without the other.

pub mod error;

use core::fmt;
use std::io::{self, Cursor};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use glassine::{Envelope, Wrapped};
use tokio_util::codec::{Decoder, Encoder};

use self::error::StreamError;

/// Reads and writes messages with a 32-bit length in front of each, bare and enveloped alike.
///
/// What it reads is whole messages as `Bytes`, for
/// [`Channel::receive`](glassine::Channel::receive); what it writes is what
/// [`Channel::wrap`](glassine::Channel::wrap) makes.
///
/// - There is no default for the longest message: a peer that announces more than you say is an
///   error, before anything is reserved.
/// - Reading reserves nothing by itself: the buffer grows by doubling as bytes arrive, whatever
///   length was announced (`R-FRAMED-4`).
/// - A message that only its envelope makes too long is written with the 8 bytes of the escape in
///   its place, and bare where these do not fit either (`R-FRAMED-5`).
///
/// Tell the channel the same maximum, by
/// [`with_max_message_len`](glassine::Channel::with_max_message_len): it leaves out fields before
/// the context, goes by its mode, and counts what it leaves out. What the codec leaves out nobody
/// counts; the channel's counters are those of before the codec. An
/// [always](glassine::Mode::Always) channel must be told: its receivers refuse what goes bare. The
/// codec knows it only by an escape that the payload does not need, which it does not leave out.
///
/// ```
/// use bytes::Bytes;
/// use futures_util::{SinkExt, StreamExt};
/// use glassine::{Channel, Origin};
/// use glassine_tokio::codec::MessageCodec;
/// use tokio_util::codec::Framed;
///
/// static ORDERS: Channel = Channel::new();
/// const CODEC: MessageCodec = MessageCodec::new(1 << 20);
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let (client, server) = tokio::io::duplex(4096); // or the halves of a `TcpStream`
/// let (mut client, mut server) = (Framed::new(client, CODEC), Framed::new(server, CODEC));
///
/// let payload = Bytes::from_static(b"{\"id\":7}");
/// client.send(ORDERS.wrap(&Origin::default(), payload)).await?;
///
/// let message = server.next().await.unwrap()?;
/// assert_eq!(ORDERS.receive(message).value(), "{\"id\":7}");
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
///
/// A stream that is framed by `LengthDelimitedCodec::new()` already gets this codec by
/// `Framed::map_codec`, at either end and at any moment. The bytes at which errors are said to be
/// count from there: what another codec has taken, this one does not know.
#[derive(Clone)]
pub struct MessageCodec {
    max_len: u32,
    detach_below: usize,
    /// How many bytes of the stream this codec has taken.
    taken: u64,
}

impl MessageCodec {
    /// Makes a codec for messages of at most so many bytes, envelope and all, in both directions.
    /// It does not detach.
    #[must_use]
    pub const fn new(max_len: u32) -> Self {
        Self { max_len, detach_below: 0, taken: 0 }
    }

    /// Sets below which length a message that was read gets an allocation of its own.
    ///
    /// Any other shares the read buffer, and keeps all of it alive for as long as it lives: where
    /// small payloads are kept, they are many times what they hold. A copy of a small message costs
    /// less than the buffer. With `usize::MAX`, nothing shares.
    #[must_use]
    pub const fn with_detach_below(self, len: usize) -> Self {
        Self { detach_below: len, ..self }
    }

    /// Returns the length of the longest message that is read and written.
    #[must_use]
    pub const fn max_len(&self) -> u32 {
        self.max_len
    }

    /// Puts the length in front of a message, as one [`Buf`] in up to three pieces: for
    /// `AsyncWriteExt::write_all_buf`, which sends them by vectored writes where the stream has
    /// these. Nothing is copied. O(1).
    ///
    /// That pays for payloads from about 16 KiB, as `benches/stream.rs` measures. Where messages
    /// are smaller, a `Framed` is the better way: it gathers many of them for one write.
    ///
    /// # Errors
    /// [`TooLong`](error::StreamErrorKind::TooLong) if the message is longer than the maximum even
    /// without its envelope, or with an escape that it needs.
    pub fn frame<P: Buf>(&self, message: Wrapped<P>) -> Result<Framed<P>, StreamError> {
        let message = self.fitted(message)?;
        // What fits is no longer than the maximum, which is 32 bits.
        let len = (message.remaining() as u32).to_be_bytes();
        Ok(Framed { len: Cursor::new(len), message })
    }

    /// The message, with less of an envelope if that makes it too long.
    fn fitted<P: Buf>(&self, message: Wrapped<P>) -> Result<Wrapped<P>, StreamError> {
        if self.allows(message.remaining()) {
            return Ok(message);
        }
        let (envelope, payload) = message.into_parts();
        let message = match Envelope::escape().to_encoded() {
            // There is nothing to leave out, and while sending is off nothing to escape.
            _ if envelope.is_empty() => Wrapped::new(envelope, payload),
            // Receivers of every mode take the escape. Where it stood already, the channel wants an
            // envelope in any case.
            Ok(escape)
                if envelope.as_bytes() == escape.as_bytes()
                    || self.allows(payload.remaining().saturating_add(escape.as_bytes().len())) =>
            {
                Wrapped::new(escape, payload)
            }
            _ => Wrapped::bare(payload),
        };
        match message.remaining() {
            len if self.allows(len) => Ok(message),
            len => Err(StreamError::too_long_to_send(len as u64, self.max_len)),
        }
    }

    fn allows(&self, len: usize) -> bool {
        u32::try_from(len).is_ok_and(|len| len <= self.max_len)
    }
}

impl Decoder for MessageCodec {
    type Item = Bytes;
    type Error = io::Error;

    /// Takes the next message, if all of it has arrived. O(1) unless it is detached.
    ///
    /// # Errors
    /// An `io::Error` around a [`StreamError`] if the message that begins is longer than the
    /// maximum.
    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Bytes>> {
        let Some((len, rest)) = buffer.split_first_chunk() else { return Ok(None) };
        let announced = u32::from_be_bytes(*len);
        let len = announced as usize;
        if announced > self.max_len {
            return Err(StreamError::too_long(announced, self.max_len, self.taken).into());
        }
        if rest.len() < len {
            return Ok(None);
        }
        buffer.advance(LEN);
        self.taken += LEN as u64 + u64::from(announced);
        if len >= self.detach_below {
            return Ok(Some(buffer.split_to(len).freeze()));
        }
        let message = buffer.get(..len).map(Bytes::copy_from_slice).unwrap_or_default();
        buffer.advance(len);
        Ok(Some(message))
    }

    /// Takes the next message, at the end of the stream.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and if the stream ends within a length or a message.
    fn decode_eof(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Bytes>> {
        match self.decode(buffer)? {
            None if !buffer.is_empty() => {
                let announced = buffer.first_chunk().map(|len| u32::from_be_bytes(*len));
                Err(StreamError::truncated(buffer.len(), announced, self.taken).into())
            }
            message => Ok(message),
        }
    }
}

impl<P: Buf> Encoder<Wrapped<P>> for MessageCodec {
    type Error = io::Error;

    /// Writes length, envelope and payload straight into the buffer.
    ///
    /// # Errors
    /// An `io::Error` around a [`StreamError`] if the message is too long, as
    /// [`frame`](Self::frame) says. Nothing is written then.
    fn encode(&mut self, message: Wrapped<P>, buffer: &mut BytesMut) -> io::Result<()> {
        let message = self.fitted(message)?;
        let len = message.remaining();
        let (envelope, payload) = message.into_parts();
        buffer.reserve(LEN + len);
        // No more than the maximum.
        buffer.put_u32(len as u32);
        buffer.extend_from_slice(envelope.as_bytes());
        buffer.put(payload);
        Ok(())
    }
}

impl fmt::Debug for MessageCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageCodec")
            .field("max_len", &self.max_len)
            .field("detach_below", &self.detach_below)
            .finish_non_exhaustive()
    }
}

/// Holds a message with its length in front, as one [`Buf`]; made by [`MessageCodec::frame`].
#[derive(Clone)]
pub struct Framed<P> {
    len: Cursor<[u8; LEN]>,
    message: Wrapped<P>,
}

impl<P: Buf> Buf for Framed<P> {
    fn remaining(&self) -> usize {
        self.len.remaining().saturating_add(self.message.remaining())
    }

    fn chunk(&self) -> &[u8] {
        if self.len.has_remaining() { self.len.chunk() } else { self.message.chunk() }
    }

    fn chunks_vectored<'a>(&'a self, dst: &mut [io::IoSlice<'a>]) -> usize {
        let of_len = self.len.chunks_vectored(dst);
        of_len + self.message.chunks_vectored(dst.get_mut(of_len..).unwrap_or_default())
    }

    fn advance(&mut self, count: usize) {
        let of_len = count.min(self.len.remaining());
        self.len.advance(of_len);
        self.message.advance(count - of_len);
    }
}

impl<P: Buf> fmt::Debug for Framed<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Framed").field("message", &self.message).finish_non_exhaustive()
    }
}

/// The bytes of a length.
const LEN: usize = size_of::<u32>();
