//! A channel: the policies that hold for all messages between a set of senders and receivers.

pub(crate) mod boundary;
pub(crate) mod broadcast;
#[cfg(feature = "serde")]
pub(crate) mod config;
pub(crate) mod form;
pub(crate) mod kept;
pub(crate) mod origin;
pub(crate) mod payload;
pub(crate) mod prepared;
pub(crate) mod quick;
pub(crate) mod receiver;
pub(crate) mod relay;
pub(crate) mod sending;
pub(crate) mod too_long;
pub(crate) mod traced;
pub(crate) mod wrapper;

use core::mem::{forget, replace};
use core::num::NonZeroU32;

use bytes::{Buf, Bytes};

use crate::channel::boundary::Boundary;
use crate::channel::origin::Origin;
use crate::channel::payload::Payload;
use crate::channel::prepared::{Asks, Prepared};
use crate::channel::quick::Quick;
use crate::channel::sending::{EmptyMessages, Sending};
use crate::channel::traced::Traced;
use crate::channel::wrapper::Wrapper;
use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::{Says, needs_escape};
use crate::mode::Mode;
use crate::policy::allow_list::AllowList;
use crate::policy::counters::{Count, Counters};
use crate::policy::fan_out::FanOut;
use crate::policy::propagation::Propagation;
use crate::policy::rollout::{Rollout, RolloutSwitch, Unsampled};
use crate::policy::trust::Trust;
use crate::reader::Reader;
use crate::wire::CONTEXT_LEN;
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
#[derive(Debug)]
pub struct Channel {
    sending: Sending,
    trust: Trust,
    reader: Reader,
    unsampled: Unsampled,
    inbound_fields: AllowList,
    outbound: Boundary,
    quick: Quick,
}

