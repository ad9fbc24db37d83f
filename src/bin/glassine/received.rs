//! A message that was read, in either form.

use glassine::{Fault, Message, OwnedMessage, Reader, TextMessage};

use crate::args::Channel;
use crate::form::Form;

#[derive(PartialEq)]
pub(crate) enum Received<'a> {
    Binary(Message<'a>),
    Text {
        bytes: &'a [u8],
        payload_offset: usize,
        /// Header and carrier, decoded.
        front: OwnedMessage,
    },
}

impl<'a> Received<'a> {
    /// Reads a message of a mixed channel.
    pub(crate) fn new(reader: Reader, form: Form, bytes: &'a [u8]) -> Self {
        match form {
            Form::Binary(_) => Self::Binary(reader.read(bytes)),
            Form::Text => Self::text(bytes, reader.read_text(&ascii(bytes))),
        }
    }

    /// Reads a message of a channel that is run in this way.
    pub(crate) fn of_channel(reader: Reader, form: Form, channel: Channel, bytes: &'a [u8]) -> Result<Self, Fault> {
        let text = |message| Self::text(bytes, message);
        match (form, channel) {
            (_, Channel::Mixed) => Ok(Self::new(reader, form, bytes)),
            (Form::Binary(_), Channel::Closed) => reader.read_closed(bytes).map(Self::Binary),
            (Form::Binary(_), Channel::Always) => reader.read_always(bytes).map(Self::Binary),
            (Form::Text, Channel::Closed) => reader.read_closed_text(&ascii(bytes)).map(text),
            (Form::Text, Channel::Always) => reader.read_always_text(&ascii(bytes)).map(text),
        }
    }

    fn text(bytes: &'a [u8], message: TextMessage<'_>) -> Self {
        Self::Text { bytes, payload_offset: message.payload_offset(), front: message.decode() }
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
            Self::Text { bytes, payload_offset, .. } => bytes.get(*payload_offset..).unwrap_or_default(),
        }
    }

    pub(crate) fn payload_offset(&self) -> usize {
        match self {
            Self::Binary(message) => message.payload_offset(),
            Self::Text { payload_offset, .. } => *payload_offset,
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

/// A text of the same length with the same reading. A reader judges bytes and asks nothing of the payload (specification section 10), but the library's
/// takes characters: in front of the payload all bytes that are not ASCII are equally wrong, and behind it they do not matter.
fn ascii(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { NOT_BASE64URL }).collect()
}

const NOT_BASE64URL: char = '?';
