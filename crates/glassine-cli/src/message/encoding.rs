//! How bytes are written for transport and for people: raw, hexadecimal, base64.

use std::sync::LazyLock;

use clap::ValueEnum;
use data_encoding::{
    BASE64, BASE64_NOPAD, DecodeKind, HEXLOWER, Specification, SpecificationError,
};

/// How bytes are spelled.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// The bytes themselves
    Raw,
    /// Two hexadecimal digits a byte, in either case
    Hex,
    /// The standard alphabet, with or without padding
    Base64,
}

impl Encoding {
    /// The bytes that a text stands for, or one clause about what is wrong. A byte order mark in
    /// front of hexadecimal digits and of base64 stands for nothing.
    pub(crate) fn decode(self, text: Vec<u8>) -> Result<Vec<u8>, String> {
        let (name, encoding) = match self {
            Self::Raw => return Ok(text),
            Self::Hex => ("hexadecimal", &HEX),
            Self::Base64 if text.contains(&b'=') => ("base64", &BASE64_PADDED),
            Self::Base64 => ("base64", &BASE64_UNPADDED),
        };
        let encoding = encoding.as_ref().map_err(ToString::to_string)?;
        let digits = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
        encoding.decode(digits).map_err(|error| {
            let what = match error.kind {
                DecodeKind::Symbol => "a character does not belong there",
                DecodeKind::Length => "the last byte is incomplete",
                DecodeKind::Trailing => "unused bits are set",
                DecodeKind::Padding => "the padding is wrong",
            };
            format!("not {name}: {what}, at byte {}", text.len() - digits.len() + error.position)
        })
    }

    /// The bytes as a text, with a line break at its end; raw bytes as they are.
    pub(crate) fn encode(self, bytes: Vec<u8>) -> Vec<u8> {
        let line = |text: String| (text + "\n").into_bytes();
        match self {
            Self::Raw => bytes,
            Self::Hex => line(HEXLOWER.encode(&bytes)),
            Self::Base64 => line(BASE64.encode(&bytes)),
        }
    }
}

/// What some programs write at the beginning of a text, in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

fn without_white_space(mut specification: Specification) -> Built {
    specification.ignore.push_str(" \t\r\n");
    specification.encoding()
}

type Built = Result<data_encoding::Encoding, SpecificationError>;

static HEX: LazyLock<Built> = LazyLock::new(|| {
    let mut specification = HEXLOWER.specification();
    specification.translate.from.push_str("ABCDEF");
    specification.translate.to.push_str("abcdef");
    without_white_space(specification)
});
static BASE64_PADDED: LazyLock<Built> =
    LazyLock::new(|| without_white_space(BASE64.specification()));
static BASE64_UNPADDED: LazyLock<Built> =
    LazyLock::new(|| without_white_space(BASE64_NOPAD.specification()));
