//! How a channel takes messages apart: for a peer that is trusted so far, and a receiver of a name.

use bytes::{Buf, Bytes};

use crate::carrier::Carrier;
use crate::channel::Channel;
use crate::channel::kept::Kept;
use crate::channel::origin::Origin;
use crate::channel::quick::Quick;
use crate::channel::traced::Traced;
use crate::context::TraceContext;
use crate::fault::Fault;
use crate::mode::Mode;
use crate::policy::counters::Count;
use crate::policy::rollout::Rollout;
use crate::policy::trust::Trust;
use crate::reader::Reader;
use crate::reading::Reading;
use crate::shared_reading::Refused;
#[cfg(feature = "text")]
use crate::text::TextReading;
use crate::wire::CONTEXT_LEN;

/// Receives the messages of a channel; made by [`Channel::receiver`]. It is `Copy`, and made for a
/// message or kept.
///
/// Of every message it gives the payload, and what the channel's trust leaves of its context. Each
/// method comes twice: `receive…` delivers everything, and what the channel's [`Mode`] takes for an
/// error it delivers whole, and counts ([`Count::Refused`]); `try_receive…` gives the error. In a
/// [mixed](Mode::Mixed) channel nothing is an error. While the switch of a mixed channel is off
/// or counts only, the payload is all of the message.
///
/// O(1) without an allocation, but for fields that pass the list of incoming fields: those are
/// copied.
///
/// ```
/// use glassine::policy::{Propagation, Trust};
/// use glassine::{Channel, FaultKind, Mode};
///
/// static ORDERS: Channel = Channel::new().with_trust(Trust::Accept).with_mode(Mode::Closed);
///
/// // A peer that is trusted less than the others.
/// let stranger = ORDERS.receiver().with_trust(Trust::Drop);
/// let marker = b"\x9E\x01\xC1\xDE\x00\x01\x00\x00hi";
/// assert_eq!(ORDERS.receive_ref(marker).origin().propagation(), Propagation::Suppress);
/// assert_eq!(stranger.receive_ref(marker).origin().propagation(), Propagation::Unknown);
///
/// let fault = stranger.try_receive_ref(b"\x9E\x80").unwrap_err();
/// assert_eq!(fault.kind(), FaultKind::ImpossibleVersion);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Receiver<'a> {
    channel: &'a Channel,
    trust: Trust,
    name: Option<&'a [u8]>,
    quick: Quick,
}

impl Channel {
    /// Makes a receiver of this channel's messages, for whoever needs more than
    /// [`receive`](Self::receive): another trust, a name, the error of a closed channel.
    #[must_use]
    #[inline]
    pub const fn receiver(&self) -> Receiver<'_> {
        Receiver { channel: self, trust: self.trust, name: None, quick: self.quick }
    }

    /// Apart, so that a receiver is made for these messages alone.
    #[cold]
    #[inline(never)]
    pub(super) fn receive_any(&self, message: Bytes) -> Traced<Bytes> {
        self.receiver().receive_any(message)
    }

    /// The same of a message that is borrowed.
    #[cold]
    #[inline(never)]
    pub(super) fn receive_any_ref<'m>(&self, message: &'m [u8]) -> Traced<&'m [u8]> {
        self.receiver().receive_any_ref(message)
    }

    /// The context of a message that brings nothing else, and is believed. Not to judge it as if
    /// there could be more saves half of such a receive.
    #[inline]
    pub(super) fn context_alone(&self, quick: &Quick, message: &[u8]) -> Option<TraceContext> {
        // What the reader's cap says of it, the threshold knows.
        self.believed(quick, Reader::new().read_context(message)?)
    }

    /// The context of a message, if it is believed: every mode takes it, and it is counted.
    #[inline]
    fn believed(&self, quick: &Quick, context: TraceContext) -> Option<TraceContext> {
        if !self.sending.switch.has_reached(quick.takes_context) {
            return None;
        }
        if context.is_sampled() {
            self.counters().record(Count::ReadSampled);
        } else {
            self.counters().record(Count::ReadUnsampled);
        }
        Some(context)
    }
}

