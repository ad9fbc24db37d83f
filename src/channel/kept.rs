//! Fields that outlive the message that brought them, in the form in which they go out again.

use core::fmt;
use core::num::NonZeroU32;

use crate::carrier::Carrier;
use crate::context::TraceContext;
use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::{Envelope, Says};
use crate::field::{Field, FieldType};
use crate::reading::Reading;

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

    /// Copies all fields of a carrier of this context as they stand, if all of them count, all of
    /// their types pass, and a writer would have written them so. One allocation.
    #[inline]
    pub(super) fn whole(
        context: Option<TraceContext>,
        carrier: Carrier<'_>,
        room: usize,
        passes: impl Fn(FieldType) -> bool,
    ) -> Option<Self> {
        let bytes = carrier.field_bytes();
        let (mut len, mut last) = (0, FieldType(0));
        // Types are asked for first, which costs little.
        for raw in carrier.raw_fields() {
            let field_type = raw.field_type();
            if field_type < last || !passes(field_type) {
                return None;
            }
            (len, last) = (len + raw.bytes().len(), field_type);
        }
        if len != bytes.len() || len > room || carrier.context() != context {
            return None;
        }
        let says = context.map_or(Says::Nothing, Says::Context);
        let mut kept = Self::of(EncodedEnvelope::EMPTY);
        for (_, judgement) in carrier.judged() {
            kept.note(&judgement.ok()?);
        }
        kept.frame = EncodedEnvelope::with_fields(says, bytes);
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
