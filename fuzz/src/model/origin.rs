//! What a received message leaves behind, and what it becomes when it is sent on: sections 8, 11,
//! 15 and 17.

use core::num::NonZeroU32;

use glassine::policy::{Propagation, Rollout, Trust, Unsampled, fan_out_selects};
use glassine::{Field, FieldType, Reading, TraceContext, shorten};

use crate::model::field::{counting, value_of};
use crate::model::list::List;
use crate::model::trust::{judged, with_sampled};
use crate::settings::Settings;

/// Where a message comes from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) propagation: Propagation,
    pub(crate) weight: Option<NonZeroU32>,
    /// In the order of their types.
    pub(crate) fields: Vec<Item>,
    /// The context that the fields came with.
    came_with: Option<TraceContext>,
}

/// A field: its type and the bytes of its value.
pub(crate) type Item = (u8, Vec<u8>);

/// An envelope that is to be written: byte 5, context, fields.
pub(crate) type Front = (u8, Option<TraceContext>, Vec<Item>);

impl Origin {
    /// What is left of a message.
    pub(crate) fn received(trust: Trust, list: List, message: Reading<'_>) -> Self {
        let propagation = judged(trust, message);
        let came_with = propagation.context();
        // Who is not believed says nothing, weighs nothing, and thins nothing.
        let weighs = matches!(propagation, Propagation::Continue(context) if context.is_sampled());
        let counting =
            if trust == Trust::Drop { Vec::new() } else { counting(message.carrier()).0 };
        let is_weight = |field: &Field<'_>| matches!(field.field_type().0, 4 | 6);
        let believed: Vec<_> = counting
            .iter()
            .filter(|field| came_with.is_some() || field.field_type().0 != 1)
            .filter(|field| weighs || !is_weight(field))
            .map(item)
            .collect();
        let weight = message.carrier().fan_out_weight().filter(|_| weighs);
        Self { propagation, weight, fields: passed(list, believed), came_with }
    }

    /// The origin of what a span of this context sends while it handles the message.
    pub(crate) fn followed_by(&self, context: TraceContext) -> Self {
        let weight = self.weight.filter(|_| context.is_sampled());
        Self { propagation: Propagation::Continue(context), weight, ..self.clone() }
    }

    /// The origin of a message that one in so many gets, for one of them.
    pub(crate) fn chosen(&self, one_in: NonZeroU32) -> Self {
        let weight = self.weight.map_or(1, NonZeroU32::get).saturating_mul(one_in.get());
        Self { weight: NonZeroU32::new(weight).filter(|weight| weight.get() > 1), ..self.clone() }
    }

    /// The same for the others.
    pub(crate) fn not_chosen(&self) -> Self {
        let Some(context) = self.sampled() else { return self.clone() };
        let propagation = Propagation::Continue(with_sampled(context, false));
        Self { propagation, weight: None, ..self.clone() }
    }

    /// The origin that a receiver of this name has.
    pub(crate) fn for_receiver(&self, name: &[u8]) -> Self {
        let thinning = self.fields.iter().find(|(field_type, _)| *field_type == 6);
        let (Some(context), Some((_, value))) = (self.sampled(), thinning) else {
            return self.clone();
        };
        let one_in = u32::from_be_bytes(value[..].try_into().expect("four bytes"));
        let one_in = NonZeroU32::new(one_in).expect("not zero");
        let mut spent = self.clone();
        spent.fields.retain(|(field_type, _)| !matches!(field_type, 4 | 6));
        if fan_out_selects(context.trace_id(), self.weight, name, one_in) {
            spent.chosen(one_in)
        } else {
            spent.not_chosen()
        }
    }

    /// Whether a fan-out chooses this recipient.
    pub(crate) fn chooses(&self, recipient: &[u8], one_in: NonZeroU32) -> bool {
        self.sampled().is_some_and(|context| {
            fan_out_selects(context.trace_id(), self.weight, recipient, one_in)
        })
    }