impl<'a> Receiver<'a> {
    /// Sets how far the peer is trusted, in place of what the channel says.
    #[must_use]
    pub const fn with_trust(self, trust: Trust) -> Self {
        let Channel { sending, unsampled, reader, .. } = self.channel;
        Self { trust, quick: Quick::new(sending.mode, *unsampled, trust, *reader), ..self }
    }

    /// Names the receiver: of a message that went to many as one copy, it keeps the context if its
    /// name is chosen, and learns otherwise that no trace is to start ([`Origin::for_receiver`]).
    /// Without a name every receiver keeps it, and [`Count::Unnamed`] counts them.
    #[must_use]
    pub const fn with_name(self, name: &'a [u8]) -> Self {
        Self { name: Some(name), ..self }
    }

    /// Takes a message apart, whose buffer the payload shares.
    #[must_use]
    #[inline]
    pub fn receive(&self, mut message: Bytes) -> Traced<Bytes> {
        match self.channel.context_alone(&self.quick, &message) {
            Some(context) => {
                message.advance(CONTEXT_LEN);
                Traced::new(message, context)
            }
            None => self.receive_any(message),
        }
    }

    #[inline(never)]
    fn receive_any(&self, message: Bytes) -> Traced<Bytes> {
        let reading = self.channel.reader.read(&message);
        let at = reading.payload_offset();
        match self.believed(reading) {
            // Not as a part of a result, which would be moved twice.
            Some(context) if self.may_let_in(context, reading) => {
                let origin = self.with_fields(context.into(), reading.carrier());
                behind(message, at, origin)
            }
            Some(context) => behind(message, at, context.into()),
            None => {
                let (origin, at) = self.take_apart_odd(reading).unwrap_or_default();
                behind(message, at, origin)
            }
        }
    }

    /// Takes a message apart, whose buffer the payload shares.
    ///
    /// # Errors
    /// [`Refused`], with the whole message, if the channel's [`Mode`] takes it for an error.
    pub fn try_receive(&self, message: Bytes) -> Result<Traced<Bytes>, Refused> {
        match self.take_apart(&message) {
            Ok((origin, at)) => Ok(behind(message, at, origin)),
            Err(fault) => Err(Refused::new(fault, message)),
        }
    }

