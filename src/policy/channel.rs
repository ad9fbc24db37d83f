//! A channel: the policies that hold for all messages between a set of senders and receivers.

use bytes::{Buf, Bytes};

use super::{
    AllowList, Broadcast, Count, Counters, FanOut, Inbound, Origin, Outgoing, Rollout, RolloutSwitch, Traced, Trust,
    Unsampled,
};
use crate::{EncodedEnvelope, Envelope, Frame, Message, Reader, Verdict, needs_escape};

/// The policies of a channel, in one place: the rollout switch, how far its peers are trusted, what passes its boundary, and what has been counted. Meant to be a `static`; everything
/// but the switch and the counters is fixed when it is made. Making one, and asking for its parts, is O(1); what a message costs stands at each method.
///
/// ```
/// use bytes::Bytes;
/// use glassine::{Channel, Inbound, Origin, Rollout, TraceContext, Trust};
///
/// // Without `with_trust`, inbound context is dropped: say how far you trust your peers.
/// static ORDERS: Channel = Channel::new().with_trust(Trust::Accept);
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let payload = Bytes::from_static(b"{\"id\":7}");
///
/// // Receive only, until it is said otherwise: the payload goes as it is.
/// assert_eq!(ORDERS.frame(&context.into(), payload.clone()).to_bytes(), payload);
///
/// ORDERS.rollout().set(Rollout::On);
/// let message = ORDERS.frame(&context.into(), payload.clone()).to_bytes();
/// let received = ORDERS.receive(message);
/// assert_eq!(received.origin().inbound(), Inbound::Continue(context));
/// assert_eq!(received.message(), &payload);
/// # Ok::<(), glassine::ParseError>(())
/// ```
#[derive(Debug, Default)]
pub struct Channel {
    rollout: RolloutSwitch,
    counters: Counters,
    trust: Trust,
    reader: Reader,
    unsampled: Unsampled,
    inbound_fields: AllowList,
    outbound_fields: AllowList,
}

