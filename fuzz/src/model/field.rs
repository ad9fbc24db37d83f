//! What a field is in bytes, where it counts, and when it is kept: sections 5.2 and 8.

use glassine::{Carrier, FaultKind, Field, TraceContext};

use crate::model::fault::FaultAt;

/// The value's bytes on the wire. `None` for a key that no length byte can say, and for an unknown
/// field of a known type.
pub(crate) fn value_of(field: &Field<'_>) -> Option<Vec<u8>> {
    Some(match *field {
        Field::Tracestate(text) | Field::Baggage(text) => text.as_bytes().to_vec(),
        Field::TextMap { key, value } => {
            [&[u8::try_from(key.len()).ok()?], key.as_bytes(), value.as_bytes()].concat()
        }
        Field::FanOutWeight(count) | Field::Thinning(count) => count.get().to_be_bytes().to_vec(),
        Field::FurtherContext(context) => [
            &context.trace_id().to_bytes()[..],
            &context.span_id().to_bytes(),
            &[context.flags().to_u8()],
        ]
        .concat(),
        Field::Unknown { field_type, value } if field_type.0 > 6 => value.to_vec(),
        _ => return None,
    })
}

/// The length of the value, also of one that cannot be written.
pub(crate) fn value_len(field: &Field<'_>) -> usize {
    match *field {
        Field::TextMap { key, value } => 1 + key.len() + value.len(),
        Field::Unknown { value, .. } => value.len(),
        _ => value_of(field).map_or(0, |value| value.len()),
    }
}

/// R-FIELD-5, R-FIELD-6 and R-FIELD-8.
pub(crate) fn is_in_place(field: &Field<'_>, context: Option<TraceContext>) -> bool {
    match field {
        Field::Tracestate(_) => context.is_some(),
        Field::FanOutWeight(_) | Field::Thinning(_) => {
            context.is_some_and(TraceContext::is_sampled)
        }
        _ => true,
    }
}

/// R-FIELD-2 and R-FIELD-3.
pub(crate) fn is_repeated(field: &Field<'_>, earlier: &Field<'_>) -> bool {
    match (field, earlier) {
        (Field::TextMap { key, .. }, Field::TextMap { key: earlier, .. }) => {
            key.eq_ignore_ascii_case(earlier)
        }
        _ => {
            field.field_type() == earlier.field_type()
                && matches!(field.field_type().0, 1 | 2 | 4 | 6)
        }
    }
}

/// R-COPY-1 and R-COPY-2.
pub(crate) fn is_kept(field: &Field<'_>) -> bool {
    let field_type = field.field_type().0;
    field_type <= 6 || field_type >= 0x80
}

/// Which fields count, and what is wrong with those that do not: sections 5.2 and 5.3.
pub(crate) fn counting(carrier: Carrier<'_>) -> (Vec<Field<'_>>, Vec<FaultAt>) {
    let mut counting: Vec<Field<'_>> = Vec::new();
    let mut faults = Vec::new();
    for raw in carrier.raw_fields() {
        let fault = match Field::parse(raw.field_type(), raw.value()) {
            None => FaultKind::MalformedField,
            Some(field) if !is_in_place(&field, carrier.context()) => FaultKind::MisplacedField,
            Some(field) if counting.iter().any(|earlier| is_repeated(&field, earlier)) => {
                FaultKind::RepeatedField
            }
            Some(field) => {
                assert_eq!(value_of(&field).as_deref(), Some(raw.value()));
                counting.push(field);
                continue;
            }
        };
        faults.push((fault, raw.offset()));
    }
    (counting, faults)
}
