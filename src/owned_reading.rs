//! A message that owns its bytes.

use alloc::boxed::Box;
use core::fmt;

use crate::head::Head;
use crate::reading::Reading;

/// Keeps a message that was read in an allocation of its own, of exactly its length: for later, and
/// for other threads.
///
/// Made by [`Reading::detach`], at the cost of one allocation and one copy of the whole message;
/// nothing is read again.
///
/// ```
/// use glassine::Reading;
///
/// let kept = {
///     let receive_buffer = vec![b'h', b'i'];
///     Reading::read(&receive_buffer).detach()
/// };
/// assert_eq!(kept.as_reading().payload(), b"hi");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedReading {
    bytes: Box<[u8]>,
    head: Head,
}

impl OwnedReading {
    pub(crate) fn new(bytes: Box<[u8]>, head: Head) -> Self {
        Self { bytes, head }
    }

    /// Borrows the message. O(1).
    #[must_use]
    pub fn as_reading(&self) -> Reading<'_> {
        Reading::new(&self.bytes, self.head)
    }
}

impl Reading<'_> {
    /// Copies the message into an allocation of its own. O(message).
    #[must_use]
    pub fn detach(self) -> OwnedReading {
        OwnedReading::new(self.as_bytes().into(), self.head())
    }
}

impl fmt::Debug for OwnedReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_reading().fmt(f)
    }
}
