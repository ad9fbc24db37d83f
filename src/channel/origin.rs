//! Where a message comes from: what is left of its context once the policies have seen it.

use alloc::borrow::Cow;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;
use core::num::NonZeroU32;

use crate::canonical_order::GoingOn;
use crate::carrier::Carrier;
use crate::channel::boundary::{Boundary, parts};
use crate::channel::kept::{Kept, ROOM, encoded_within_room};
use crate::context::TraceContext;
use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::{Envelope, Says};
use crate::field::Field;
use crate::policy::allow_list::AllowList;
use crate::policy::fan_out::{fan_out_selects, nested_weight};
use crate::policy::propagation::Propagation;
use crate::policy::trust::weighs;
use crate::shorten::shorten;
use crate::wire::{HEADER_LEN, MAX_FIELDS};

/// Where a message comes from: what its receiver's span does with the context that came
/// ([`Propagation`]), how many messages it stands for, and the fields that go on with it.
///
/// It is what [`Traced`](crate::Traced) holds beside a message, what a span is started from, and
/// what a sender makes a frame of. 40 bytes. Every method is O(1) and allocates nothing unless it
/// says otherwise; so is cloning one.
///
/// ```
/// use glassine::{Origin, TraceContext};
/// use glassine::policy::Propagation;
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// assert_eq!(Origin::from(context).propagation(), Propagation::Continue(context));
/// assert_eq!(Origin::default().propagation(), Propagation::Unknown);
/// # Ok::<(), glassine::w3c::ParseError>(())
/// ```
// A `Propagation` would be moved in pieces, because its variants differ in length: it stands here
// taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    kind: Kind,
    to_send: ToSend,
    /// `TraceContext::ABSENT` where the kind has none.
    context: TraceContext,
    weight: Option<NonZeroU32>,
    kept: Option<Arc<Kept>>,
}

/// Which [`Propagation`] it is.
///
/// A byte like [`ToSend`], and no enumeration: an origin has no value that is none. Else that one
/// would be where `Option`s, `Result`s and `Poll`s of messages say what they are, and the queues
/// that make one of the other move a message in pieces around that byte.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind(u8);

impl Kind {
    const UNKNOWN: Self = Self(0);
    const SUPPRESS: Self = Self(1);
    const CONTINUE: Self = Self(2);
    const RESAMPLE: Self = Self(3);
    const LINK: Self = Self(4);
}

/// How much there may be to send of an origin: what is asked of every message, found once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct ToSend(u8);

impl ToSend {
    pub(super) const NOTHING: Self = Self(0);
    /// A sampled context without a weight or fields.
    pub(super) const CONTEXT: Self = Self(1);
    const MORE: Self = Self(2);
}

impl Origin {
    /// An origin of which nothing more is known.
    #[must_use]
    #[inline]
    pub const fn new(propagation: Propagation) -> Self {
        let (kind, context) = match propagation {
            Propagation::Unknown => (Kind::UNKNOWN, TraceContext::ABSENT),
            Propagation::Suppress => (Kind::SUPPRESS, TraceContext::ABSENT),
            Propagation::Continue(context) => return Self::continuing(context),
            Propagation::Resample(context) => (Kind::RESAMPLE, context),
            Propagation::Link(context) => (Kind::LINK, context),
        };
        Self { kind, to_send: ToSend::NOTHING, context, weight: None, kept: None }
    }

    #[inline]
    const fn continuing(context: TraceContext) -> Self {
        let to_send = if context.is_sampled() { ToSend::CONTEXT } else { ToSend::NOTHING };
        Self { kind: Kind::CONTINUE, to_send, context, weight: None, kept: None }
    }

    /// The same with this weight and these fields.
    #[inline]
    fn with(self, weight: Option<NonZeroU32>, kept: Option<Arc<Kept>>) -> Self {
        let to_send = match (self.sampled_context(), &kept, weight) {
            (_, Some(_), _) | (Some(_), None, Some(_)) => ToSend::MORE,
            (Some(_), None, None) => ToSend::CONTEXT,
            (None, None, _) => ToSend::NOTHING,
        };
        Self { to_send, weight, kept, ..self }
    }

