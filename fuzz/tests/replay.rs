//! The checks of the fuzz targets over the specification's vectors and over every input that is
//! kept here.

use std::fs;
use std::path::Path;

use arbitrary::{Arbitrary, Unstructured};
use data_encoding::HEXLOWER;
use serde_json::Value;

#[test]
fn vectors() {
    let messages = vector_messages();
    assert!(!messages.is_empty(), "spec/vectors has no message");
    for message in &messages {
        every_check(message);
        // All truncations. A check takes time in proportion to its input, so the few long messages
        // are cut more sparsely.
        let step = if message.len() > 2048 { 997 } else { 1 };
        for len in (0..message.len()).step_by(step) {
            every_check(&message[..len]);
        }
    }
}

#[test]
fn seeds() {
    for target in TARGETS {
        assert!(replay("seeds", target) > 0, "seeds has nothing for {}", target.0);
    }
}

#[test]
fn regressions() {
    let count: usize = TARGETS.iter().map(|target| replay("regressions", *target)).sum();
    assert!(count > 0, "regressions has nothing");
}

/// Both things that can happen to a letter happen to some seed.
#[test]
fn seeds_for_write_are_written_and_refused() {
    let outcomes: Vec<_> = files("seeds/write").iter().map(|input| write(input)).collect();
    assert!(outcomes.contains(&true) && outcomes.contains(&false), "{outcomes:?}");
}

/// The longest carriers, which no kept input has: the text form takes them and nothing longer.
#[test]
fn longest_carriers() {
    for arrived in [65_534, 65_535, 65_536] {
        let header = [0x9E, 1, 0xC1, 0xDE, 0, 0, 0xFF, 0xFF];
        every_check(&[&header[..], &vec![0; arrived]].concat());
    }
}

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 3] =
    [("read", checks::read), ("text", checks::text), ("write", |input| _ = write(input))];

fn every_check(input: &[u8]) {
    TARGETS.iter().for_each(|(_, check)| check(input));
}

/// What cargo-fuzz makes of an input for a structured target. Whether the letter was written.
fn write(input: &[u8]) -> bool {
    let letter = checks::Letter::arbitrary_take_rest(Unstructured::new(input));
    letter.is_ok_and(|letter| checks::write(&letter))
}

/// How many inputs of a target the directory has, all of which pass.
fn replay(directory: &str, (name, check): Target) -> usize {
    let inputs = files(&format!("{directory}/{name}"));
    inputs.iter().for_each(|input| check(input));
    inputs.len()
}

/// The contents of all files, none if there is no such directory.
fn files(directory: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

/// Every `message` of every file of vectors.
fn vector_messages() -> Vec<Vec<u8>> {
    let file = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).unwrap();
    let vectors = |file: Value| file["vectors"].as_array().cloned().unwrap_or_default();
    let message =
        |vector: Value| Some(HEXLOWER.decode(vector["message"].as_str()?.as_bytes()).unwrap());
    let is_json = |path: &Path| path.extension().is_some_and(|extension| extension == "json");
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors");
    let paths = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_json(path));
    paths.flat_map(|path| vectors(file(fs::read(path).unwrap()))).filter_map(message).collect()
}
