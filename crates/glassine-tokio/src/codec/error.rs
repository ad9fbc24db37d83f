//! Holds what can be wrong with a stream of messages.

use core::fmt;
use std::io;

/// Says what is wrong with a stream of messages, and at which byte of it. The messages in front of
/// that byte were delivered.
///
/// `Framed` takes it inside an `io::Error`: `error.get_ref()` and `downcast_ref` give it back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamError {
    kind: StreamErrorKind,
    /// Where the length begins, from the first byte that the codec took. `None` for what was to be
    /// sent.
    offset: Option<u64>,
    /// Of the message, if it is known.
    len: Option<u64>,
    /// The maximum, or how many bytes are there.
    limit: u64,
}

impl StreamError {
    pub(super) fn too_long(len: u32, max: u32, offset: u64) -> Self {
        let (len, limit) = (Some(u64::from(len)), u64::from(max));
        Self { kind: StreamErrorKind::TooLong, offset: Some(offset), len, limit }
    }

    pub(super) fn too_long_to_send(len: u64, max: u32) -> Self {
        let limit = u64::from(max);
        Self { kind: StreamErrorKind::TooLong, offset: None, len: Some(len), limit }
    }

    /// `there` counts the bytes of the length as well.
    pub(super) fn truncated(there: usize, announced: Option<u32>, offset: u64) -> Self {
        let of_len = if announced.is_some() { size_of::<u32>() } else { 0 };
        let limit = (there - of_len) as u64;
        let len = announced.map(u64::from);
        Self { kind: StreamErrorKind::Truncated, offset: Some(offset), len, limit }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> StreamErrorKind {
        self.kind
    }

    /// Returns the byte of the stream at which the length of the message begins. `None` for a
    /// message that was to be sent.
    ///
    /// 0 is the first byte that the codec has taken: the start of the stream, or where the codec
    /// took the place of another (`Framed::map_codec`).
    #[must_use]
    pub const fn offset(&self) -> Option<u64> {
        self.offset
    }
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, .. } = self;
        match (self.kind, self.len) {
            (StreamErrorKind::TooLong, len) => {
                let len = len.unwrap_or_default();
                write!(f, "the message has {len} bytes, and at most {limit} are allowed")?;
            }
            (StreamErrorKind::Truncated, Some(len)) => {
                write!(
                    f,
                    "the stream ends within a message: {limit} of its {len} bytes are there"
                )?;
            }
            (StreamErrorKind::Truncated, None) => {
                write!(f, "the stream ends within a length: {limit} of its 4 bytes are there")?;
            }
        }
        self.offset.map_or(Ok(()), |offset| write!(f, ", at byte {offset} of the stream"))
    }
}

impl fmt::Debug for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamError({self})")
    }
}

impl core::error::Error for StreamError {}

impl From<StreamError> for io::Error {
    fn from(error: StreamError) -> Self {
        let kind = match (error.kind, error.offset) {
            (StreamErrorKind::Truncated, _) => io::ErrorKind::UnexpectedEof,
            (StreamErrorKind::TooLong, Some(_)) => io::ErrorKind::InvalidData,
            (StreamErrorKind::TooLong, None) => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, error)
    }
}

/// Names what is wrong with a stream of messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum StreamErrorKind {
    /// A message is longer than the maximum (`R-FRAMED-3`, `R-FRAMED-5`).
    TooLong,
    /// The stream ends within a length or a message (`R-FRAMED-3`).
    Truncated,
}