    /// The same with these fields besides its own, of which they replace what counts once. Fields
    /// that a writer would refuse are left out, and what is too long for a carrier of 16 KiB is
    /// [shortened](crate::shorten). They are copied, with an allocation or two,
    /// and a few more if some are left out; O(bytes), of at most 128 fields.
    #[must_use]
    pub fn with_fields(self, fields: &[Field<'_>]) -> Self {
        let kept = self.keep(fields, |_| true);
        let weight = kept.as_ref().and_then(Kept::weight).or(self.weight);
        self.with(weight, kept.map(Arc::new))
    }

    /// Sets the baggage, or takes it away: a `baggage` header value, as its owner says it now. The
    /// fields are copied, as by [`with_fields`](Self::with_fields).
    #[must_use]
    pub fn with_baggage(self, text: Option<&str>) -> Self {
        let baggage = text.map(Field::Baggage);
        let kept = self.keep(baggage.as_slice(), |field| !matches!(field, Field::Baggage(_)));
        let weight = self.weight;
        self.with(weight, kept.map(Arc::new))
    }

    /// The origin of a message that a fan-out has chosen, one in so many: its weight is multiplied
    /// (`R-FAN-3`).
    #[must_use]
    pub fn fanned_out(mut self, one_in: NonZeroU32) -> Self {
        // A weight of 1 says nothing.
        let weight = Some(nested_weight(self.weight, one_in)).filter(|weight| weight.get() > 1);
        let kept = self.kept.take();
        self.with(weight, kept)
    }

    /// The origin of a message that `context`'s span sends while it handles a message of this
    /// origin: it carries on the fields of the old one, and its weight, which counts messages and
    /// is of no trace. What belongs to the trace (`tracestate`, other propagators' keys) goes on
    /// only within the trace; further contexts and a [`thinning`](Self::thinning) stay behind.
    /// O(1).
    #[must_use]
    #[inline]
    pub fn followed_by(&self, context: TraceContext) -> Self {
        let weight = self.weight.filter(|_| context.is_sampled());
        Self::continuing(context).with(weight, self.kept.clone())
    }

    /// What the receiver's span does.
    #[must_use]
    #[inline]
    pub const fn propagation(&self) -> Propagation {
        match self.kind {
            Kind::UNKNOWN => Propagation::Unknown,
            Kind::SUPPRESS => Propagation::Suppress,
            Kind::CONTINUE => Propagation::Continue(self.context),
            Kind::RESAMPLE => Propagation::Resample(self.context),
            _ => Propagation::Link(self.context),
        }
    }

    /// How many messages this one stands for: those of the fan-outs that it has come through
    /// (`R-FAN-3`).
    #[must_use]
    #[inline]
    pub const fn weight(&self) -> Option<NonZeroU32> {
        self.weight
    }

    /// The fields that came with the message, as far as the allow-list let them pass, with the
    /// context as it was judged. Empty if there were none.
    #[must_use]
    pub fn carrier(&self) -> Carrier<'_> {
        self.kept.as_ref().map_or(Carrier::EMPTY, |kept| kept.carrier())
    }

    /// The context, whether it is continued or linked to.
    #[must_use]
    #[inline]
    pub const fn context(&self) -> Option<TraceContext> {
        match self.kind {
            Kind::UNKNOWN | Kind::SUPPRESS => None,
            _ => Some(self.context),
        }
    }

    /// Keeps what the list lets pass of a message's fields. `self` is what the trust policy has
    /// left of its context.
    pub(super) fn with_fields_of(self, carrier: Carrier<'_>, list: &AllowList) -> Self {
        match Kept::received(self.context(), carrier, list, weighs(self.propagation())) {
            Some(kept) => {
                let weight = kept.weight().or(self.weight);
                self.with(weight, Some(Arc::new(kept)))
            }
            None => self,
        }
    }

    /// The origin that a receiver of this name has, of a message that went to many as one copy
    /// (`R-THIN-1`): with the weight of one in so many if it is chosen, and with the decision
    /// against the trace if not. A name is any bytes that stay the same for the receiver; who has
    /// none makes a random one when it starts. Of any other message, its origin. Two hashes;
    /// allocates if there are other fields.
    #[must_use]
    pub fn for_receiver(self, name: &[u8]) -> Self {
        let (Some(context), Some(one_in)) = (self.sampled_context(), self.thinning()) else {
            return self;
        };
        let is_chosen = fan_out_selects(context.trace_id(), self.weight, name, one_in);
        // The thinning is spent.
        let kept = self.keep(&[], |field| !matches!(field, Field::Thinning(_)));
        let weight = self.weight;
        let origin = self.with(weight, kept.map(Arc::new));
        if is_chosen { origin.fanned_out(one_in) } else { origin.not_chosen() }
    }

