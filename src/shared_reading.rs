//! Messages over shared buffers: `bytes::Bytes`.

use core::fmt;

use bytes::Bytes;

use crate::fault::Fault;
use crate::head::Head;
use crate::mode::Mode;
use crate::reader::Reader;
use crate::reading::Reading;

/// Reads a message in a shared buffer: what it says is a [`Reading`], and its payload is a slice of
/// the buffer.
///
/// The payload **keeps the whole receive buffer alive** for as long as it lives, and a receive
/// buffer often holds many messages. What is kept longer than the buffer would be is
/// [detached](Self::detach).
///
/// ```
/// use bytes::Bytes;
/// use glassine::SharedReading;
///
/// let message = SharedReading::read(Bytes::from_static(b"hi"));
/// assert_eq!(message.as_reading().context(), None);
/// assert_eq!(message.into_payload(), "hi");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SharedReading {
    bytes: Bytes,
    head: Head,
}

impl SharedReading {
    /// Reads a message of a mixed channel, with the default cap on the carrier:
    /// [`Reader::read_shared`]. O(1).
    #[must_use]
    #[inline]
    pub fn read(bytes: Bytes) -> Self {
        Reader::new().read_shared(bytes)
    }

    /// Gives the reading back if a channel of this mode takes the message. O(1).
    ///
    /// # Errors
    /// Those of [`Reading::require`], with the bytes of the message.
    pub fn require(self, mode: Mode) -> Result<Self, Refused> {
        match self.as_reading().require(mode) {
            Ok(_) => Ok(self),
            Err(fault) => Err(Refused { fault, bytes: self.bytes }),
        }
    }

    /// Borrows the reading. O(1).
    #[must_use]
    #[inline]
    pub fn as_reading(&self) -> Reading<'_> {
        Reading::new(&self.bytes, self.head)
    }

    /// Returns the payload, which shares the buffer and keeps it alive. O(1).
    #[must_use]
    #[inline]
    pub fn payload(&self) -> Bytes {
        self.bytes.slice(self.head.payload_offset()..)
    }

    /// Turns the reading into the payload, which shares the buffer and keeps it alive. O(1),
    /// without touching the reference count.
    #[must_use]
    #[inline]
    pub fn into_payload(mut self) -> Bytes {
        // The offset is never past the end: the header was judged against these bytes.
        bytes::Buf::advance(&mut self.bytes, self.head.payload_offset());
        self.bytes
    }

    /// Returns all bytes of the message, in the shared buffer.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Copies the message into an allocation of its own, of exactly its length, so that the receive
    /// buffer can go. One allocation and one copy of the whole message; nothing is read again.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self { bytes: Bytes::copy_from_slice(&self.bytes), head: self.head }
    }
}

impl Reader {
    /// Reads a message of a mixed channel in a shared buffer, as [`read`](Self::read) does. O(1).
    #[must_use]
    #[inline]
    pub fn read_shared(self, bytes: Bytes) -> SharedReading {
        let head = self.read(&bytes).head();
        SharedReading { bytes, head }
    }
}

impl fmt::Debug for SharedReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_reading().fmt(f)
    }
}

/// Says why a channel of its [`Mode`] refuses a message, and holds the message: nothing is lost.
///
/// ```
/// use bytes::Bytes;
/// use glassine::{Mode, SharedReading};
///
/// let refused = SharedReading::read(Bytes::from_static(b"hi")).require(Mode::Always).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "the message is bare in a channel that is always enveloped, at byte 0"
/// );
/// assert_eq!(refused.into_bytes(), "hi");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Refused {
    fault: Fault,
    bytes: Bytes,
}

impl Refused {
    #[cfg(feature = "policy")]
    pub(crate) const fn new(fault: Fault, bytes: Bytes) -> Self {
        Self { fault, bytes }
    }

    /// Returns what is wrong, and where.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        self.fault
    }

    /// Gives the whole message back, as it came.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("fault", &self.fault)
            .field("len", &self.bytes.len())
            .finish()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl core::error::Error for Refused {}
