//! What goes in front of a message that is about to be sent.

use alloc::vec::Vec;
use core::fmt;

use bytes::{Buf, BufMut};

use crate::channel::form::Form;
use crate::channel::payload::Payload;
use crate::channel::prepared::{Asks, Prepared};
use crate::channel::sending::{Choice, Sending};
use crate::channel::too_long::MessageTooLong;
use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::needs_escape;
use crate::policy::counters::Count;
use crate::wrapped::Wrapped;

/// What goes in front of a payload, decided before there is a payload; made by
/// [`Channel::wrapper`](crate::Channel::wrapper).
///
/// What depends on the payload and on the moment is decided when it is used: while sending is off,
/// the payload goes as it is; while it is on, one that begins with the magic byte is escaped
/// (`R-WRITE-2`); an empty one goes by the channel's rule for
/// [empty messages](crate::policy::EmptyMessages); what is
/// [too long](crate::Channel::with_max_message_len) loses fields, then its envelope. Each message
/// is counted as what it became.
#[derive(Clone)]
pub struct Wrapper<'c> {
    prepared: Prepared,
    sending: &'c Sending,
}

impl<'c> Wrapper<'c> {
    pub(super) const fn new(prepared: Prepared, sending: &'c Sending) -> Self {
        Self { prepared, sending }
    }

    /// Whether nothing was prepared to go in front of the payload. What goes there in the end
    /// depends on the payload and the moment.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.prepared.envelope.is_empty()
    }

    /// Puts the envelope in front of a payload, which is not copied. O(1), unless fields must go.
    #[must_use]
    pub fn wrap<P: Payload>(&self, payload: P) -> Wrapped<P::Buf> {
        self.wrap_buf(payload.into_buf())
    }

    #[inline]
    pub(super) fn wrap_buf<B: Buf>(&self, payload: B) -> Wrapped<B> {
        let counters = &self.sending.counters;
        match self.prepared.asks {
            Asks::Payload if self.sending.wraps(payload.remaining()) => {
                counters.record(self.prepared.sent);
                let envelope = &self.prepared.envelope;
                if let Some(context) = envelope.copied_context() {
                    return Wrapped::new(context, payload);
                }
                if let Some(header) = envelope.copied_header() {
                    return Wrapped::new(header, payload);
                }
                return Wrapped::new(envelope.clone(), payload);
            }
            Asks::Escape if !needs_escape(payload.chunk()) => {
                counters.record(Count::SentBare);
                return Wrapped::new(EncodedEnvelope::empty(), payload);
            }
            _ => {}
        }
        let envelope = self.envelope(payload.remaining(), needs_escape(payload.chunk()));
        Wrapped::new(envelope, payload)
    }

    /// What goes in front of a payload of this length. Apart, so that what is in front of it is
    /// inlined.
    #[cold]
    #[inline(never)]
    fn envelope(&self, payload_len: usize, needs_escape: bool) -> EncodedEnvelope {
        let choice = self.sending.choose(&self.prepared, Form::Binary, payload_len, needs_escape);
        choice.replacement().unwrap_or_else(|| self.prepared.envelope.clone())
    }

    #[inline]
    fn choose(&self, payload: &impl Buf) -> Choice<'c> {
        let (len, escape) = (payload.remaining(), needs_escape(payload.chunk()));
        self.sending.choose(&self.prepared, Form::Binary, len, escape)
    }

    /// Puts the envelope in front of a payload, as [`wrap`](Self::wrap) does, which sends what does
    /// not fit to where it will be refused.
    ///
    /// # Errors
    /// [`MessageTooLong`] if the payload needs the escape, and the channel's
    /// [limit](crate::Channel::with_max_message_len) leaves no room for it.
    pub fn try_wrap<P: Payload>(
        &self,
        payload: P,
    ) -> Result<Wrapped<P::Buf>, MessageTooLong<Wrapped<P::Buf>>> {
        let payload = payload.into_buf();
        self.choose(&payload).apply(|envelope| {
            Wrapped::new(envelope.unwrap_or_else(|| self.prepared.envelope.clone()), payload)
        })
    }

    pub(super) fn into_wrapped<B: Buf>(self, payload: B) -> Wrapped<B> {
        let envelope = self.choose(&payload).replacement();
        Wrapped::new(envelope.unwrap_or(self.prepared.envelope), payload)
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
        let expected = self.prepared.envelope.as_bytes();
        let mut message = Vec::with_capacity(expected.len().saturating_add(payload_len));
        message.extend_from_slice(expected);
        write(&mut Appender { message: &mut message })?;
        let payload = message.get(expected.len()..).unwrap_or_default();
        let (len, escape) = (payload.len(), needs_escape(payload));
        let choice = self.sending.choose(&self.prepared, Form::Binary, len, escape);
        if let Some(envelope) = choice.replacement() {
            message.splice(..expected.len(), envelope.as_bytes().iter().copied());
        }
        Ok(message)
    }

    /// Makes the message of a text channel. One allocation, of exactly its length, unless fields
    /// must go.
    #[cfg(feature = "text")]
    #[must_use]
    pub fn wrap_text(&self, payload: &str) -> alloc::string::String {
        self.try_wrap_text(payload).unwrap_or_else(MessageTooLong::into_message)
    }

    /// Makes the message of a text channel, as [`wrap_text`](Self::wrap_text) does, which makes one
    /// that is too long.
    ///
    /// # Errors
    /// [`MessageTooLong`] if the payload needs the escape, and the channel's
    /// [limit](crate::Channel::with_max_message_len) leaves no room for it.
    #[cfg(feature = "text")]
    pub fn try_wrap_text(
        &self,
        payload: &str,
    ) -> Result<alloc::string::String, MessageTooLong<alloc::string::String>> {
        let escape = crate::text::needs_escape(payload);
        let choice = self.sending.choose(&self.prepared, Form::Text, payload.len(), escape);
        choice.apply(|envelope| {
            let envelope = envelope.as_ref().unwrap_or(&self.prepared.envelope);
            crate::text::joined(envelope.as_bytes(), payload)
        })
    }
}

impl fmt::Debug for Wrapper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let envelope = &self.prepared.envelope;
        f.debug_struct("Wrapper").field("envelope", envelope).finish_non_exhaustive()
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