    /// Takes a message apart that is borrowed, as by a relay that passes it on.
    #[must_use]
    #[inline]
    pub fn receive_ref<'m>(&self, message: &'m [u8]) -> Traced<&'m [u8]> {
        match self.channel.context_alone(&self.quick, message).zip(message.get(CONTEXT_LEN..)) {
            Some((context, payload)) => Traced::new(payload, context),
            None => self.receive_any_ref(message),
        }
    }

    #[inline(never)]
    fn receive_any_ref<'m>(&self, message: &'m [u8]) -> Traced<&'m [u8]> {
        let (origin, at) = self.take_apart(message).unwrap_or_default();
        behind(message, at, origin)
    }

    /// Takes a message apart that is borrowed, as by a relay that passes it on.
    ///
    /// # Errors
    /// A [`Fault`] if the channel's [`Mode`] takes the message for an error.
    pub fn try_receive_ref<'m>(&self, message: &'m [u8]) -> Result<Traced<&'m [u8]>, Fault> {
        let (origin, at) = self.take_apart(message)?;
        Ok(behind(message, at, origin))
    }

    fn take_apart(&self, message: &[u8]) -> Result<(Origin, usize), Fault> {
        let reading = self.channel.reader.read(message);
        let Some(context) = self.believed(reading) else { return self.take_apart_odd(reading) };
        let origin = if self.may_let_in(context, reading) {
            self.with_fields(context.into(), reading.carrier())
        } else {
            context.into()
        };
        Ok((origin, reading.payload_offset()))
    }

    /// The same of any message but one whose context is believed.
    #[inline(never)]
    fn take_apart_odd(&self, reading: Reading<'_>) -> Result<(Origin, usize), Fault> {
        if self.is_off() {
            return Ok((Origin::default(), 0));
        }
        let required = reading.require(self.channel.sending.mode);
        let origin = self.judge(reading, required.err())?;
        Ok(origin.map_or_else(Default::default, |origin| (origin, reading.payload_offset())))
    }

    /// The context of a message, whatever it brings besides, if it is believed.
    #[inline]
    fn believed(&self, reading: Reading<'_>) -> Option<TraceContext> {
        self.channel.believed(&self.quick, reading.context()?)
    }

    /// Whether there may be something that passes of what a message of this context brings: most
    /// often there is not.
    #[inline]
    fn may_let_in(&self, context: TraceContext, reading: Reading<'_>) -> bool {
        let fields = reading.as_bytes().get(CONTEXT_LEN..reading.payload_offset());
        Kept::may_be_received(context, fields.unwrap_or_default(), &self.channel.inbound_fields)
    }

    /// Takes a message of a text channel apart.
    #[cfg(feature = "text")]
    #[must_use]
    pub fn receive_text<'m>(&self, message: &'m str) -> Traced<&'m str> {
        let reading = self.channel.reader.read_text(message);
        let context = reading.context_alone();
        match context.and_then(|context| self.channel.believed(&self.quick, context)) {
            Some(context) => {
                let payload = message.get(reading.payload_offset()..);
                Traced::new(payload.unwrap_or_default(), context)
            }
            None => self.take_text_apart(message, reading).unwrap_or_else(|_| message.into()),
        }
    }

    /// Takes a message of a text channel apart.
    ///
    /// # Errors
    /// A [`Fault`] if the channel's [`Mode`] takes the message for an error.
    #[cfg(feature = "text")]
    pub fn try_receive_text<'m>(&self, message: &'m str) -> Result<Traced<&'m str>, Fault> {
        self.take_text_apart(message, self.channel.reader.read_text(message))
    }

    #[cfg(feature = "text")]
    fn take_text_apart<'m>(
        &self,
        message: &'m str,
        reading: TextReading<'m>,
    ) -> Result<Traced<&'m str>, Fault> {
        if self.is_off() {
            return Ok(message.into());
        }
        let required = reading.require(self.channel.sending.mode);
        let refusal = required.err();
        Ok(match reading.with_decoded(|decoded| self.judge(decoded, refusal))? {
            Some(origin) => {
                let payload = message.get(reading.payload_offset()..);
                Traced::new(payload.unwrap_or_default(), origin)
            }
            None => message.into(),
        })
    }

    /// Whether frames are not read at all. Where every sender is upgraded, they always are.
    fn is_off(&self) -> bool {
        self.stands_at(Rollout::Off)
    }

    fn stands_at(&self, rollout: Rollout) -> bool {
        let sending = &self.channel.sending;
        sending.mode == Mode::Mixed && sending.switch.get() == rollout
    }

    /// Counts a message that was read, and judges where it comes from; or gives back what the mode
    /// has against it. `None` if it was only to be counted.
    fn judge(&self, reading: Reading<'_>, refusal: Option<Fault>) -> Result<Option<Origin>, Fault> {
        let counters = self.channel.counters();
        counters.record_reading(reading);
        if let Some(refusal) = refusal {
            counters.record_refusal(reading.fault(), refusal);
            return Err(refusal);
        }
        if self.stands_at(Rollout::CountOnly) {
            return Ok(None);
        }
        counters.record_judgement(reading, self.trust);
        let origin = Origin::new(self.trust.judge(reading));
        let carrier = reading.carrier();
        if self.trust == Trust::Drop || !carrier.may_have_fields() {
            return Ok(Some(origin));
        }
        Ok(Some(self.with_fields(origin, carrier)))
    }

    /// The origin with what passes of the fields, for a receiver of this name.
    fn with_fields(&self, origin: Origin, carrier: Carrier<'_>) -> Origin {
        let origin = origin.with_fields_of(carrier, &self.channel.inbound_fields);
        if let Some(name) = self.name {
            return origin.for_receiver(name);
        }
        if origin.thinning().is_some() {
            self.channel.counters().record(Count::Unnamed);
        }
        origin
    }
}

/// The payload of a message, which begins there.
#[inline]
fn behind<M: Buf>(mut message: M, at: usize, origin: Origin) -> Traced<M> {
    message.advance(at);
    Traced::new(message, origin)
}
