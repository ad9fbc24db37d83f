//! Shortening fields that are too long for a carrier (specification section 18).

use crate::field::Field;
use crate::wire::FIELD_HEADER_LEN;

/// Drops fields, and members of lists, until what is left takes at most `room` bytes of carrier,
/// and returns what is left, in the same order ([`R-LIMIT-2`]). Nothing but bytes is counted, and
/// no field is judged: that is the writer's, afterwards ([`R-SHORT-3`]).
///
/// Dropped are whole things, in this order, and only as much as must be: `baggage` members from the
/// end of the list, then the field; text-map entries, the last first; unknown fields, the last
/// first; further contexts, the last first; `tracestate` members from the end of the list, then the
/// field. A fan-out weight and a thinning are never dropped, so that more than `room` may be left.
/// `room` does not count the ids: for a carrier of 16,384 bytes with a context it is 16,360.
///
/// O(fields and their bytes), allocates nothing. What is in the slice behind those that are left is
/// not said.
///
/// ```
/// use glassine::{Field, shorten};
///
/// let tracestate = Field::Tracestate("congo=t61r");
/// let mut fields = [tracestate, Field::Baggage("a=1,b=2,c=3")];
/// assert_eq!(shorten(&mut fields, 24), [tracestate, Field::Baggage("a=1,b=2")]);
/// assert_eq!(shorten(&mut fields, 13), [tracestate]);
/// ```
///
/// [`R-LIMIT-2`]: crate::spec#18-shortening
/// [`R-SHORT-3`]: crate::spec#18-shortening
pub fn shorten<'s, 'a>(fields: &'s mut [Field<'a>], room: usize) -> &'s mut [Field<'a>] {
    let mut excess = fields.iter().map(carrier_len).sum::<usize>().saturating_sub(room);
    if excess == 0 {
        return fields;
    }
    // How many of each kind stay, from the front.
    let mut stay = [0; ORDER.len()];
    for (may_go, stay) in ORDER.iter().zip(&mut stay) {
        *stay = fields.iter().filter(|field| may_go(field)).count();
        for field in fields.iter_mut().rev().filter(|field| may_go(field)) {
            if excess == 0 {
                break;
            }
            let before = carrier_len(field);
            let shorter = shortened(*field, excess);
            excess = excess.saturating_sub(before - shorter.as_ref().map_or(0, carrier_len));
            match shorter {
                Some(shorter) => *field = shorter,
                None => *stay -= 1,
            }
        }
    }
    let mut left = 0;
    for at in 0..fields.len() {
        let Some(field) = fields.get(at).copied() else { break };
        let kind = ORDER.iter().zip(&mut stay).find(|(may_go, _)| may_go(&field));
        if let Some((_, stay)) = kind {
            let Some(less) = stay.checked_sub(1) else { continue };
            *stay = less;
        }
        if let Some(to) = fields.get_mut(left) {
            *to = field;
        }
        left += 1;
    }
    fields.get_mut(..left).unwrap_or_default()
}

/// What may go, first things first. What is not here stays.
const ORDER: [fn(&Field<'_>) -> bool; 5] = [
    |field| matches!(field, Field::Baggage(_)),
    |field| matches!(field, Field::TextMap { .. }),
    |field| matches!(field, Field::Unknown { .. }),
    |field| matches!(field, Field::FurtherContext(_)),
    |field| matches!(field, Field::Tracestate(_)),
];

/// The field without as many members from its end as make `excess` bytes. `None` if nothing of it
/// is left, and for fields that have no members.
fn shortened(field: Field<'_>, excess: usize) -> Option<Field<'_>> {
    match field {
        Field::Baggage(list) => without_last_members(list, excess).map(Field::Baggage),
        Field::Tracestate(list) => without_last_members(list, excess).map(Field::Tracestate),
        _ => None,
    }
}

/// The text from the beginning to the end of the last member that fits (`R-SHORT-5`): white space,
/// commas and empty members behind it are gone. `None` if no member fits.
fn without_last_members(list: &str, excess: usize) -> Option<&str> {
    let room = list.len().checked_sub(excess)?;
    let (mut kept, mut end) = (None, None);
    for (at, byte) in list.bytes().chain([b',']).enumerate() {
        match byte {
            b',' => kept = end.take().filter(|end| *end <= room).or(kept),
            b' ' | b'\t' => {}
            _ => end = Some(at + 1),
        }
    }
    list.get(..kept?)
}

pub(crate) fn carrier_len(field: &Field<'_>) -> usize {
    FIELD_HEADER_LEN + field.value_len()
}