    /// One in how many receivers of this copy keep its context. `None` unless it went to many.
    #[must_use]
    pub fn thinning(&self) -> Option<NonZeroU32> {
        let carrier = self.kept.as_ref().filter(|kept| kept.is_thinned())?.carrier();
        // It is of the message that came, and of none that follows it (`R-THIN-5`).
        (carrier.context() == self.context()).then(|| carrier.thinning()).flatten()
    }

    /// The origin of a message that is not a part of what is done now, but comes after it, such as
    /// one that an actor sends to itself: its receiver links to this context if it is sampled, and
    /// decides anew. Without fields, which belong to what is done now.
    #[must_use]
    pub fn as_link(&self) -> Self {
        self.sampled_context()
            .map_or_else(Self::default, |context| Self::new(Propagation::Link(*context)))
    }

    /// The origin of a message that a fan-out has not chosen: the decision against the trace
    /// travels, and baggage, which is independent of it.
    #[must_use]
    pub fn not_chosen(self) -> Self {
        match self.sampled_context().copied() {
            Some(context) => {
                let flags = context.flags().with_sampled(false);
                Self::continuing(context.with_flags(flags)).with(None, self.kept)
            }
            None => self,
        }
    }

    /// The context of a trace that somebody has decided for, and whom this channel believes.
    #[inline]
    pub(super) const fn sampled_context(&self) -> Option<&TraceContext> {
        match self.kind {
            Kind::CONTINUE if self.context.is_sampled() => Some(&self.context),
            _ => None,
        }
    }

    /// How much there may be to send, besides a decision against the trace.
    #[inline]
    pub(super) const fn to_send(&self) -> ToSend {
        self.to_send
    }

    /// The context, if it is sampled and there is nothing else to send.
    #[inline]
    pub(super) const fn context_alone(&self) -> Option<&TraceContext> {
        if matches!(self.to_send, ToSend::CONTEXT) { Some(&self.context) } else { None }
    }

    /// Writes down these fields and, of this message's own, those that stay. Of fields that count
    /// once the first counts.
    fn keep(&self, fields: &[Field<'_>], stays: impl Fn(&Field<'_>) -> bool) -> Option<Kept> {
        let context = self.context();
        let is_thinned = self.thinning().is_some();
        let is_own = self.going_on(context);
        Kept::new(context, fields, self.carrier(), |field| {
            stays(field) && (is_own(field) || is_thinned && matches!(field, Field::Thinning(_)))
        })
    }

    /// Whether fields go on with the message. O(1).
    #[must_use]
    #[inline]
    pub const fn has_fields(&self) -> bool {
        self.kept.is_some()
    }

