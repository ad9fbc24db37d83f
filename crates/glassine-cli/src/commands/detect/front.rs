//! The beginning of a message: all that a reader looks at, but for the length.

use std::io::{self, Read};

use glassine::wire::CONTEXT_LEN;
use glassine::{Reader, Reading};

/// A message's first bytes, at least as many as a header has if the message has them, and the
/// message's length.
#[derive(Clone, Copy)]
pub(crate) struct Front<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) len: u64,
}

impl<'a> Front<'a> {
    pub(crate) fn of_whole(message: &'a [u8]) -> Self {
        Self { bytes: message, len: message.len() as u64 }
    }

    /// Hands the message's reading to `judge`.
    pub(crate) fn read<T>(self, reader: Reader, judge: impl FnOnce(Reading<'_>) -> T) -> T {
        match reader.read_prefix(self.bytes) {
            Ok(reading) => judge(reading),
            Err(incomplete) => {
                // No byte after the header is looked at, so zeros stand for the carrier: as many as
                // the message's length allows.
                let len = usize::try_from(self.len).unwrap_or(usize::MAX).min(incomplete.needs());
                let mut message = self.bytes.to_vec();
                message.resize(len, 0);
                judge(reader.read(&message))
            }
        }
    }
}

/// Reads until the buffer is full or the input ends, and gives what was read.
pub(crate) fn read_front(mut input: impl Read, buffer: &mut [u8]) -> io::Result<&[u8]> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(len) => filled += len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(buffer.get(..filled).unwrap_or_default())
}

/// The bytes of a message that are kept: a header's worth, and as many as show the ids of a context
/// to people.
pub(crate) const FRONT_LEN: usize = CONTEXT_LEN;
