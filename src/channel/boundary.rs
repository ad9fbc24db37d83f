//! What leaves with a message: which fields, and how much of them.

use crate::carrier::Carrier;
use crate::field::Field;
use crate::policy::allow_list::AllowList;
use crate::shorten::shorten;
use crate::w3c::baggage::BaggageMembers;
use crate::w3c::tracestate::TracestateMembers;
use crate::wire::FIELD_HEADER_LEN;

/// What of a message's fields goes out.
#[derive(Debug)]
pub(super) struct Boundary {
    pub(super) list: AllowList,
    pub(super) max_tracestate_len: u16,
}

impl Boundary {
    pub(super) const fn new() -> Self {
        Self { list: AllowList::NONE, max_tracestate_len: DEFAULT_TRACESTATE_LEN }
    }

    /// Whether all of a carrier's fields go out as they are.
    pub(super) fn admits_all(&self, carrier: Carrier<'_>) -> bool {
        let max = usize::from(self.max_tracestate_len);
        self.list.admits_all() && carrier.tracestate().is_none_or(|list| list.len() <= max)
    }

    /// What the limits leave of a field.
    pub(super) fn limit<'a>(&self, field: Field<'a>) -> Option<Field<'a>> {
        let Field::Tracestate(_) = field else { return Some(field) };
        let room = FIELD_HEADER_LEN + usize::from(self.max_tracestate_len);
        shorten(&mut [field], room).first().copied()
    }
}

impl Default for Boundary {
    fn default() -> Self {
        Self::new()
    }
}

/// How many things these fields say: a list its members, any other field one.
pub(super) fn parts(fields: &[Field<'_>]) -> usize {
    let parts = fields.iter().map(|field| match field {
        Field::Baggage(list) => BaggageMembers::new(list).count(),
        Field::Tracestate(list) => TracestateMembers::new(list).count(),
        _ => 1,
    });
    parts.sum()
}

/// What W3C Trace Context asks everybody to pass on at least (its *tracestate Limits*).
const DEFAULT_TRACESTATE_LEN: u16 = 512;