    /// Encodes what is said, with the fields that go on and pass the boundary; and whether some of
    /// them did not. `thinning` says that the message goes to many as one copy, and is the hop's
    /// own.
    pub(super) fn encode(
        &self,
        says: Says,
        boundary: &Boundary,
        thinning: Option<NonZeroU32>,
    ) -> (EncodedEnvelope, bool) {
        let context = says.context();
        let weight = self.weight.map(Field::FanOutWeight);
        let thinning = thinning.filter(|one_in| one_in.get() > 1).map(Field::Thinning);
        let own = weight.into_iter().chain(thinning).filter(|field| field.is_in_place(context));
        let Some(kept) = &self.kept else {
            let encoded = match (own.clone().next(), own.clone().nth(1)) {
                (Some(one), Some(other)) => encoded(says, &[one, other]),
                (one, _) => encoded(says, one.as_slice()),
            };
            return (encoded, false);
        };
        let is_whole = thinning.is_none() && kept.goes_on_whole(context, self.weight);
        if is_whole && boundary.admits_all(kept.carrier()) {
            return (kept.encoded(says), false);
        }
        let goes_on = self.going_on(context);
        let has_lost = Cell::new(false);
        // What goes on of lists that lose members, and these lists.
        let (mut baggage, mut tracestate) = (None, None);
        let mut going_on = GoingOn::find(
            kept.carrier(),
            // Once something is lost, what the list holds back in any case need not be judged.
            |of| !has_lost.get() || boundary.list.may_admit(of),
            |field| {
                if !goes_on(field) || !field.is_in_place(context) {
                    return false;
                }
                let stays = match field {
                    Field::Baggage(text) => match boundary.list.baggage(text) {
                        Some(Cow::Owned(left)) => {
                            baggage = Some((left, *field));
                            return false;
                        }
                        left => left.is_some(),
                    },
                    Field::Tracestate(_) => match boundary.limit(*field) {
                        Some(left) if left != *field => {
                            tracestate = Some((left, *field));
                            return false;
                        }
                        left => left.is_some(),
                    },
                    field => boundary.list.admits(field),
                };
                // A list without a member says nothing.
                if !stays && parts(&[*field]) > 0 {
                    has_lost.set(true);
                }
                stays
            },
        );
        let baggage = baggage.as_ref().map(|(left, whole)| (Field::Baggage(left), *whole));
        let shorter = baggage.into_iter().chain(tracestate);
        let mut has_lost = has_lost.get();
        has_lost |= shorter.clone().any(|(left, whole)| parts(&[left]) < parts(&[whole]));
        let given: Vec<_> = own.chain(shorter.map(|(left, _)| left)).collect();
        let envelope = Envelope::saying(says).with_fields(&given);
        if let Some(encoded) = encoded_within_room(envelope, &given, &mut going_on) {
            return (encoded, has_lost);
        }
        let mut fields: Vec<_> = given.iter().copied().chain(going_on.fields()).collect();
        let all = parts(&fields);
        fields.truncate(MAX_FIELDS);
        let fields = shorten(&mut fields, ROOM);
        has_lost |= parts(fields) < all;
        (encoded(says, fields), has_lost)
    }

    /// Encodes the fields that go on without a context, if any pass the boundary, in the escape.
    pub(super) fn encode_fields_only(&self, boundary: &Boundary) -> (EncodedEnvelope, bool) {
        let (encoded, has_lost) = self.encode(Says::Nothing, boundary, None);
        let has_fields = encoded.as_bytes().len() > HEADER_LEN;
        (if has_fields { encoded } else { EncodedEnvelope::empty() }, has_lost)
    }

    /// Tells which fields a message of this context carries on. The weight is not among them.
    fn going_on(&self, context: Option<TraceContext>) -> impl Fn(&Field<'_>) -> bool + use<> {
        let before = self.carrier().context();
        let is_unchanged = before == context;
        let in_trace =
            is_unchanged || before.zip(context).is_some_and(|(a, b)| a.trace_id() == b.trace_id());
        move |field| match field {
            // The weight is written anew, and a thinning is the hop's (`R-THIN-5`).
            Field::FanOutWeight(_) | Field::Thinning(_) => false,
            Field::FurtherContext(_) => is_unchanged,
            Field::Tracestate(_) | Field::TextMap { .. } => in_trace,
            Field::Baggage(_) => true,
            Field::Unknown { field_type, .. } => is_unchanged || field_type.is_kept_unknown(),
        }
    }
}

impl Default for Origin {
    #[inline]
    fn default() -> Self {
        Self::new(Propagation::Unknown)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origin")
            .field("propagation", &self.propagation())
            .field("weight", &self.weight)
            .field("kept", &self.kept)
            .finish()
    }
}

impl From<TraceContext> for Origin {
    /// A trusted context, such as that of the span that sends.
    #[inline]
    fn from(context: TraceContext) -> Self {
        Self::continuing(context)
    }
}

impl From<Option<TraceContext>> for Origin {
    fn from(context: Option<TraceContext>) -> Self {
        context.map_or_else(Self::default, Self::from)
    }
}

/// Tracing never fails a message: fields that could not be written would cost the fields.
fn encoded(says: Says, fields: &[Field<'_>]) -> EncodedEnvelope {
    let whole = Envelope::saying(says).with_fields(fields).to_encoded();
    whole.unwrap_or_else(|_| EncodedEnvelope::without_fields(says))
}
