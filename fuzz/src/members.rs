//! The target `members`: any text as a list of W3C's, beside their grammars written down by hand.

use core::str;

use glassine::Field;
use glassine::w3c::{BaggageMembers, TracestateMembers};
use percent_encoding::percent_decode_str;

use crate::model::list::List;
use crate::model::members;
use crate::settings::lists;
use crate::write::shortened::shortened;

/// Any bytes: the text in them as a `tracestate` list, as a `baggage` list, and as what an
/// allow-list leaves of one.
pub fn members(input: &[u8]) {
    let Some((&room, bytes)) = input.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    let expected: Vec<_> = members::tracestate(&text).collect();
    let found: Vec<_> =
        TracestateMembers::new(&text).map(|member| (member.key(), member.value())).collect();
    assert_eq!(found, expected);
    baggage_is_as_w3c_says(&text);
    for list in lists() {
        allow_list_leaves_whole_members(list, &text);
    }
    // As fields, which are shortened by whole members.
    if str::from_utf8(bytes).is_ok() {
        shortened(&[Field::Tracestate(&text), Field::Baggage(&text)], usize::from(room));
        shortened(&[Field::Baggage(&text)], bytes.len());
    }
}

fn baggage_is_as_w3c_says(text: &str) {
    let expected: Vec<_> = members::baggage(text).collect();
    let found: Vec<_> = BaggageMembers::new(text).collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found.key(), expected.key);
        assert_eq!(found.value(), expected.value);
        assert_eq!(found.properties(), expected.properties);
        assert!(found.decoded_value().eq(percent_decode_str(expected.value)));
    }
}

/// What is left are the members that the list names, and nothing that was not there.
fn allow_list_leaves_whole_members(list: List, text: &str) {
    let left = list.allow_list().baggage(text).map(String::from);
    assert_eq!(left, list.baggage_left(text));
    let (Some(left), Some(keys)) = (left, list.baggage) else { return };
    let of = |text| {
        let named = members::baggage(text).filter(|member| keys.contains(&member.key));
        named.map(|member| (member.key, member.value, member.properties)).collect::<Vec<_>>()
    };
    assert_eq!(of(&left), of(text));
    assert_eq!(members::baggage(&left).count(), of(text).len(), "nothing else is in it");
    assert!(left.len() <= text.len());
}
