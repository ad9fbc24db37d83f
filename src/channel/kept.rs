//! Fields that outlive the message that brought them, in the form in which they go out again.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use crate::canonical_order::GoingOn;
use crate::carrier::Carrier;
use crate::context::TraceContext;
use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::{Envelope, Says};
use crate::field::{Field, FieldType};
use crate::policy::allow_list::AllowList;
use crate::reading::Reading;
use crate::shorten::shorten;
use crate::wire::{DEFAULT_CARRIER_CAP, IDS_LEN};

/// Fields as a writer has written them: a frame without a payload.
pub(super) struct Kept {
    frame: EncodedEnvelope,
    weight: Option<NonZeroU32>,
    /// Whether there is a thinning, which never goes on (`R-THIN-5`).
    is_thinned: bool,
    /// Whether no field is one that stays behind when the span changes.
    is_of_trace: bool,
}

impl Kept {
    /// Writes these fields of a message of this context. `None` without fields, and where they
    /// cannot be written. One allocation, above 39 bytes.
    pub(super) fn new(context: Option<TraceContext>, fields: &[Field<'_>]) -> Option<Self> {
        if fields.is_empty() {
            return None;
        }
        let envelope = context.map_or(Envelope::escape(), Envelope::new).with_fields(fields);
        let mut kept = Self::of(envelope.to_encoded().ok()?);
        fields.iter().for_each(|field| kept.note(field));
        Some(kept)
    }

    /// Copies what counts of the fields that came with a message, as far as the list lets it pass,
    /// and its type. `None` if that is nothing. The list is asked before anything is judged.
    pub(super) fn received(
        context: Option<TraceContext>,
        carrier: Carrier<'_>,
        list: &AllowList,
        passes: impl Fn(FieldType) -> bool,
    ) -> Option<Self> {
        let mut kept = Self::of(EncodedEnvelope::EMPTY);
        let mut baggage_left = None;
        let wanted = |of| passes(of) && list.may_admit(of);
        let going_on = GoingOn::find(carrier, wanted, |field| {
            let goes_on = match field {
                Field::Baggage(text) => match list.baggage(text) {
                    Some(Cow::Owned(left)) => {
                        baggage_left = Some(left);
                        false
                    }
                    whole => whole.is_some(),
                },
                field => list.admits(field) && field.is_in_place(context),
            };
            if goes_on {
                kept.note(field);
            }
            goes_on
        });
        let given = baggage_left.as_deref().map(Field::Baggage);
        let given = given.as_slice();
        if given.is_empty() && going_on.is_empty() {
            return None;
        }
        if carrier.field_bytes().len() > ROOM {
            let mut fields: Vec<_> = given.iter().copied().chain(going_on.fields()).collect();
            return Self::new(context, shorten(&mut fields, ROOM));
        }
        let envelope = context.map_or(Envelope::escape(), Envelope::new).with_fields(given);
        kept.frame = envelope.to_encoded_going_on(&going_on).ok()?;
        Some(kept)
    }

    const fn of(frame: EncodedEnvelope) -> Self {
        Self { frame, weight: None, is_thinned: false, is_of_trace: true }
    }

    /// Notes what is asked of all fields.
    fn note(&mut self, field: &Field<'_>) {
        match field {
            Field::FanOutWeight(weight) => self.weight = Some(*weight),
            Field::Thinning(_) => self.is_thinned = true,
            Field::FurtherContext(_) => self.is_of_trace = false,
            field => self.is_of_trace &= field.field_type().is_kept(),
        }
    }

    /// The carrier, borrowed. O(1).
    pub(super) fn carrier(&self) -> Carrier<'_> {
        Reading::read(self.frame.as_bytes()).carrier()
    }

    /// The same fields behind what is said. Nothing is copied if that is what it was.
    pub(super) fn encoded(&self, says: Says) -> EncodedEnvelope {
        let carrier = self.carrier();
        match says {
            Says::Context(context) if carrier.context() == Some(context) => self.frame.clone(),
            says => EncodedEnvelope::with_fields(says, carrier.field_bytes()),
        }
    }

    /// Whether there is a thinning among the fields.
    pub(super) const fn is_thinned(&self) -> bool {
        self.is_thinned
    }

    /// The fan-out weight among the fields.
    pub(super) const fn weight(&self) -> Option<NonZeroU32> {
        self.weight
    }

    /// Whether a message of this context and weight carries exactly these fields on. O(1).
    pub(super) fn goes_on_whole(
        &self,
        context: Option<TraceContext>,
        weight: Option<NonZeroU32>,
    ) -> bool {
        let before = self.carrier().context();
        let in_trace = before.zip(context).is_some_and(|(a, b)| a.trace_id() == b.trace_id());
        let is_same = weight == self.weight && !self.is_thinned;
        is_same && (before == context || in_trace && self.is_of_trace)
    }
}

/// By the bytes, of which the rest is made.
impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.frame.as_bytes() == other.frame.as_bytes()
    }
}

impl Eq for Kept {}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.carrier().fmt(f)
    }
}

/// Bytes of fields that a reader with the default cap still reads.
pub(super) const ROOM: usize = DEFAULT_CARRIER_CAP as usize - IDS_LEN;
