//! A message that was read, in either form.

use glassine::{Fault, Message, OwnedMessage, Reader, TextMessage};

use crate::args::Channel;
use crate::form::Form;

#[derive(PartialEq)]
pub(crate) enum Received<'a> {
    Binary(Message<'a>),
    Text {
        message: TextMessage<'a>,
        /// Header and carrier, decoded.
        front: OwnedMessage,
    },
}

impl<'a> Received<'a> {
    /// Reads a message of a mixed channel.
    pub(crate) fn new(reader: Reader, form: Form, bytes: &'a [u8]) -> Self {
        match form {
            Form::Binary(_) => Self::Binary(reader.read(bytes)),
            Form::Text => Self::text(reader.read_text(bytes)),
        }
    }

    /// Reads a message of a channel that is run in this way.
    pub(crate) fn of_channel(reader: Reader, form: Form, channel: Channel, bytes: &'a [u8]) -> Result<Self, Fault> {
        match (form, channel) {
            (_, Channel::Mixed) => Ok(Self::new(reader, form, bytes)),
            (Form::Binary(_), Channel::Closed) => reader.read_closed(bytes).map(Self::Binary),
            (Form::Binary(_), Channel::Always) => reader.read_always(bytes).map(Self::Binary),
            (Form::Text, Channel::Closed) => reader.read_closed_text(bytes).map(Self::text),
            (Form::Text, Channel::Always) => reader.read_always_text(bytes).map(Self::text),
        }
    }

    fn text(message: TextMessage<'a>) -> Self {
        Self::Text { message, front: message.decode() }
    }

    /// What header and carrier say. In text form the offset of the message's fault counts in the text, those of fields and their faults in the decoded
    /// bytes, and the payload is not there.
    pub(crate) fn message(&self) -> Message<'_> {
        match self {
            Self::Binary(message) => *message,
            Self::Text { front, .. } => front.as_message(),
        }
    }

    pub(crate) fn payload(&self) -> &'a [u8] {
        match self {
            Self::Binary(message) => message.payload(),
            Self::Text { message, .. } => message.payload(),
        }
    }

    pub(crate) fn payload_offset(&self) -> usize {
        match self {
            Self::Binary(message) => message.payload_offset(),
            Self::Text { message, .. } => message.payload_offset(),
        }
    }

    /// The faults in the carrier, as sentences that say in which bytes they count.
    pub(crate) fn carrier_faults(&self) -> impl Iterator<Item = String> {
        let of_what = match self {
            Self::Binary(_) => "",
            Self::Text { .. } => " of the decoded bytes",
        };
        self.message().carrier().faults().map(move |fault| format!("{fault}{of_what}"))
    }
}