impl Channel {
    /// Makes a mixed channel that receives only, and believes nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            sending: Sending::new(Rollout::ReceiveOnly),
            trust: Trust::Drop,
            reader: Reader::new(),
            unsampled: Unsampled::Bare,
            inbound_fields: AllowList::NONE,
            outbound: Boundary::new(),
            quick: Quick::new(Mode::Mixed, Unsampled::Bare, Trust::Drop, Reader::new()),
        }
    }

    /// Sets the position that its switch begins with. By default, it receives only.
    #[must_use]
    pub const fn with_rollout(mut self, rollout: Rollout) -> Self {
        self.sending.switch = RolloutSwitch::new(rollout);
        self
    }

    /// Sets how it is run: which messages are errors. By default, none is ([`Mode::Mixed`]).
    ///
    /// What a channel sends, its receivers take: a closed one escapes, and an always one wraps
    /// every message, wherever the switch stands. Both read frames even while the switch is off.
    #[must_use]
    pub const fn with_mode(mut self, mode: Mode) -> Self {
        self.sending.mode = mode;
        self.with_quick()
    }

    /// Sets what becomes of messages without a payload. By default, they go bare.
    #[must_use]
    pub const fn with_empty_messages(mut self, empty: EmptyMessages) -> Self {
        self.sending.empty = empty;
        self
    }

    /// Sets how many bytes a message may have, such as the 8,000 of a NOTIFY. By default, any
    /// number.
    ///
    /// A message that would be longer loses fields, by the rule of [shortening](crate::shorten),
    /// then its envelope, and never the payload; [`Count::FieldsDropped`] and [`Count::TooLong`]
    /// tell. No marker takes the place of a sampled context for which there is no room: it would
    /// say the opposite of what was decided. If the payload needs the escape and has no room for
    /// it, the message is made all the same, for the transport to refuse; [`Wrapper::try_wrap`]
    /// says it before.
    #[must_use]
    pub const fn with_max_message_len(mut self, bytes: usize) -> Self {
        self.sending.max_message_len = Some(bytes);
        self
    }

    /// Sets how much of a `tracestate` goes out, so that what a peer sends does not come back on
    /// every reply. By default 512 bytes, which W3C Trace Context asks everybody to pass on at
    /// least. Whole members go, from the end of the list.
    #[must_use]
    pub const fn with_max_tracestate_len(mut self, bytes: u16) -> Self {
        self.outbound.max_tracestate_len = bytes;
        self
    }

    /// Sets how far its peers are trusted. By default, not at all.
    #[must_use]
    pub const fn with_trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self.with_quick()
    }

    /// Sets its reader, whose cap bounds what is looked at in a carrier.
    #[must_use]
    pub const fn with_reader(mut self, reader: Reader) -> Self {
        self.reader = reader;
        self.with_quick()
    }

    /// Sets what becomes of contexts that are not sampled. By default, nothing: the message goes
    /// bare.
    #[must_use]
    pub const fn with_unsampled(mut self, unsampled: Unsampled) -> Self {
        self.unsampled = unsampled;
        self.with_quick()
    }

    const fn with_quick(mut self) -> Self {
        self.quick = Quick::new(self.sending.mode, self.unsampled, self.trust, self.reader);
        self
    }

    /// Sets which fields come in. By default, those of [`AllowList::NONE`].
    #[must_use]
    pub const fn with_inbound_fields(mut self, list: AllowList) -> Self {
        forget(replace(&mut self.inbound_fields, list));
        self
    }

    /// Sets which fields go out. By default, those of [`AllowList::NONE`].
    #[must_use]
    pub const fn with_outbound_fields(mut self, list: AllowList) -> Self {
        forget(replace(&mut self.outbound.list, list));
        self
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

    /// Takes a message apart: its payload, which shares the buffer, and what the channel's trust
    /// leaves of its context. Delivers every message; what a closed or always channel takes for an
    /// error comes whole, as bare, and is counted. [`receiver`](Self::receiver) does more: it gives
    /// the error, trusts a peer otherwise, has a name. Allocates only for fields that pass the
    /// list.
    #[must_use]
    #[inline]
    pub fn receive(&self, mut message: Bytes) -> Traced<Bytes> {
        if self.takes_bare(needs_escape(&message)) {
            return message.into();
        }
        match self.context_alone(&self.quick, &message) {
            Some(context) => {
                message.advance(CONTEXT_LEN);
                Traced::new(message, context)
            }
            None => {
                let (payload, origin) = self.receive_any(message).into_parts();
                Traced::new(payload, origin)
            }
        }
    }

    /// Takes a message apart that is borrowed, as [`receive`](Self::receive) does.
    #[must_use]
    #[inline]
    pub fn receive_ref<'m>(&self, message: &'m [u8]) -> Traced<&'m [u8]> {
        if self.takes_bare(needs_escape(message)) {
            return message.into();
        }
        match self.context_alone(&self.quick, message).zip(message.get(CONTEXT_LEN..)) {
            Some((context, payload)) => Traced::new(payload, context),
            None => self.receive_any_ref(message),
        }
    }

    /// Whether a message is bare and nothing more is to be asked, as most are; counts it if so.
    #[inline]
    fn takes_bare(&self, may_be_frame: bool) -> bool {
        let is_taken = !may_be_frame && self.sending.switch.has_reached(self.quick.takes_bare);
        if is_taken {
            self.sending.counters.record(Count::ReadBare);
        }
        is_taken
    }

    /// Takes a message of a text channel apart, as [`receive`](Self::receive) does. Allocates for
    /// an envelope that is more than a context.
    #[cfg(feature = "text")]
    #[must_use]
    pub fn receive_text<'m>(&self, message: &'m str) -> Traced<&'m str> {
        if self.takes_bare(crate::text::needs_escape(message)) {
            return message.into();
        }
        self.receiver().receive_text(message)
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
    /// says, each by its own name ([`Receiver::with_name`](crate::policy::Receiver::with_name)). As
    /// in every fan-out, a decision against the trace travels as the marker. Allocates if there are
    /// fields.
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
        Wrapper::new(self.prepare(origin, unsampled, thinning), &self.sending)
    }

    fn prepare(
        &self,
        origin: &Origin,
        unsampled: Unsampled,
        thinning: Option<NonZeroU32>,
    ) -> Prepared {
        let rollout = self.sending.switch.get();
        let is_on = rollout == Rollout::On;
        let wants_marker = unsampled == Unsampled::Marker;
        let (says, is_out_of_share) = match origin.propagation() {
            Propagation::Continue(context) => {
                let says = rollout.says(Some(context), unsampled);
                let would_say = Rollout::On.says(Some(context), unsampled);
                (says, says.is_none() && would_say.is_some() && rollout.sends())
            }
            // There is no trace whose share could be asked for.
            Propagation::Suppress if wants_marker && is_on => (Some(Says::Unsampled), false),
            // Nobody has taken a decision that could be passed on.
            Propagation::Suppress
            | Propagation::Unknown
            | Propagation::Resample(_)
            | Propagation::Link(_) => (None, false),
        };
        let sent = match says {
            Some(Says::Context(_)) => Count::SentSampled,
            Some(Says::Unsampled) => Count::SentMarker,
            Some(Says::Nothing) | None => Count::SentUndecided,
        };
        let (envelope, has_lost_fields) = match says {
            Some(says) => origin.encode(says, &self.outbound, thinning),
            None if origin.has_fields() && is_on => origin.encode_fields_only(&self.outbound),
            None => (EncodedEnvelope::empty(), false),
        };
        let asks = match envelope.is_empty() {
            _ if is_out_of_share || has_lost_fields => Asks::All,
            true if self.sending.mode != Mode::Always => Asks::Escape,
            false if self.sending.max_message_len.is_none() => Asks::Payload,
            _ => Asks::All,
        };
        Prepared { envelope, sent, is_out_of_share, has_lost_fields, asks }
    }

    /// Wraps a message that comes from there, whose payload is not copied.
    ///
    /// What needs two steps is done with the [`wrapper`](Self::wrapper): a payload that is encoded
    /// straight behind its envelope, one copy to many, an error for what is too long.
    #[must_use]
    #[inline]
    pub fn wrap<P: Payload>(&self, origin: &Origin, payload: P) -> Wrapped<P::Buf> {
        self.wrap_buf(origin, payload.into_buf())
    }

    #[inline]
    pub(crate) fn wrap_buf<P: Buf>(&self, origin: &Origin, payload: P) -> Wrapped<P> {
        // Nearly all messages are of two kinds, and need not ask for more.
        let is_bare = origin.to_send() < self.quick.bare_below && !needs_escape(payload.chunk());
        if !is_bare {
            match origin.context_alone() {
                Some(context) if self.sends_whole() && payload.has_remaining() => {
                    self.sending.counters.record(Count::SentSampled);
                    return Wrapped::new(EncodedEnvelope::from(*context), payload);
                }
                _ => return self.wrap_prepared(origin, payload),
            }
        }
        self.sending.counters.record(Count::SentBare);
        Wrapped::new(EncodedEnvelope::empty(), payload)
    }

    /// Whether every context is sent, at any length.
    #[inline]
    fn sends_whole(&self) -> bool {
        self.sending.max_message_len.is_none() && self.sending.switch.get() == Rollout::On
    }

    /// Apart, so that what it needs is not saved in front of the messages that do without.
    #[cold]
    #[inline(never)]
    fn wrap_prepared<P: Buf>(&self, origin: &Origin, payload: P) -> Wrapped<P> {
        self.wrapper(origin).into_wrapped(payload)
    }

    /// Makes the message of a text channel, of a payload that comes from there. One allocation, of
    /// exactly its length; more if there are fields.
    #[cfg(feature = "text")]
    #[must_use]
    pub fn wrap_text(&self, origin: &Origin, payload: &str) -> alloc::string::String {
        let needs_escape = crate::text::needs_escape(payload);
        if origin.to_send() < self.quick.bare_below && !needs_escape {
            self.sending.counters.record(Count::SentBare);
            return payload.into();
        }
        match origin.context_alone() {
            Some(context) if self.sends_whole() && !payload.is_empty() => {
                self.sending.counters.record(Count::SentSampled);
                crate::text::joined(EncodedEnvelope::from(*context).as_bytes(), payload)
            }
            _ => self.wrapper(origin).wrap_text(payload),
        }
    }
}

impl Default for Channel {
    fn default() -> Self {
        Self::new()
    }
}
