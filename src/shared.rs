//! Messages over shared buffers: `bytes::Bytes`.

use core::fmt;

use bytes::Bytes;

use crate::message::Head;
use crate::read::{always, closed};
use crate::{Fault, Message, Reader};

/// A message in a shared buffer: the same reading as [`Message`], with a payload that is a slice of the buffer.
///
/// The payload **keeps the whole receive buffer alive** for as long as it lives, and a receive buffer often holds many messages. What is kept longer
/// than the buffer would be is [detached](Self::detach).
///
/// ```
/// use bytes::Bytes;
/// use glassine::SharedMessage;
///
/// let message = SharedMessage::read(Bytes::from_static(b"hi"));
/// assert_eq!(message.as_message().context(), None);
/// assert_eq!(message.into_payload(), "hi");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SharedMessage {
    bytes: Bytes,
    head: Head,
}

impl SharedMessage {
    /// Reads a message of a mixed channel, with the default cap on the carrier: [`Reader::read_shared`]. O(1).
    #[must_use]
    pub fn read(bytes: Bytes) -> Self {
        Reader::new().read_shared(bytes)
    }

    /// The message, borrowed. O(1).
    #[must_use]
    pub fn as_message(&self) -> Message<'_> {
        Message::new(&self.bytes, self.head)
    }

    /// The payload, sharing the buffer, which it keeps alive. O(1).
    #[must_use]
    pub fn payload(&self) -> Bytes {
        self.bytes.slice(self.head.payload_offset()..)
    }

    /// The payload, sharing the buffer, which it keeps alive. O(1), without touching the reference count.
    #[must_use]
    pub fn into_payload(mut self) -> Bytes {
        // The offset is never past the end: the header was judged against these bytes.
        bytes::Buf::advance(&mut self.bytes, self.head.payload_offset());
        self.bytes
    }

    /// All bytes of the message, sharing the buffer.
    #[must_use]
    pub fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The same message in an allocation of its own, of exactly its length, so that the receive buffer can go. One allocation and one copy of the whole
    /// message; nothing is read again.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { bytes: Bytes::copy_from_slice(&self.bytes), head: self.head }
    }
}

impl Reader {
    /// [`read`](Self::read) over a shared buffer. O(1).
    #[must_use]
    pub fn read_shared(self, bytes: Bytes) -> SharedMessage {
        let head = self.head(&bytes, bytes.len());
        SharedMessage { bytes, head }
    }

    /// [`read_closed`](Self::read_closed) over a shared buffer. Takes a reference, so that a message that is an error is not lost. O(1).
    ///
    /// # Errors
    /// As [`read_closed`](Self::read_closed).
    pub fn read_closed_shared(self, bytes: &Bytes) -> Result<SharedMessage, Fault> {
        let head = closed(bytes, self.head(bytes, bytes.len()))?;
        Ok(SharedMessage { bytes: bytes.clone(), head })
    }

    /// [`read_always`](Self::read_always) over a shared buffer. Takes a reference, so that a message that is an error is not lost. O(1).
    ///
    /// # Errors
    /// As [`read_always`](Self::read_always).
    pub fn read_always_shared(self, bytes: &Bytes) -> Result<SharedMessage, Fault> {
        let head = always(bytes, self.head(bytes, bytes.len()))?;
        Ok(SharedMessage { bytes: bytes.clone(), head })
    }
}

impl fmt::Debug for SharedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_message().fmt(f)
    }
}
