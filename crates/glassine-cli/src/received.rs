//! A message that was read, in either form.

use glassine::text::TextReading;
use glassine::{Fault, Mode, OwnedReading, Reader, Reading};

use crate::form::Form;

#[derive(PartialEq)]
pub(crate) enum Received<'a> {
    Binary(Reading<'a>),
    Text {
        message: TextReading<'a>,
        /// Header and carrier, decoded.
        front: OwnedReading,
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
    pub(crate) fn of_mode(
        reader: Reader,
        form: Form,
        mode: Mode,
        bytes: &'a [u8],
    ) -> Result<Self, Fault> {
        Ok(match form {
            Form::Binary(_) => Self::Binary(reader.read(bytes).require(mode)?),
            Form::Text => Self::text(reader.read_text(bytes).require(mode)?),
        })
    }

    fn text(message: TextReading<'a>) -> Self {
        Self::Text { message, front: message.decode() }
    }

    /// What header and carrier say. In text form the offset of the message's fault counts in the
    /// text, those of fields and their faults in the decoded bytes, and the payload is not there.
    pub(crate) fn message(&self) -> Reading<'_> {
        match self {
            Self::Binary(message) => *message,
            Self::Text { front, .. } => front.as_reading(),
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
