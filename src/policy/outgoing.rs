//! What goes in front of a message that is about to be sent.

use alloc::vec::Vec;
use core::fmt;

use bytes::Buf;

use super::{Count, Counters};
use crate::{EncodedEnvelope, Envelope, Frame, needs_escape};

/// What goes in front of a payload, decided before there is a payload; made by [`Channel::outgoing`](crate::Channel::outgoing).
///
/// The one thing that depends on the payload is left: while sending is on, one that begins with the magic byte is escaped, and counted (`R-WRITE-2`).
#[derive(Clone)]
pub struct Outgoing<'c> {
    envelope: EncodedEnvelope,
    /// Where escapes are counted. `None` while sending is off, when there are none.
    escaped: Option<&'c Counters>,
}

impl<'c> Outgoing<'c> {
    /// The bytes of the old program: sending is off.
    pub(super) const OFF: Self = Self { envelope: EncodedEnvelope::EMPTY, escaped: None };

    pub(super) const fn new(envelope: EncodedEnvelope, counters: &'c Counters) -> Self {
        Self { envelope, escaped: Some(counters) }
    }

    /// Whether the payload goes as it is, the escape aside.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.envelope.is_empty()
    }

    /// The message, with a payload that is not copied. O(1).
    #[must_use]
    #[inline]
    pub fn frame<P: Buf>(self, payload: P) -> Frame<P> {
        if self.escapes(payload.chunk()) { Frame::bare(payload) } else { Frame::new(self.envelope, payload) }
    }

    /// The message in one buffer, with a payload that `write` appends: one allocation of exactly the message's length, if the payload has `payload_len` bytes and need
    /// not be escaped.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn encode_with<E>(
        &self,
        payload_len: usize,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        let envelope = self.envelope.as_bytes();
        let mut message = Vec::with_capacity(envelope.len().saturating_add(payload_len));
        message.extend_from_slice(envelope);
        write(&mut message)?;
        // Nothing about the escape can be refused.
        let escape = self.escapes(&message).then(|| Envelope::escape().encode_to_vec(&message).ok());
        Ok(escape.flatten().unwrap_or(message))
    }

    #[inline]
    fn escapes(&self, payload: &[u8]) -> bool {
        let escaped = self.escaped.filter(|_| needs_escape(payload) && self.is_bare());
        escaped.inspect(|counters| counters.add(Count::Escaped)).is_some()
    }
}

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("envelope", &self.envelope).finish_non_exhaustive()
    }
}
