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
        every_reading(message);
        // All truncations. A check takes time in proportion to its input, so the few long messages
        // are cut more sparsely.
        let step = if message.len() > 2048 { 997 } else { 1 };
        for len in (0..message.len()).step_by(step) {
            every_reading(&message[..len]);
        }
    }
}

/// Every message of the vectors reaches channels of four settings, in turn of all, whole and cut;
/// so does every carrier.
#[test]
fn vectors_in_channels() {
    let messages = vector_messages();
    let messages = messages.iter().filter(|message| message.len() <= 2048);
    for (message, first) in messages.zip((0..SETTINGS.len()).cycle()) {
        for settings in SETTINGS.iter().cycle().skip(first).step_by(3).take(4) {
            checks::channel(&[settings.as_slice(), message].concat());
        }
        // Cut, it is another message.
        checks::channel(&[SETTINGS[1], &message[..message.len() * 2 / 3]].concat());
        if let Some(([.., flags, shape, _, _], behind)) = message.split_first_chunk::<8>() {
            let fields = behind.get(24..).unwrap_or(behind);
            checks::fields(&[SETTINGS[2].as_slice(), &[*shape, *flags], fields].concat());
        }
    }
}

/// All of them one after the other in one stream, in pieces of every length up to 40, and whole.
#[test]
fn vectors_in_streams() {
    let messages = vector_messages();
    let messages = messages.iter().filter(|message| message.len() < 255);
    let behind_lengths: Vec<u8> =
        messages.flat_map(|message| [&[message.len() as u8], &message[..]].concat()).collect();
    for piece in 1..=40 {
        checks::streams(&[&[0x40, 0, 1, piece], &behind_lengths[..]].concat());
    }
    checks::streams(&[&[0, 24, 3, 0, 1, 255], &behind_lengths[..]].concat());
}

/// Every text of the vectors: as a `traceparent`, and as a list.
#[test]
fn vectors_that_are_texts() {
    let texts = of_vectors("text");
    assert!(!texts.is_empty(), "spec/vectors has no text");
    for text in texts {
        checks::traceparent(text.as_bytes());
        checks::members(&[b"\x10", text.as_bytes()].concat());
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
        every_reading(&[&header[..], &vec![0; arrived]].concat());
    }
}

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 10] = [
    ("channel", checks::channel),
    ("codec", checks::codec),
    ("fields", checks::fields),
    ("members", checks::members),
    ("payloads", checks::payloads),
    ("read", checks::read),
    ("streams", checks::streams),
    ("text", checks::text),
    ("traceparent", checks::traceparent),
    ("write", |input| _ = write(input)),
];

/// What channels are set to, as `Settings` of the checks reads it.
const SETTINGS: [&[u8; 5]; 12] = [
    b"\x00\x00\x01\x01\x03",
    b"\x04\x00\x01\x01\x83",
    b"\x04\x00\xFE\xFE\x02",
    b"\x08\x00\x00\xAB\x12",
    b"\x0E\x7F\x01\x01\x01",
    b"\x36\xFF\x01\x56\x23",
    b"\x11\x00\x01\x01\x00",
    b"\x03\x00\x01\x01\x00",
    b"\x44\x00\xFF\x01\x1B",
    b"\x41\x00\x01\x01\x04",
    b"\x84\x00\x01\x01\x13",
    b"\xC0\x00\x01\x01\x00",
];

/// The targets whose inputs are messages.
fn every_reading(input: &[u8]) {
    checks::read(input);
    checks::text(input);
    write(input);
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

/// Every message of the vectors.
fn vector_messages() -> Vec<Vec<u8>> {
    let decode = |hex: String| HEXLOWER.decode(hex.as_bytes()).unwrap();
    of_vectors("message").into_iter().map(decode).collect()
}

/// What every vector of every file says of this.
fn of_vectors(what: &str) -> Vec<String> {
    let file = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).unwrap();
    let vectors = |file: Value| file["vectors"].as_array().cloned().unwrap_or_default();
    let said = |vector: Value| vector[what].as_str().map(str::to_owned);
    let is_json = |path: &Path| path.extension().is_some_and(|extension| extension == "json");
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors");
    let paths = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_json(path));
    paths.flat_map(|path| vectors(file(fs::read(path).unwrap()))).filter_map(said).collect()
}
