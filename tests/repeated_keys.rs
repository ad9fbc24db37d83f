//! Which text-map entries count (R-FIELD-1, R-FIELD-3), beside the most naive way to find them:
//! keys that differ late, in their case, or not at all.
#![cfg(feature = "alloc")]

use glassine::{Envelope, Field, FieldType, Reading, TraceContext, reparent};
use proptest::collection::vec;
use proptest::prelude::*;

const TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A key, and whether its value is text: a malformed entry does not count as the first of its key.
type Entry = (String, bool);

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let key =
        prop_oneof!["[aAbB]{1,2}", "[kK]{5,7}[aA]?", "[kK]{11,13}[a-cA-C]{1,2}", "k{250}[ab]"];
    vec((key, prop::bool::weighted(0.8)), 0..140)
}

/// A frame whose carrier is these entries, in this order.
fn frame(entries: &[Entry]) -> Vec<u8> {
    let context: TraceContext = TEXT.parse().unwrap();
    let mut fields = Vec::new();
    for (key, is_text) in entries {
        let value: &[u8] = if *is_text { "é".as_bytes() } else { b"\xFF" };
        let value = [&[key.len() as u8], key.as_bytes(), value].concat();
        fields.push(FieldType::TEXT_MAP.0);
        fields.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
        fields.extend_from_slice(&value);
    }
    let mut frame = Envelope::new(context).encode_to_vec(&fields).unwrap();
    let carrier_len = u16::try_from(24 + fields.len()).unwrap();
    frame[6..8].copy_from_slice(&carrier_len.to_be_bytes());
    frame.extend_from_slice(b"payload");
    frame
}

/// The keys that count, in their order, found by looking at each pair.
fn counting(entries: &[Entry]) -> Vec<&str> {
    let mut counting: Vec<&str> = Vec::new();
    for (key, is_text) in entries.iter().take(128) {
        if *is_text && !counting.iter().any(|first| first.eq_ignore_ascii_case(key)) {
            counting.push(key);
        }
    }
    counting
}

fn keys<'a>(fields: impl Iterator<Item = Field<'a>>) -> Vec<&'a str> {
    let key = |field| match field {
        Field::TextMap { key, .. } => key,
        field => panic!("no text-map entry: {field:?}"),
    };
    fields.map(key).collect()
}

#[test]
fn the_naive_way_tells_case_and_malformed_ones_apart() {
    let entry = |key: &str, is_text| (key.to_owned(), is_text);
    let entries = [entry("a", false), entry("A", true), entry("a", true), entry("b", true)];
    assert_eq!(counting(&entries), ["A", "b"]);
}

proptest! {
    #[test]
    fn the_first_well_formed_entry_of_a_key_counts(entries in entries()) {
        let mut frame = frame(&entries);
        let carrier = Reading::read(&frame).carrier();
        // A carrier above the cap is not read.
        prop_assume!(carrier.context().is_some());
        let expected = counting(&entries);
        prop_assert_eq!(keys(carrier.fields()), expected.clone());
        let faults = entries.len().min(128) - expected.len() + usize::from(entries.len() > 128);
        prop_assert_eq!(carrier.faults().count(), faults);

        let span_id = glassine::SpanId::from_u64(7).unwrap();
        let changed = reparent(&mut frame, span_id).unwrap();
        prop_assert_eq!(keys(Reading::read(changed).carrier().fields()), expected);
    }

    /// R-COPY-1: what is given replaces what is kept.
    #[test]
    fn given_entries_replace_kept_ones(kept in entries(), given in entries()) {
        let context: TraceContext = TEXT.parse().unwrap();
        let inbound = frame(&kept);
        let carrier = Reading::read(&inbound).carrier();
        prop_assume!(carrier.context().is_some());
        let given = counting(&given);
        let fields: Vec<_> = given.iter().map(|key| Field::TextMap { key, value: "" }).collect();
        let is_given = |key: &&str| given.iter().any(|other| other.eq_ignore_ascii_case(key));
        let left = counting(&kept).into_iter().filter(|key| !is_given(key));
        let expected: Vec<_> = given.iter().copied().chain(left).collect();

        let envelope = Envelope::new(context).with_fields(&fields).with_kept_fields(carrier);
        let mut out = vec![0; 65_535];
        match envelope.encode_to_slice(&mut out) {
            Ok(len) => {
                let reader = glassine::Reader::new().with_carrier_cap(u16::MAX);
                let written = reader.read(&out[..len]).carrier();
                prop_assert_eq!(keys(written.fields()), expected);
                prop_assert_eq!(written.faults().next(), None);
            }
            Err(_) => prop_assert!(expected.len() > 128),
        }
    }

    /// R-WRITE-7.
    #[test]
    fn an_entry_that_is_given_twice_is_refused_where_it_first_stands(
        given in entries(),
        again in any::<prop::sample::Index>(),
    ) {
        let context: TraceContext = TEXT.parse().unwrap();
        let keys: Vec<_> = counting(&given).into_iter().take(127).collect();
        prop_assume!(!keys.is_empty());
        let again = again.index(keys.len());
        let upper = keys[again].to_ascii_uppercase();
        let all = keys.iter().copied().chain([&upper[..]]);
        let fields: Vec<_> = all.map(|key| Field::TextMap { key, value: "" }).collect();
        let error = Envelope::new(context).with_fields(&fields).encoded_len().unwrap_err();
        prop_assert_eq!(error.kind(), glassine::errors::EncodeErrorKind::RepeatedField);
        let before: usize = keys[..again].iter().map(|key| 4 + key.len()).sum();
        prop_assert_eq!(error.offset(), 32 + before);
    }
}
