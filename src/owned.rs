//! A message that owns its bytes.

use alloc::boxed::Box;
use core::fmt;

use crate::message::Head;
use crate::{Carrier, Envelope, Field, Message, TraceContext};

/// A message in an allocation of its own, of exactly its length: for keeping and for handing to other threads.
///
/// Made by [`Message::detach`], at the cost of one allocation and one copy of the whole message; nothing is read again.
///
/// ```
/// use glassine::Message;
///
/// let kept = {
///     let receive_buffer = vec![b'h', b'i'];
///     Message::read(&receive_buffer).detach()
/// };
/// assert_eq!(kept.as_message().payload(), b"hi");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedMessage {
    bytes: Box<[u8]>,
    head: Head,
}

impl OwnedMessage {
    pub(crate) fn new(bytes: Box<[u8]>, head: Head) -> Self {
        Self { bytes, head }
    }

    /// The message, borrowed. O(1).
    #[must_use]
    pub fn as_message(&self) -> Message<'_> {
        Message::new(&self.bytes, self.head)
    }
}

impl Message<'_> {
    /// Copies the message into an allocation of its own. O(message).
    #[must_use]
    pub fn detach(self) -> OwnedMessage {
        OwnedMessage::new(self.as_bytes().into(), self.head())
    }
}

/// A carrier that owns its bytes: what outlives the message that brought it.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedCarrier(OwnedMessage);

impl OwnedCarrier {
    /// A carrier of this context and these fields. `None` without fields, and where they cannot be written. One allocation of the carrier's length and 8 bytes.
    #[must_use]
    pub fn new(context: Option<TraceContext>, fields: &[Field<'_>]) -> Option<Self> {
        if fields.is_empty() {
            return None;
        }
        let envelope = context.map_or(Envelope::escape(), Envelope::new).with_fields(fields);
        let frame = envelope.encode_to_vec(&[]).ok()?;
        let head = Message::read(&frame).head();
        Some(Self(OwnedMessage::new(frame.into(), head)))
    }

    /// The carrier, borrowed. O(1).
    #[must_use]
    pub fn as_carrier(&self) -> Carrier<'_> {
        self.0.as_message().carrier()
    }
}

impl fmt::Debug for OwnedCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_carrier().fmt(f)
    }
}

impl fmt::Debug for OwnedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_message().fmt(f)
    }
}
