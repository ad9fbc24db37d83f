//! OpenTelemetry's baggage and the text of W3C's, member by member: one that cannot be said costs
//! itself.

use std::borrow::Cow;

use glassine::w3c::BaggageMembers;
use opentelemetry::baggage::Baggage;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// Reads the text of a `baggage` header. O(text), allocates for every member.
pub(crate) fn from_text(text: &str) -> Baggage {
    let mut baggage = Baggage::new();
    for member in BaggageMembers::new(text) {
        let value = percent_decode_str(member.value()).decode_utf8_lossy().into_owned();
        let properties = member.properties().to_owned();
        let _ = baggage.insert_with_metadata(member.key().to_owned(), value, properties);
    }
    baggage
}

/// Writes the text of a `baggage` header, in the order of the keys. `None` if nothing can be said.
/// A member whose key or metadata breaks W3C's grammar is left out: it would break, or add, others.
pub(crate) fn to_text(baggage: &Baggage) -> Option<String> {
    let mut members: Vec<_> = baggage
        .iter()
        .filter_map(|(key, (value, metadata))| {
            let value = Cow::from(utf8_percent_encode(value.as_str(), VALUE));
            let metadata = metadata.as_str().trim_matches([' ', '\t']);
            let semicolon = if metadata.is_empty() { "" } else { ";" };
            let member = format!("{key}={value}{semicolon}{metadata}");
            // What is read back as the one member that it is says what was meant.
            let mut read = BaggageMembers::new(&member);
            let is_one = read.next().is_some_and(|read| read.key() == key.as_str());
            (is_one && !member.contains(',') && member.is_ascii()).then_some(member)
        })
        .collect();
    members.sort_unstable();
    (!members.is_empty()).then(|| members.join(","))
}

/// What a value's text cannot hold (W3C Baggage, *baggage-octet*), `%`, which begins an escape, and
/// `=`, behind which OpenTelemetry's propagator loses the rest.
const VALUE: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'%').add(b'=').add(b',').add(b';').add(b'\\');
