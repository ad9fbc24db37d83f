//! A channel: the policies that hold for all messages between a set of senders and receivers.

pub(crate) mod broadcast;
pub(crate) mod kept;
pub(crate) mod origin;
pub(crate) mod sending;
pub(crate) mod traced;
pub(crate) mod wrapper;

use core::num::NonZeroU32;

use bytes::{Buf, Bytes};

use crate::channel::origin::Origin;
use crate::channel::sending::{EmptyMessages, Sending};
use crate::channel::traced::Traced;
use crate::channel::wrapper::Wrapper;
use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::Says;
use crate::policy::allow_list::AllowList;
use crate::policy::counters::{Count, Counters};
use crate::policy::fan_out::FanOut;
use crate::policy::propagation::Propagation;
use crate::policy::rollout::{Rollout, RolloutSwitch, Unsampled};
use crate::policy::trust::Trust;
use crate::reader::Reader;
use crate::reading::Reading;
use crate::verdict::Verdict;
use crate::wrapped::Wrapped;

/// The policies of a channel, in one place: the rollout switch, how far its peers are trusted, what
/// passes its boundary, and what has been counted. Meant to be a `static`; everything but the
/// switch and the counters is fixed when it is made. Making one, and asking for its parts, is O(1);
/// what a message costs stands at each method.
///
/// ```
/// use bytes::Bytes;
/// use glassine::{Channel, Origin, TraceContext};
/// use glassine::policy::{Propagation, Rollout, Trust};
///
/// // Without `with_trust`, inbound context is dropped: say how far you trust your peers.
/// static ORDERS: Channel = Channel::new().with_trust(Trust::Accept);
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let payload = Bytes::from_static(b"{\"id\":7}");
///
/// // Receive only, until it is said otherwise: the payload goes as it is.
/// assert_eq!(ORDERS.wrap(&context.into(), payload.clone()).into_bytes(), payload);
///
/// ORDERS.switch().set(Rollout::On);
/// let message = ORDERS.wrap(&context.into(), payload.clone()).into_bytes();
/// let received = ORDERS.receive(message);
/// assert_eq!(received.origin().propagation(), Propagation::Continue(context));
/// assert_eq!(received.value(), &payload);
/// # Ok::<(), glassine::w3c::ParseError>(())
/// ```
#[derive(Debug, Default)]
pub struct Channel {
    sending: Sending,
    trust: Trust,
    reader: Reader,
    unsampled: Unsampled,
    inbound_fields: AllowList,
    outbound_fields: AllowList,
}

