//! A frame as one `bytes::Buf`: header and carrier in front of a payload that is not copied.

use core::fmt;

use bytes::{Buf, Bytes, BytesMut};

use crate::wire::{CONTEXT_LEN, FIELD_HEADER_LEN, MAGIC};
use crate::{EncodeError, Envelope, TraceContext};

/// An envelope as bytes, ready to go in front of any number of payloads. Cheap to clone.
///
/// Up to 39 bytes (a context and a fan-out weight) are held in place, without an allocation; longer ones in one shared allocation.
#[derive(Clone)]
pub struct EncodedEnvelope(Repr);

impl EncodedEnvelope {
    /// The encoded bytes.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Empty => &[],
            Repr::Inline { bytes, start, end } => bytes.get(usize::from(*start)..usize::from(*end)).unwrap_or_default(),
            Repr::Shared(bytes) => bytes,
        }
    }

    /// Whether there are no bytes: the payload goes as it is.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    pub(crate) const EMPTY: Self = Self(Repr::Empty);

    /// An envelope without fields, about which nothing can be refused.
    pub(crate) fn without_fields(envelope: &Envelope<'_>) -> Self {
        envelope.with_fields(&[]).to_encoded().unwrap_or(Self::EMPTY)
    }

    fn advance(&mut self, count: usize) {
        match &mut self.0 {
            Repr::Empty => {}
            // `count` is at most what is left, which fits into a byte.
            Repr::Inline { start, .. } => *start += count as u8,
            Repr::Shared(bytes) => bytes.advance(count),
        }
    }
}

impl Envelope<'_> {
    /// Encodes the envelope once, for use in front of many payloads. Allocates only above 39 bytes.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written.
    pub fn to_encoded(&self) -> Result<EncodedEnvelope, EncodeError> {
        let len = self.encoded_len()?;
        if len > INLINE {
            let mut bytes = BytesMut::with_capacity(len);
            self.encode(&mut bytes)?;
            return Ok(EncodedEnvelope(Repr::Shared(bytes.freeze())));
        }
        let mut bytes = [0; INLINE];
        let end = self.encode_to_slice(&mut bytes)?;
        Ok(EncodedEnvelope(Repr::Inline { bytes, start: 0, end: end as u8 }))
    }
}

impl From<TraceContext> for EncodedEnvelope {
    /// The 32 bytes of a context without fields. Allocates nothing.
    fn from(context: TraceContext) -> Self {
        Self::without_fields(&Envelope::new(context))
    }
}

impl fmt::Debug for EncodedEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodedEnvelope({} bytes)", self.as_bytes().len())
    }
}

/// A message to send: an envelope, or none, and a payload of any kind, as one [`Buf`]. The payload is not copied; vectored writes send both parts at
/// once.
///
/// ```
/// use bytes::{Buf, Bytes};
/// use glassine::{Frame, TraceContext};
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let payload = Bytes::from_static(b"hi");
///
/// let mut frame = Frame::new(context.into(), payload.clone());
/// assert_eq!(frame.remaining(), 32 + 2);
/// assert_eq!(frame.to_bytes().slice(32..), "hi");
///
/// // Without anything to say, the payload goes as it is.
/// assert_eq!(Frame::bare(payload).to_bytes(), "hi");
/// # Ok::<(), glassine::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Frame<P> {
    envelope: EncodedEnvelope,
    payload: P,
}

impl<P: Buf> Frame<P> {
    /// A payload in an envelope. O(1), copies nothing.
    #[must_use]
    #[inline]
    pub fn new(envelope: EncodedEnvelope, payload: P) -> Self {
        Self { envelope, payload }
    }

    /// A payload about which there is nothing to say: bare, or in the escape if its first byte asks for it (`R-WRITE-2`). For use while sending is on; while
    /// it is off, send the payload itself. O(1), copies nothing.
    #[must_use]
    pub fn bare(payload: P) -> Self {
        let envelope = match payload.chunk() {
            [MAGIC, ..] => EncodedEnvelope::without_fields(&Envelope::escape()),
            _ => EncodedEnvelope::EMPTY,
        };
        Self { envelope, payload }
    }

    /// The whole message in one buffer: for transports that take nothing else. Copies the payload, unless there is no envelope and the payload is
    /// `Bytes` already.
    #[must_use]
    pub fn to_bytes(mut self) -> Bytes {
        self.copy_to_bytes(self.remaining())
    }
}

impl<P: Buf> Buf for Frame<P> {
    fn remaining(&self) -> usize {
        self.envelope.as_bytes().len().saturating_add(self.payload.remaining())
    }

    #[inline]
    fn chunk(&self) -> &[u8] {
        match self.envelope.as_bytes() {
            [] => self.payload.chunk(),
            envelope => envelope,
        }
    }

    #[cfg(feature = "std")]
    fn chunks_vectored<'a>(&'a self, dst: &mut [std::io::IoSlice<'a>]) -> usize {
        let (Some(first), envelope @ [_, ..]) = (dst.first_mut(), self.envelope.as_bytes()) else {
            return self.payload.chunks_vectored(dst);
        };
        *first = std::io::IoSlice::new(envelope);
        1 + self.payload.chunks_vectored(dst.get_mut(1..).unwrap_or_default())
    }

    fn advance(&mut self, count: usize) {
        let of_envelope = count.min(self.envelope.as_bytes().len());
        self.envelope.advance(of_envelope);
        self.payload.advance(count - of_envelope);
    }

    fn copy_to_bytes(&mut self, len: usize) -> Bytes {
        if self.envelope.as_bytes().is_empty() {
            return self.payload.copy_to_bytes(len);
        }
        assert!(len <= self.remaining(), "more bytes were asked for than the frame has");
        let mut bytes = BytesMut::with_capacity(len);
        bytes::BufMut::put(&mut bytes, self.take(len));
        bytes.freeze()
    }
}

impl<P: Buf> fmt::Debug for Frame<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("envelope", &self.envelope)
            .field("payload_len", &self.payload.remaining())
            .finish()
    }
}

/// What is held in place: a context and a fan-out weight.
const INLINE: usize = CONTEXT_LEN + FIELD_HEADER_LEN + size_of::<u32>();

#[derive(Clone)]
enum Repr {
    Empty,
    Inline { bytes: [u8; INLINE], start: u8, end: u8 },
    Shared(Bytes),
}
