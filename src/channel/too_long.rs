//! A message that cannot be made short enough.

use core::fmt;

/// Says that a message does not fit the channel's limit, although everything that may be left out
/// was left out; and holds the message: nothing is lost.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageTooLong<M> {
    message: M,
    needed: usize,
    max: usize,
}

impl<M> MessageTooLong<M> {
    pub(super) const fn new(message: M, needed: usize, max: usize) -> Self {
        Self { message, needed, max }
    }

    /// How many bytes the message has: the payload in the escape.
    #[must_use]
    pub const fn needed(&self) -> usize {
        self.needed
    }

    /// How many bytes a message of the channel may have.
    #[must_use]
    pub const fn max(&self) -> usize {
        self.max
    }

    /// The message, which is too long, with the payload whole.
    #[must_use]
    pub fn into_message(self) -> M {
        self.message
    }
}

impl<M> fmt::Debug for MessageTooLong<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageTooLong")
            .field("needed", &self.needed)
            .field("max", &self.max)
            .finish_non_exhaustive()
    }
}

impl<M> fmt::Display for MessageTooLong<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { needed, max, .. } = self;
        write!(f, "the payload must be escaped, which makes {needed} bytes of at most {max}")
    }
}

impl<M> core::error::Error for MessageTooLong<M> {}
