//! OpenTelemetry's baggage and the text of W3C's, member by member: one that cannot be said costs
//! itself.

use glassine::w3c::BaggageMembers;
use opentelemetry::baggage::Baggage;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// Reads the text of a `baggage` header. O(text), allocates for every member.
pub(crate) fn from_text(text: &str) -> Baggage {
    let mut baggage = Baggage::new();
    for member in BaggageMembers::new(text) {
        let (key, value) = (member.key().to_owned(), decoded(member.value()));
        let _ = match member.properties() {
            "" => baggage.insert(key, value).map(drop),
            metadata => baggage.insert_with_metadata(key, value, metadata).map(drop),
        };
    }
    baggage
}

/// Writes the text of a `baggage` header, in the order of the keys. `None` if nothing can be said.
/// A member whose key or metadata breaks W3C's grammar is left out: it would break, or add, others.
pub(crate) fn to_text(baggage: &Baggage) -> Option<String> {
    let mut members = Vec::with_capacity(baggage.len());
    members.extend(baggage.iter().map(|(key, said)| (key.as_str(), said)));
    members.sort_unstable_by_key(|(key, _)| *key);
    let lens = members.iter().map(|(key, (value, metadata))| {
        key.len() + value.as_str().len() + metadata.as_str().len() + "=;,".len()
    });
    // Exactly, but for values that must be escaped.
    let mut text = String::with_capacity(lens.sum());
    for (key, (value, metadata)) in members {
        let before = text.len();
        if before > 0 {
            text.push(',');
        }
        let start = text.len();
        text.extend([key, "="]);
        text.extend(utf8_percent_encode(value.as_str(), VALUE));
        let metadata = metadata.as_str();
        if !metadata.is_empty() {
            text.extend([";", metadata.trim_matches([' ', '\t'])]);
        }
        let is_plain = metadata.is_empty() && !key.is_empty() && key.bytes().all(is_plain_key);
        if !is_plain && !text.get(start..).is_some_and(|member| is_member(member, key)) {
            text.truncate(before);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Whether this is the one member that it is meant to be, when it is read back.
fn is_member(text: &str, key: &str) -> bool {
    let is_one = BaggageMembers::new(text).next().is_some_and(|read| read.key() == key);
    is_one && !text.contains(',') && text.is_ascii()
}

/// What nearly all keys are made of, and no grammar forbids: such a member needs not be read back.
const fn is_plain_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

/// A value without its escapes; most have none.
fn decoded(value: &str) -> String {
    if value.contains('%') {
        percent_decode_str(value).decode_utf8_lossy().into_owned()
    } else {
        value.to_owned()
    }
}

/// What a value's text cannot hold (W3C Baggage, *baggage-octet*), `%`, which begins an escape, and
/// `=`, behind which OpenTelemetry's propagator loses the rest.
const VALUE: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'%').add(b'=').add(b',').add(b';').add(b'\\');
