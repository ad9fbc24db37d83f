//! What goes in front of a message that is about to be sent.

use alloc::vec::Vec;
use core::fmt;

use bytes::{Buf, BufMut};

use crate::channel::sending::Sending;
use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::{Envelope, Says};
use crate::policy::counters::Count;
use crate::wrapped::Wrapped;

/// What goes in front of a payload, decided before there is a payload; made by
/// [`Channel::wrapper`](crate::Channel::wrapper).
///
/// What depends on the payload and on the moment is decided when it is used: while sending is off,
/// the payload goes as it is; while it is on, one that begins with the magic byte is escaped, and
/// counted (`R-WRITE-2`); an empty one goes by the channel's rule for
/// [empty messages](crate::policy::EmptyMessages).
#[derive(Clone)]
pub struct Wrapper<'c> {
    envelope: EncodedEnvelope,
    sending: &'c Sending,
}

impl<'c> Wrapper<'c> {
    pub(super) const fn new(envelope: EncodedEnvelope, sending: &'c Sending) -> Self {
        Self { envelope, sending }
    }

    /// Whether the payload goes as it is, the escape aside.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.envelope.is_empty()
    }

    /// Puts the envelope in front of a payload, which is not copied. O(1).
    #[must_use]
    #[inline]
    pub fn wrap<P: Buf>(self, payload: P) -> Wrapped<P> {
        let is_bare = self.envelope.is_empty();
        if !self.sending.wraps(payload.remaining()) {
            return Wrapped::new(EncodedEnvelope::EMPTY, payload);
        }
        match Says::or_escape(None, payload.chunk()).filter(|_| is_bare) {
            None => Wrapped::new(self.envelope, payload),
            Some(escape) => {
                self.sending.counters.record(Count::Escaped);
                Wrapped::new(EncodedEnvelope::without_fields(escape), payload)
            }
        }
    }

    /// Makes the message in one buffer, with a payload that `write` appends: one allocation of
    /// exactly the message's length, if the payload has `payload_len` bytes and the envelope stays.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn encode_with<E>(
        &self,
        payload_len: usize,
        write: impl FnOnce(&mut Appender<'_>) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        let envelope = self.envelope.as_bytes();
        let mut message = Vec::with_capacity(envelope.len().saturating_add(payload_len));
        message.extend_from_slice(envelope);
        write(&mut Appender { message: &mut message })?;
        let payload = message.get(envelope.len()..).unwrap_or_default();
        if !self.sending.wraps(payload.len()) {
            return Ok(payload.to_vec());
        }
        let Some(escape) = Says::or_escape(None, payload).filter(|_| envelope.is_empty()) else {
            return Ok(message);
        };
        self.sending.counters.record(Count::Escaped);
        // Nothing about the escape can be refused.
        Ok(Envelope::saying(escape).encode_to_vec(payload).unwrap_or(message))
    }
}

impl fmt::Debug for Wrapper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wrapper").field("envelope", &self.envelope).finish_non_exhaustive()
    }
}

/// Where an encoder appends the payload, behind an envelope that it can neither see nor change;
/// given to the closure of [`Wrapper::encode_with`].
pub struct Appender<'a> {
    message: &'a mut Vec<u8>,
}

impl Appender<'_> {
    /// The end of the message as a [`BufMut`], for encoders that write to one.
    pub fn buf_mut(&mut self) -> impl BufMut {
        &mut *self.message
    }

    /// The end of the message as a writer, for encoders that write to one. Never fails.
    #[cfg(feature = "std")]
    pub fn writer(&mut self) -> impl std::io::Write {
        &mut *self.message
    }

    /// Appends bytes.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.message.extend_from_slice(bytes);
    }
}

impl fmt::Debug for Appender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Appender({} bytes)", self.message.len())
    }
}