impl Channel {
    /// Makes a channel that receives only, and believes nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            sending: Sending::new(Rollout::ReceiveOnly, EmptyMessages::Bare),
            trust: Trust::Drop,
            reader: Reader::new(),
            unsampled: Unsampled::Bare,
            inbound_fields: AllowList::NONE,
            outbound_fields: AllowList::NONE,
        }
    }

    /// Sets the position that its switch begins with.
    #[must_use]
    pub const fn with_rollout(self, rollout: Rollout) -> Self {
        Self { sending: Sending::new(rollout, self.sending.empty), ..self }
    }

    /// Sets what becomes of messages without a payload. By default, they go bare.
    #[must_use]
    pub const fn with_empty_messages(self, empty: EmptyMessages) -> Self {
        Self { sending: Sending { empty, ..self.sending }, ..self }
    }

    /// Sets how far its peers are trusted.
    #[must_use]
    pub const fn with_trust(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// Sets its reader, whose cap bounds what is looked at in a carrier.
    #[must_use]
    pub const fn with_reader(self, reader: Reader) -> Self {
        Self { reader, ..self }
    }

    /// Sets what becomes of contexts that are not sampled. By default, nothing: the message goes
    /// bare.
    #[must_use]
    pub const fn with_unsampled(self, unsampled: Unsampled) -> Self {
        Self { unsampled, ..self }
    }

    /// Sets which fields come in. By default, those of [`AllowList::NONE`].
    #[must_use]
    pub const fn with_inbound_fields(self, list: AllowList) -> Self {
        Self { inbound_fields: list, ..self }
    }

    /// Sets which fields go out. By default, those of [`AllowList::NONE`].
    #[must_use]
    pub const fn with_outbound_fields(self, list: AllowList) -> Self {
        Self { outbound_fields: list, ..self }
    }

    /// The switch.
    #[must_use]
    pub const fn switch(&self) -> &RolloutSwitch {
        &self.sending.switch
    }

    /// What was counted.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.sending.counters
    }

    /// Takes a message of a mixed channel apart: its payload, sharing the buffer, and what the
    /// channel's trust leaves of its context. While the switch is off, the payload is all of it.
    /// Allocates only for fields that pass the allow-list.
    #[must_use]
    pub fn receive(&self, bytes: Bytes) -> Traced<Bytes> {
        self.receive_from(self.trust, bytes)
    }

    /// Receives as [`receive`](Self::receive) does, for a receiver of this name: of a message that
    /// went to many as one copy, it keeps the context if its name is chosen, and learns otherwise
    /// that no trace is to start ([`Origin::for_receiver`]). Without a name every receiver keeps
    /// it, and [`Count::Unnamed`](crate::policy::Count::Unnamed) counts them.
    #[must_use]
    pub fn receive_as(&self, name: &[u8], bytes: Bytes) -> Traced<Bytes> {
        if self.sending.switch.get() == Rollout::Off {
            return bytes.into();
        }
        let reading = self.reader.read_shared(bytes);
        let origin = self.judged(self.trust, reading.as_reading()).for_receiver(name);
        Traced::new(reading.into_payload(), origin)
    }

    /// [`receive`](Self::receive), at the same cost, from a peer that is trusted otherwise than the
    /// channel.
    #[must_use]
    pub fn receive_from(&self, trust: Trust, bytes: Bytes) -> Traced<Bytes> {
        if self.sending.switch.get() == Rollout::Off {
            return bytes.into();
        }
        let reading = self.reader.read_shared(bytes);
        let origin = self.judge(trust, reading.as_reading());
        Traced::new(reading.into_payload(), origin)
    }

    /// Counts a message that was read, and judges where it comes from: for closed and always
    /// channels, and for peers without shared buffers. Allocates only for fields that pass the
    /// allow-list.
    #[must_use]
    pub fn judge(&self, trust: Trust, reading: Reading<'_>) -> Origin {
        let origin = self.judged(trust, reading);
        if origin.thinning().is_some() {
            self.sending.counters.record(Count::Unnamed);
        }
        origin
    }

    fn judged(&self, trust: Trust, reading: Reading<'_>) -> Origin {
        if reading.verdict() == Verdict::Bare {
            self.sending.counters.record(Count::Bare);
            return Origin::default();
        }
        self.sending.counters.record_reading(reading);
        let propagation = trust.judge(reading);
        self.sending.counters.record_judgement(reading, trust);
        let origin = Origin::new(propagation);
        if trust == Trust::Drop {
            origin
        } else {
            origin.with_fields_of(reading.carrier(), &self.inbound_fields)
        }
    }

    /// Decides what goes in front of the payload of a message that comes from there: `origin` is
    /// that of the span that sends it, or of a message that is passed on.
    ///
    /// Only a decision that somebody has taken travels: a sampled context, or by
    /// [`with_unsampled`](Self::with_unsampled) the marker; and only if its trace is in the
    /// rollout's share. A link and what is to be decided anew are not passed on. Baggage is
    /// independent of sampling: what passes the list of outgoing fields goes with the marker, or in
    /// the escape. Where there are no fields, and whenever the message is bare, nothing is
    /// allocated.
    #[must_use]
    pub fn wrapper(&self, origin: &Origin) -> Wrapper<'_> {
        self.wrapper_with(origin, self.unsampled, None)
    }

    /// Decides what goes in front of one copy of a message that goes to about so many receivers, as
    /// by Redis PUBLISH or an MQTT topic: they choose among themselves, one in as many as the table
    /// says, each by its own name ([`receive_as`](Self::receive_as)). As in every fan-out, a
    /// decision against the trace travels as the marker. Allocates if there are fields.
    #[must_use]
    pub fn wrapper_for_many(
        &self,
        origin: &Origin,
        recipients: u32,
        table: FanOut<'_>,
    ) -> Wrapper<'_> {
        self.wrapper_with(origin, Unsampled::Marker, Some(table.one_in(recipients)))
    }

    pub(crate) fn wrapper_with(
        &self,
        origin: &Origin,
        unsampled: Unsampled,
        thinning: Option<NonZeroU32>,
    ) -> Wrapper<'_> {
        let rollout = self.sending.switch.get();
        let says = match origin.propagation() {
            Propagation::Continue(context) => rollout.says(Some(context), unsampled),
            // There is no trace whose share could be asked for.
            Propagation::Suppress if unsampled == Unsampled::Marker && rollout == Rollout::On => {
                Some(Says::Unsampled)
            }
            // Nobody has taken a decision that could be passed on.
            Propagation::Suppress
            | Propagation::Unknown
            | Propagation::Resample(_)
            | Propagation::Link(_) => None,
        };
        let encoded = match says {
            Some(says) => origin.encode(says, &self.outbound_fields, thinning),
            None if origin.has_fields() && rollout == Rollout::On => {
                origin.encode_fields_only(&self.outbound_fields)
            }
            None => EncodedEnvelope::EMPTY,
        };
        Wrapper::new(encoded, &self.sending)
    }

    /// Wraps a message that comes from there, whose payload is not copied.
    #[must_use]
    #[inline]
    pub fn wrap<P: Buf>(&self, origin: &Origin, payload: P) -> Wrapped<P> {
        // Most messages are of this kind, and need not ask for more.
        let goes_bare = !origin.has_something_to_send() && self.unsampled == Unsampled::Bare;
        if goes_bare && Says::or_escape(None, payload.chunk()).is_none() {
            return Wrapped::new(EncodedEnvelope::EMPTY, payload);
        }
        self.wrap_with_context(origin, payload)
    }

    /// Apart, so that the check in front of it is small enough to be inlined.
    #[inline(never)]
    fn wrap_with_context<P: Buf>(&self, origin: &Origin, payload: P) -> Wrapped<P> {
        self.wrapper(origin).wrap(payload)
    }
}
