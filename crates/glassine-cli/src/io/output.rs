//! What is written to standard output.

use std::io::{self, Write};

use serde::Serialize;

use crate::io::failure::Failure;
use crate::message::encoding::Encoding;
use crate::show::printable::PrintableJson;

/// Standard output for people: styles are left out where they are not wanted.
pub(crate) type Screen = anstream::AutoStream<io::StdoutLock<'static>>;

pub(crate) fn screen() -> Screen {
    anstream::stdout().lock()
}

/// Bytes for programs. They do not go through [`screen`], which would take escape sequences out of
/// them.
pub(crate) fn write_bytes(bytes: Vec<u8>, encoding: Encoding) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(&encoding.encode(bytes))?;
    // What is still buffered at exit would be lost without a word.
    Ok(out.flush()?)
}

/// One JSON value on one line.
pub(crate) fn write_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, PrintableJson))?;
    Ok(writeln!(out)?)
}
