//! A message on its way out, as one `bytes::Buf`: an envelope in front of a payload that is not
//! copied.

use alloc::vec::Vec;
use core::fmt;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::Says;

/// Holds a message to send: an envelope, or none, and a payload of any kind, as one [`Buf`]. The
/// payload is not copied; vectored writes send both parts at once.
///
/// ```
/// use bytes::{Buf, Bytes};
/// use glassine::{TraceContext, Wrapped};
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let payload = Bytes::from_static(b"hi");
///
/// let wrapped = Wrapped::new(context.into(), payload.clone());
/// assert_eq!(wrapped.remaining(), 32 + 2);
/// assert_eq!(wrapped.into_bytes().slice(32..), "hi");
///
/// // Without anything to say, the payload goes as it is.
/// assert_eq!(Wrapped::bare(payload).into_bytes(), "hi");
/// # Ok::<(), glassine::w3c::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Wrapped<P> {
    envelope: EncodedEnvelope,
    payload: P,
}

impl<P: Buf> Wrapped<P> {
    /// Puts a payload in an envelope. O(1), copies nothing.
    #[must_use]
    #[inline]
    pub fn new(envelope: EncodedEnvelope, payload: P) -> Self {
        Self { envelope, payload }
    }

    /// Takes a payload about which there is nothing to say: it goes bare, or in the escape if its
    /// first byte asks for it ([`R-WRITE-2`]). This is for while sending is on; while it is off,
    /// send the payload itself. O(1), copies nothing.
    ///
    /// [`R-WRITE-2`]: crate::spec#7-how-a-message-is-written
    #[must_use]
    pub fn bare(payload: P) -> Self {
        let escape = Says::or_escape(None, payload.chunk());
        let envelope = escape.map_or_else(EncodedEnvelope::empty, EncodedEnvelope::without_fields);
        Self { envelope, payload }
    }

    /// Takes the message apart into its envelope, which is empty if there is none, and its payload.
    /// O(1).
    #[must_use]
    pub fn into_parts(self) -> (EncodedEnvelope, P) {
        (self.envelope, self.payload)
    }

    /// Returns the whole message in one buffer: for transports that take nothing else. Copies the
    /// payload, unless there is no envelope and the payload is `Bytes` already.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        let Self { envelope, mut payload } = self;
        let (envelope, payload_len) = (envelope.as_bytes(), payload.remaining());
        if envelope.is_empty() {
            return payload.copy_to_bytes(payload_len);
        }
        let mut bytes = Vec::with_capacity(envelope.len().saturating_add(payload_len));
        bytes.extend_from_slice(envelope);
        bytes.put(payload);
        bytes.into()
    }
}

impl<P: Buf> Buf for Wrapped<P> {
    #[inline]
    fn remaining(&self) -> usize {
        self.envelope.as_bytes().len().saturating_add(self.payload.remaining())
    }

    #[inline]
    fn chunk(&self) -> &[u8] {
        self.envelope.chunk().unwrap_or_else(|| self.payload.chunk())
    }

    #[cfg(feature = "std")]
    fn chunks_vectored<'a>(&'a self, dst: &mut [std::io::IoSlice<'a>]) -> usize {
        let (Some(first), envelope @ [_, ..]) = (dst.first_mut(), self.envelope.as_bytes()) else {
            return self.payload.chunks_vectored(dst);
        };
        *first = std::io::IoSlice::new(envelope);
        1 + self.payload.chunks_vectored(dst.get_mut(1..).unwrap_or_default())
    }

    #[inline]
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
        bytes.put(self.take(len));
        bytes.freeze()
    }
}

impl<P: Buf> fmt::Debug for Wrapped<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wrapped")
            .field("envelope", &self.envelope)
            .field("payload_len", &self.payload.remaining())
            .finish()
    }
}
