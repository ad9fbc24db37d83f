//! Fields that outlive the message that brought them, in the form in which they go out again.

use alloc::boxed::Box;
use core::fmt;
use core::num::NonZeroU32;

use crate::carrier::Carrier;
use crate::context::TraceContext;
use crate::envelope::Envelope;
use crate::field::Field;
use crate::reading::Reading;

/// Fields as a writer has written them: a frame without a payload.
#[derive(PartialEq, Eq)]
pub(super) struct Kept {
    frame: Box<[u8]>,
    weight: Option<NonZeroU32>,
    /// Whether there is a thinning, which never goes on (`R-THIN-5`).
    is_thinned: bool,
    /// Whether no field is one that stays behind when the span changes.
    is_of_trace: bool,
}

impl Kept {
    /// Writes these fields of a message of this context. `None` without fields, and where they
    /// cannot be written. One allocation of the carrier's length and 8 bytes.
    pub(super) fn new(context: Option<TraceContext>, fields: &[Field<'_>]) -> Option<Self> {
        if fields.is_empty() {
            return None;
        }
        let envelope = context.map_or(Envelope::escape(), Envelope::new).with_fields(fields);
        let frame = envelope.encode_to_vec(&[]).ok()?.into_boxed_slice();
        let is_of_trace = fields.iter().all(|field| match field {
            Field::FurtherContext(_) => false,
            field => field.field_type().is_kept(),
        });
        let weight = fields.iter().find_map(|field| match field {
            Field::FanOutWeight(weight) => Some(*weight),
            _ => None,
        });
        let is_thinned = fields.iter().any(|field| matches!(field, Field::Thinning(_)));
        Some(Self { frame, weight, is_thinned, is_of_trace })
    }

    /// The carrier, borrowed. O(1).
    pub(super) fn carrier(&self) -> Carrier<'_> {
        Reading::read(&self.frame).carrier()
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

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.carrier().fmt(f)
    }
}