    /// What goes in front of a payload; `None` if nothing does but, perhaps, the escape.
    pub(crate) fn front(
        &self,
        sender: &Settings,
        unsampled: Unsampled,
        thinning: Option<NonZeroU32>,
    ) -> Option<Front> {
        let is_in_share = |context: TraceContext| match sender.rollout {
            Rollout::On => true,
            Rollout::Share(share) => share.contains(context.trace_id()),
            _ => false,
        };
        let is_on = sender.rollout == Rollout::On;
        let marks = unsampled == Unsampled::Marker;
        let (shape, context) = match self.propagation {
            Propagation::Continue(context) if !is_in_share(context) => (0, None),
            Propagation::Continue(context) if context.is_sampled() => (3, Some(context)),
            Propagation::Continue(_) if marks => (1, None),
            Propagation::Suppress if marks && is_on => (1, None),
            _ => (0, None),
        };
        if shape == 0 && !is_on {
            return None;
        }
        let fields = self.going_out(context, thinning, sender);
        (shape != 0 || !fields.is_empty()).then_some((shape, context, fields))
    }

    /// The fields of a message of this context that comes from here.
    fn going_out(
        &self,
        context: Option<TraceContext>,
        thinning: Option<NonZeroU32>,
        sender: &Settings,
    ) -> Vec<Item> {
        let is_same = self.came_with == context;
        let is_sampled = context.is_some_and(TraceContext::is_sampled);
        let trace = |context: Option<TraceContext>| context.map(TraceContext::trace_id);
        let is_in_trace = is_same || context.is_some() && trace(self.came_with) == trace(context);
        let goes_on = |(field_type, _): &&Item| match field_type {
            1 => is_in_trace && context.is_some(),
            2 => true,
            3 => is_in_trace,
            // Of this message alone.
            4 | 6 => false,
            5 => is_same,
            // R-COPY-2.
            other => is_same || *other >= 0x80,
        };
        let thinning = thinning.filter(|one_in| one_in.get() > 1);
        let own = [self.weight.map(Field::FanOutWeight), thinning.map(Field::Thinning)];
        let own = own.iter().flatten().map(item);
        let mut items: Vec<_> = own.filter(|_| is_sampled).collect();
        let passed = passed(sender.outbound, self.fields.iter().filter(goes_on).cloned().collect());
        items.extend(passed.iter().filter_map(|item| limited(item, sender.max_tracestate_len)));
        // R-CARRIER-4: the last ones have no place.
        items.truncate(128);
        items.sort_by_key(|(field_type, _)| *field_type);
        items
    }

    fn sampled(&self) -> Option<TraceContext> {
        match self.propagation {
            Propagation::Continue(context) if context.is_sampled() => Some(context),
            _ => None,
        }
    }
}

/// The bytes that these fields take, without the ids.
pub(crate) fn len(items: &[Item]) -> usize {
    items.iter().map(|(_, value)| 3 + value.len()).sum()
}

pub(crate) fn fields(items: &[Item]) -> Vec<Field<'_>> {
    items
        .iter()
        .map(|(field_type, value)| {
            Field::parse(FieldType(*field_type), value).expect("well-formed")
        })
        .collect()
}

pub(crate) fn item(field: &Field<'_>) -> Item {
    (field.field_type().0, value_of(field).expect("well-formed"))
}

/// What the limit on a tracestate leaves of a field: whole members.
fn limited(of: &Item, max_tracestate_len: u16) -> Option<Item> {
    let mut fields = fields(core::slice::from_ref(of));
    let room = if of.0 == 1 { 3 + usize::from(max_tracestate_len) } else { usize::MAX };
    shorten(&mut fields, room).first().map(item)
}

/// What a list lets pass, in the order of types.
fn passed(list: List, items: Vec<Item>) -> Vec<Item> {
    let mut left: Vec<_> = items
        .into_iter()
        .filter_map(|(field_type, value)| {
            match Field::parse(FieldType(field_type), &value).expect("well-formed") {
                Field::Baggage(text) => {
                    list.baggage_left(text).map(|left| (field_type, left.into_bytes()))
                }
                field => list.lets_pass(&field).then(|| (field_type, value.clone())),
            }
        })
        .collect();
    left.sort_by_key(|(field_type, _)| *field_type);
    left
}

/// What a reader with the default cap reads beside the ids (R-LIMIT-1).
pub(crate) const ROOM: usize = 16_384 - 24;
