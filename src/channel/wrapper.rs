//! What goes in front of a message that is about to be sent.

use alloc::vec::Vec;
use core::fmt;

use bytes::Buf;

use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::{Envelope, Says};
use crate::policy::counters::{Count, Counters};
use crate::wrapped::Wrapped;

/// What goes in front of a payload, decided before there is a payload; made by
/// [`Channel::outgoing`](crate::Channel::outgoing).
///
/// The one thing that depends on the payload is left: while sending is on, one that begins with the
/// magic byte is escaped, and counted (`R-WRITE-2`).
#[derive(Clone)]
pub struct Wrapper<'c> {
    envelope: EncodedEnvelope,
    /// Where escapes are counted. `None` while sending is off, when there are none.
    sending: Option<&'c Counters>,
}

impl<'c> Wrapper<'c> {
    /// The bytes of the old program: sending is off.
    pub(super) const OFF: Self = Self { envelope: EncodedEnvelope::EMPTY, sending: None };

    pub(super) const fn new(envelope: EncodedEnvelope, counters: &'c Counters) -> Self {
        Self { envelope, sending: Some(counters) }
    }

    /// Whether the payload goes as it is, the escape aside.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.envelope.is_empty()
    }

    /// The message, with a payload that is not copied. O(1).
    #[must_use]
    #[inline]
    pub fn wrap<P: Buf>(self, payload: P) -> Wrapped<P> {
        match self.escape(payload.chunk()) {
            None => Wrapped::new(self.envelope, payload),
            Some(says) => Wrapped::new(EncodedEnvelope::without_fields(says), payload),
        }
    }

    /// The message in one buffer, with a payload that `write` appends: one allocation of exactly
    /// the message's length, if the payload has `payload_len` bytes and need not be escaped.
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
        let escape = self.escape(&message).map(Envelope::saying);
        let escaped = escape.map(|escape| escape.encode_to_vec(&message).ok());
        Ok(escaped.flatten().unwrap_or(message))
    }

    /// The escape, where it is needed: counted, and `None` while sending is off.
    #[inline]
    fn escape(&self, payload: &[u8]) -> Option<Says> {
        let escape = Says::or_escape(None, payload)?;
        let counters = self.sending.filter(|_| self.is_bare())?;
        counters.record(Count::Escaped);
        Some(escape)
    }
}

impl fmt::Debug for Wrapper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wrapper").field("envelope", &self.envelope).finish_non_exhaustive()
    }
}
