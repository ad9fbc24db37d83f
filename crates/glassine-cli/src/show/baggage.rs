//! Baggage values are hidden unless they are asked for (specification section 16).

use glassine::FieldType;
use glassine::fields::RawField;
use glassine::w3c::{BaggageMember, BaggageMembers};

/// The text with every value replaced: `userId=…,region=…`. Properties go with their value; of what
/// is no member by W3C's grammar, nothing is left.
pub(crate) fn without_values(baggage: &str) -> String {
    let hidden = |member: &str| {
        let key = BaggageMembers::new(member).next().map(BaggageMember::key);
        key.map_or_else(|| "…".to_owned(), |key| format!("{key}=…"))
    };
    baggage.split(',').map(hidden).collect::<Vec<_>>().join(",")
}

/// Whether a field's value is baggage: also where a careless sender put it into a text-map entry.
pub(crate) fn holds_baggage(field: RawField<'_>) -> bool {
    let text_map_key = || field.value().get(1..1 + KEY.len());
    match field.field_type() {
        FieldType::BAGGAGE => true,
        FieldType::TEXT_MAP => text_map_key().is_some_and(|key| key.eq_ignore_ascii_case(KEY)),
        _ => false,
    }
}

const KEY: &[u8] = b"baggage";
