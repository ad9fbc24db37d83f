//! The form of a message: binary, as it is or encoded, or text.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::message::encoding::Encoding;

/// The form of a message.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Binary(Encoding),
    Text,
}

impl Form {
    /// How the message's bytes are written. The text form is its own bytes, without a line break at
    /// its end, which would belong to the payload.
    pub(crate) fn encoding(self) -> Encoding {
        match self {
            Self::Binary(encoding) => encoding,
            Self::Text => Encoding::Raw,
        }
    }
}

impl ValueEnum for Form {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Binary(Encoding::Raw),
            Self::Binary(Encoding::Hex),
            Self::Binary(Encoding::Base64),
            Self::Text,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Binary(encoding) => encoding.to_possible_value(),
            Self::Text => Some(
                PossibleValue::new("text")
                    .help("The text form, ~glassine;…, for channels that carry text only"),
            ),
        }
    }
}
