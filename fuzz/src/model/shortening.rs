//! What goes first where fields are shortened: R-LIMIT-2.

use glassine::Field;

/// When a field goes; a fan-out weight and a thinning never do.
pub(crate) fn rank(field: &Field<'_>) -> Option<u8> {
    match field {
        Field::Baggage(_) => Some(0),
        Field::TextMap { .. } => Some(1),
        Field::FurtherContext(_) => Some(3),
        Field::Tracestate(_) => Some(4),
        Field::FanOutWeight(_) | Field::Thinning(_) => None,
        _ => Some(2),
    }
}

/// Whether a list is what is left of another one whose last members went, or the white space behind
/// its last one.
pub(crate) fn is_shortened(short: &Field<'_>, from: &Field<'_>) -> bool {
    match (short, from) {
        (Field::Baggage(short), Field::Baggage(from))
        | (Field::Tracestate(short), Field::Tracestate(from)) => {
            let rest = from.strip_prefix(short).map(|rest| rest.trim_start_matches([' ', '\t']));
            let is_cut_behind_a_member = |rest: &str| rest.is_empty() || rest.starts_with(',');
            !short.is_empty() && rest.is_some_and(is_cut_behind_a_member)
        }
        _ => false,
    }
}
