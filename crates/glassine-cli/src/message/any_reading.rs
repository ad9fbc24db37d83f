//! A message that was read, in either form.

use glassine::text::TextReading;
use glassine::{Fault, Mode, OwnedReading, Reader, Reading};

use crate::message::form::Form;

/// A reading of a binary message or of a text.
#[derive(PartialEq)]
pub(crate) enum AnyReading<'a> {
    Binary(Reading<'a>),
    Text {
        text: TextReading<'a>,
        /// Header and carrier.
        decoded: OwnedReading,
    },
}

impl<'a> AnyReading<'a> {
    /// Reads a message of a mixed channel.
    pub(crate) fn new(reader: Reader, form: Form, bytes: &'a [u8]) -> Self {
        match form {
            Form::Binary(_) => Self::Binary(reader.read(bytes)),
            Form::Text => Self::of_text(reader.read_text(bytes)),
        }
    }

    fn of_text(text: TextReading<'a>) -> Self {
        Self::Text { text, decoded: text.decode() }
    }

    /// Gives the reading back if a channel of this mode takes the message.
    pub(crate) fn require(self, mode: Mode) -> Result<Self, Fault> {
        Ok(match self {
            Self::Binary(reading) => Self::Binary(reading.require(mode)?),
            Self::Text { text, .. } => Self::of_text(text.require(mode)?),
        })
    }

    /// What is wrong with the message. In text form the offset counts in the text.
    pub(crate) fn fault(&self) -> Option<Fault> {
        match self {
            Self::Binary(reading) => reading.fault(),
            Self::Text { text, .. } => text.fault(),
        }
    }

    /// What header and carrier say. In text form all offsets count in the decoded bytes, and the
    /// payload is not there.
    pub(crate) fn as_reading(&self) -> Reading<'_> {
        match self {
            Self::Binary(reading) => *reading,
            Self::Text { decoded, .. } => decoded.as_reading(),
        }
    }

    pub(crate) fn payload(&self) -> &'a [u8] {
        match self {
            Self::Binary(reading) => reading.payload(),
            Self::Text { text, .. } => text.payload(),
        }
    }

    pub(crate) fn payload_offset(&self) -> usize {
        match self {
            Self::Binary(reading) => reading.payload_offset(),
            Self::Text { text, .. } => text.payload_offset(),
        }
    }

    /// The faults in the carrier, as sentences that say in which bytes they count.
    pub(crate) fn carrier_faults(&self) -> impl Iterator<Item = String> {
        let of_what = match self {
            Self::Binary(_) => "",
            Self::Text { .. } => " of the decoded bytes",
        };
        self.as_reading().carrier().faults().map(move |fault| format!("{fault}{of_what}"))
    }
}
