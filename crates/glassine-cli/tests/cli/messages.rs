//! Messages, and the vectors of the specification.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde_json::Value;

pub(crate) const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
pub(crate) const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
/// Header and carrier of `TRACEPARENT`.
pub(crate) const CONTEXT: &str = "9e01c1de010300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7";
pub(crate) const ESCAPE: &str = "9e01c1de00000000";
pub(crate) const MARKER: &str = "9e01c1de00010000";

/// `CONTEXT`, `ESCAPE` and `MARKER` in text form.
pub(crate) const TEXT_CONTEXT: &str = "~glassine;ngHB3gEDABhL-S81d7NNpqPOkp0ODkc2APBnqgupArc;";
pub(crate) const TEXT_ESCAPE: &str = "~glassine;ngHB3gAAAAA;";
pub(crate) const TEXT_MARKER: &str = "~glassine;ngHB3gABAAA;";
/// Version 7, sampled, nothing in its carrier.
pub(crate) const TEXT_UNKNOWN: &str = "~glassine;ngfB3gEBAAA;";

pub(crate) const JSON: &[u8] = b"{\"order\":7}";
/// `{"order": 7}`
pub(crate) const MESSAGE_PACK: &[u8] = b"\x81\xA5order\x07";
/// An array of 14 elements: its first byte is the magic byte of a frame.
pub(crate) const MESSAGE_PACK_9E: &[u8] =
    b"\x9E\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E";

pub(crate) fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).expect("hexadecimal")
}

/// A frame: header and carrier in hexadecimal, and a payload.
pub(crate) fn frame(front: &str, payload: &[u8]) -> Vec<u8> {
    [&hex(front), payload].concat()
}

/// A frame with everything in it: each kind of field, and each kind of fault that leaves the
/// context intact.
pub(crate) fn everything() -> Vec<u8> {
    hex(concat!(
        "9e01c1de03030081",
        "4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7",
        "01000a636f6e676f3d74363172",
        "02000a7573657249643d376161",
        "0300060262330a3030",
        "04000400000a00",
        "0500190af7651916cd43dd8448eb211c80319cb7ad6b716920333101",
        "2a0001ff",
        "610001ff",
        "ee000100",
        "07000161",
        "81000161",
        "040004000000ff",
        "010000",
        "000000",
        "0300",
        "7b226964223a377d0a",
    ))
}

pub(crate) fn vector_files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors");
    let files =
        fs::read_dir(directory).expect("the vectors").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files
}

/// The vectors of a file; none of a schema.
pub(crate) fn vectors(file: &Path) -> Vec<Value> {
    let json: Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
    json["vectors"].as_array().cloned().unwrap_or_default()
}
