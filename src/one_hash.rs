//! Tests of keys that all have one hash, as a sender would choose them who knows with what it is
//! made: in this crate's own tests it is made with 0. `tests/repeated_keys.rs` has keys of all
//! hashes.

use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::channel::origin::Origin;
use crate::envelope::Envelope;
use crate::field::Field;
use crate::reading::Reading;
use crate::repeated_keys::{Among, Keys};

fn keys() -> impl Strategy<Value = Vec<String>> {
    vec(prop_oneof!["[aA]{1,2}", "[kK]{4,7}[aA]?", "[kK]{11,13}[a-cA-C]{1,2}"], 0..60)
}

fn written(keys: &[String]) -> Vec<u8> {
    let entries = keys.iter().map(|key| {
        // Each by itself, since a writer refuses what is repeated.
        let entry = [Field::TextMap { key, value: "" }];
        Envelope::escape().with_fields(&entry).encode_to_vec(b"").unwrap().split_off(8)
    });
    let fields: Vec<u8> = entries.flatten().collect();
    let mut frame = Envelope::escape().encode_to_vec(&fields).unwrap();
    frame[6..8].copy_from_slice(&(fields.len() as u16).to_be_bytes());
    frame
}

fn first_ones<'k>(keys: impl Iterator<Item = &'k String>) -> Vec<&'k str> {
    keys.fold(Vec::new(), |mut first: Vec<&str>, key| {
        if !first.iter().any(|other| other.eq_ignore_ascii_case(key)) {
            first.push(key);
        }
        first
    })
}

fn read(frame: &[u8]) -> Vec<&str> {
    let key = |field| match field {
        Field::TextMap { key, .. } => key,
        field => panic!("no text-map entry: {field:?}"),
    };
    Reading::read(frame).carrier().fields().map(key).collect()
}

fn entries<'k>(keys: impl Iterator<Item = &'k str>) -> Vec<Field<'k>> {
    keys.map(|key| Field::TextMap { key, value: "" }).collect()
}

#[test]
fn two_keys_have_one_mark() {
    let mut keys = Keys::new();
    assert_eq!(keys.add(b"longer", 7, |_| None), Among::No);
    let longer = |tag| (tag == 7).then_some(&b"longer"[..]);
    assert_eq!(keys.add(b"another", 9, longer), Among::Open);
    assert_eq!(keys.add(b"LONGER", 9, longer), Among::Yes);
}

proptest! {
    #[test]
    fn the_first_of_a_key_counts(kept in keys(), given in keys()) {
        let inbound = written(&kept);
        prop_assert_eq!(read(&inbound), first_ones(kept.iter()));

        let given = first_ones(given.iter());
        let fields = entries(given.iter().copied());
        let carrier = Reading::read(&inbound).carrier();
        let envelope = Envelope::escape().with_fields(&fields).with_kept_fields(carrier);
        let given: Vec<String> = given.into_iter().map(String::from).collect();
        let both = first_ones(given.iter().chain(&kept));
        let frame = envelope.encode_to_vec(b"").unwrap();
        prop_assert_eq!(read(&frame), both);
    }

    #[test]
    fn the_first_of_a_key_counts_in_an_origin(first in keys(), second in keys()) {
        let first_entries = entries(first.iter().map(AsRef::as_ref));
        let origin = Origin::default().with_fields(&first_entries);
        let origin = origin.with_fields(&entries(second.iter().map(AsRef::as_ref)));
        let expected = first_ones(second.iter().chain(&first));
        let carried: Vec<_> = origin.carrier().fields().collect();
        prop_assert_eq!(carried, entries(expected.into_iter()));
    }
}