impl Channel {
    /// A channel that receives only, and believes nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            rollout: RolloutSwitch::new(Rollout::ReceiveOnly),
            counters: Counters::new(),
            trust: Trust::Drop,
            reader: Reader::new(),
            unsampled: Unsampled::Bare,
            inbound_fields: AllowList::NONE,
            outbound_fields: AllowList::NONE,
        }
    }

    /// The same with its switch in this position.
    #[must_use]
    pub const fn with_rollout(self, rollout: Rollout) -> Self {
        Self { rollout: RolloutSwitch::new(rollout), ..self }
    }

    /// The same with this trust in every peer.
    #[must_use]
    pub const fn with_trust(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// The same with this reader: its cap bounds what is looked at in a carrier.
    #[must_use]
    pub const fn with_reader(self, reader: Reader) -> Self {
        Self { reader, ..self }
    }

    /// The same, with this for contexts that are not sampled.
    #[must_use]
    pub const fn with_unsampled(self, unsampled: Unsampled) -> Self {
        Self { unsampled, ..self }
    }

    /// The same with these fields coming in. By default, those of [`AllowList::NONE`].
    #[must_use]
    pub const fn with_inbound_fields(self, list: AllowList) -> Self {
        Self { inbound_fields: list, ..self }
    }

    /// The same with these fields going out. By default, those of [`AllowList::NONE`].
    #[must_use]
    pub const fn with_outbound_fields(self, list: AllowList) -> Self {
        Self { outbound_fields: list, ..self }
    }

    /// The switch.
    #[must_use]
    pub const fn rollout(&self) -> &RolloutSwitch {
        &self.rollout
    }

    /// What was counted.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Takes a message of a mixed channel apart: its payload, sharing the buffer, and what the channel's trust leaves of its context. While the switch is off, the payload is all of it.
    /// Allocates only for fields that pass the allow-list.
    #[must_use]
    pub fn receive(&self, bytes: Bytes) -> Traced<Bytes> {
        self.receive_from(self.trust, bytes)
    }

    /// [`receive`](Self::receive), at the same cost, from a peer that is trusted otherwise than the channel.
    #[must_use]
    pub fn receive_from(&self, trust: Trust, bytes: Bytes) -> Traced<Bytes> {
        if self.rollout.rollout() == Rollout::Off {
            return bytes.into();
        }
        let message = self.reader.read_shared(bytes);
        let origin = self.origin(trust, message.as_message());
        Traced::new(message.into_payload(), origin)
    }

    /// Counts a message that was read, and judges where it comes from: for closed and always channels, and for peers without shared buffers. Allocates only for fields that pass the
    /// allow-list.
    #[must_use]
    pub fn origin(&self, trust: Trust, message: Message<'_>) -> Origin {
        if message.verdict() == Verdict::Bare {
            self.counters.add(Count::Bare);
            return Origin::default();
        }
        self.counters.read(message);
        let inbound = trust.judge(message);
        self.counters.judged(message, inbound);
        let origin = Origin::new(inbound);
        if trust == Trust::Drop { origin } else { origin.with_fields_of(message.carrier(), &self.inbound_fields) }
    }

    /// What goes in front of the payload of a message that comes from there: `origin` is that of the span that sends it, or of a message that is passed on.
    ///
    /// Only a sampled context travels, and only if its trace is in the rollout's share. A link is not passed on. Without fields, and whenever it is bare, nothing is allocated.
    #[must_use]
    pub fn outgoing(&self, origin: &Origin) -> Outgoing<'_> {
        let rollout = self.rollout.rollout();
        if !rollout.sends() {
            return Outgoing::OFF;
        }
        let envelope = match origin.inbound() {
            Inbound::Continue(context) | Inbound::Decide(context) => rollout.envelope(Some(context), self.unsampled),
            // Neither has a trace whose share could be asked for.
            Inbound::DoNotStart if self.unsampled == Unsampled::Marker && rollout == Rollout::On => {
                Some(Envelope::unsampled())
            }
            Inbound::Nothing if origin.has_fields() && rollout == Rollout::On => Some(Envelope::escape()),
            Inbound::Nothing | Inbound::DoNotStart | Inbound::Link(_) => None,
        };
        let encoded = match envelope {
            None => EncodedEnvelope::EMPTY,
            // Fields travel with what is sampled.
            Some(envelope) if envelope == Envelope::unsampled() => EncodedEnvelope::without_fields(&envelope),
            Some(envelope) => origin.encode(envelope, &self.outbound_fields),
        };
        Outgoing::new(encoded, &self.counters)
    }

    /// The message that comes from there, with a payload that is not copied.
    #[must_use]
    #[inline]
    pub fn frame<P: Buf>(&self, origin: &Origin, payload: P) -> Frame<P> {
        // Most messages are of this kind, and need not ask for more.
        let goes_bare = !origin.has_something_to_send() && self.unsampled == Unsampled::Bare;
        if goes_bare && !needs_escape(payload.chunk()) {
            return Frame::new(EncodedEnvelope::EMPTY, payload);
        }
        self.frame_with_context(origin, payload)
    }

    /// Apart, so that the check in front of it is small enough to be inlined.
    #[inline(never)]
    fn frame_with_context<P: Buf>(&self, origin: &Origin, payload: P) -> Frame<P> {
        self.outgoing(origin).frame(payload)
    }

    /// The messages of a fan-out: one payload for all recipients, of whom the table chooses those that get the context (`R-FAN-1`). 0 recipients count as 1.
    #[must_use]
    pub fn broadcast<P: Buf + Clone>(
        &self,
        origin: &Origin,
        payload: P,
        recipients: u32,
        table: FanOut<'_>,
    ) -> Broadcast<'_, P> {
        Broadcast::new(self, origin, payload, table.one_in(recipients))
    }
}
