//! The whole input is a message.

use std::io::{self, Read};

use crate::commands::detect::front::{FRONT_LEN, Front, read_front};
use crate::commands::detect::source::Source;

/// Counts the one message. `len` is how long the input says it is.
pub(crate) fn read(source: &mut Source<'_>, mut input: impl Read, len: u64) -> io::Result<()> {
    let mut buffer = [0; FRONT_LEN];
    let bytes = read_front(&mut input, &mut buffer)?;
    let front = bytes.len() as u64;
    let len = match bytes.len() {
        // The end was seen: this is the length, whatever was said.
        ..FRONT_LEN => front,
        _ if len > front => len,
        // Pipes and the like do not know their length.
        _ => front + io::copy(&mut input, &mut io::sink())?,
    };
    source.advance(len);
    source.add(0, Front { bytes, len });
    Ok(())
}
