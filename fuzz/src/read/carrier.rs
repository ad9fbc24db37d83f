//! The carrier: section 5.

use glassine::wire::{CONTEXT_LEN, HEADER_LEN};
use glassine::{Carrier, FaultKind, Field, Reading, Verdict};

use crate::model::fault::kind_and_offset;
use crate::model::field::counting;

pub(crate) fn carrier_is_read_as_in_section_5(message: Reading<'_>) {
    let carrier = message.carrier();
    assert_eq!(carrier.context(), message.context());

    let mut at = first_field_at(message);
    for raw in carrier.raw_fields() {
        assert_eq!(raw.offset(), at, "fields follow each other without a gap");
        let bytes = &message.as_bytes()[raw.offset()..];
        assert_eq!(bytes[0], raw.field_type().0);
        assert_eq!(usize::from(u16::from_be_bytes([bytes[1], bytes[2]])), raw.value().len());
        assert!(bytes[3..].starts_with(raw.value()));
        at += 3 + raw.value().len();
    }
    assert!(at <= message.payload_offset());

    // Which fields count, and what is wrong with those that do not (sections 5.2 and 5.3).
    let (counting, faults) = counting(carrier);
    assert!(carrier.fields().eq(counting.iter().copied()));
    let of_fields =
        [FaultKind::MalformedField, FaultKind::MisplacedField, FaultKind::RepeatedField];
    let found: Vec<_> = carrier.faults().map(kind_and_offset).collect();
    assert!(found.is_sorted_by_key(|(_, offset)| *offset));
    assert!(found.iter().filter(|(kind, _)| of_fields.contains(kind)).eq(&faults));
    let end = found
        .iter()
        .find(|(kind, _)| matches!(kind, FaultKind::FieldPastEnd | FaultKind::TooManyFields));
    assert_eq!(end.is_some(), at < message.payload_offset(), "what is left over is a fault");

    accessors_agree(carrier, &counting);
}

/// Where the first field would begin; where the payload begins if the carrier is not read.
fn first_field_at(message: Reading<'_>) -> usize {
    let carrier = message.carrier();
    match (message.verdict(), message.fault()) {
        (Verdict::Enveloped, None) if message.as_bytes()[5] & 2 != 0 => {
            assert!(carrier.context().is_some() || carrier.faults().next().is_some());
            CONTEXT_LEN
        }
        (Verdict::Enveloped, None) => HEADER_LEN,
        _ => message.payload_offset(),
    }
}

/// Each accessor gives what stands in the fields that count.
fn accessors_agree(carrier: Carrier<'_>, counting: &[Field<'_>]) {
    let mut expected = (None, None, None, None, Vec::new());
    for field in counting {
        match *field {
            Field::Tracestate(text) => expected.0 = Some(text),
            Field::Baggage(text) => expected.1 = Some(text),
            Field::FanOutWeight(weight) => expected.2 = Some(weight),
            Field::Thinning(one_in) => expected.3 = Some(one_in),
            Field::FurtherContext(context) => expected.4.push(context),
            Field::TextMap { key, value } => {
                for key in [key.to_owned(), key.to_ascii_uppercase(), key.to_ascii_lowercase()] {
                    assert_eq!(carrier.text_map(&key), Some(value));
                }
            }
            _ => assert!(!field.field_type().is_known()),
        }
    }
    assert_eq!(carrier.tracestate(), expected.0);
    assert_eq!(carrier.baggage(), expected.1);
    assert_eq!(carrier.fan_out_weight(), expected.2);
    assert_eq!(carrier.thinning(), expected.3);
    assert!(carrier.further_contexts().eq(expected.4.iter().copied()));
    assert_eq!(carrier.text_map("traceparent"), None);

    // Members are parts of the list, and no more than it has; what they hold is what their grammar
    // allows.
    let parts = |list: Option<&str>| list.map_or(0, |list| list.split(',').count());
    assert!(carrier.tracestate_members().count() <= parts(expected.0).min(32));
    for member in carrier.tracestate_members() {
        assert!(expected.0.unwrap().contains(&format!("{}={}", member.key(), member.value())));
        assert!(!member.key().is_empty() && !member.value().contains([',', '=']));
    }
    assert!(carrier.baggage_members().count() <= parts(expected.1).min(180));
    for member in carrier.baggage_members() {
        assert!(
            expected.1.unwrap().contains(member.key())
                && expected.1.unwrap().contains(member.value())
        );
        assert!(!member.key().is_empty() && !member.value().contains([' ', ',', ';']));
        assert!(member.decoded_value().count() <= member.value().len());
    }
}
