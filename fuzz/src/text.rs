//! The target `text`: any bytes, as a message of a text channel (section 10).

use core::str;

use data_encoding::BASE64URL_NOPAD;
use glassine::text::{TextReading, needs_escape};
use glassine::wire::{MAX_ENCODED_LEN, TEXT_PREFIX};
use glassine::{FaultKind, Mode, Reader, Reading, Verdict};

use crate::again::written_as_text;
use crate::model::fault::{FaultAt, kind_and_offset};
use crate::model::header::caps;

/// Any bytes: as a message of a text channel, and as what is encoded in one.
pub fn text(bytes: &[u8]) {
    text_is_total(bytes);
    let text = [TEXT_PREFIX, &BASE64URL_NOPAD.encode(bytes), ";payload;"].concat();
    text_is_total(text.as_bytes());
    for cap in caps(bytes) {
        encoded_is_read_as_in_section_10(Reader::new().with_carrier_cap(cap), bytes, &text);
    }
    written_as_text(Reading::read(bytes));
}

/// Every text has a reading, and every reading a payload; the channels' rows of section 9.
fn text_is_total(text: &[u8]) {
    let message = TextReading::read(text);
    assert_eq!(message, Reader::new().read_text(text));
    assert_eq!(message.as_bytes(), text);
    let is_whole = matches!(message.verdict(), Verdict::Bare | Verdict::Damaged);
    assert_eq!(message.payload(), &text[message.payload_offset()..]);
    assert_eq!(message.payload_offset() == 0, is_whole);
    assert_eq!(message.verdict() == Verdict::Bare, !text.starts_with(TEXT_PREFIX.as_bytes()));
    if let Ok(text) = str::from_utf8(text) {
        assert_eq!(message.verdict() == Verdict::Bare, !needs_escape(text));
    }
    assert_eq!(message.context(), message.decode().as_reading().context());
    assert_eq!(message.claims_sampled(), message.decode().as_reading().claims_sampled());
    assert!(message.fault().is_none_or(|fault| fault.offset() <= text.len()));
    if is_whole {
        assert_eq!((message.context(), message.claims_sampled()), (None, false));
    } else {
        let encoded = &text[TEXT_PREFIX.len()..message.payload_offset() - 1];
        assert_eq!(
            BASE64URL_NOPAD.encode(message.decode().as_reading().as_bytes()).as_bytes(),
            encoded
        );
    }

    let closed = match (message.verdict(), message.fault()) {
        (Verdict::Damaged, Some(fault)) => Err(fault),
        _ => Ok(message),
    };
    assert_eq!(message.require(Mode::Mixed), Ok(message));
    assert_eq!(message.require(Mode::Closed), closed);
    let always = message.require(Mode::Always);
    if message.verdict() == Verdict::Bare {
        assert_eq!(always.map_err(kind_and_offset), Err((FaultKind::NotEnveloped, 0)));
    } else {
        assert_eq!(always, closed);
    }
}

/// The bytes in base64url are judged as the bytes are (R-TEXT-5, rows 1 and 5 to 8). `text` is the
/// bytes in text form, in front of `payload;`.
fn encoded_is_read_as_in_section_10(reader: Reader, bytes: &[u8], text: &str) {
    let message = reader.read_text(text);
    let inside = reader.read(bytes);
    let prefix_len = TEXT_PREFIX.len();
    let encoded_len = BASE64URL_NOPAD.encode_len(bytes.len());
    let in_text = |(kind, offset): FaultAt| (kind, prefix_len + 4 * offset / 3);
    let damage = if encoded_len > MAX_ENCODED_LEN {
        Some((FaultKind::TextUnterminated, prefix_len + MAX_ENCODED_LEN))
    } else if inside.verdict() == Verdict::Bare {
        Some((FaultKind::TextNotAFrame, prefix_len))
    } else if inside.verdict() == Verdict::Damaged {
        inside.fault().map(kind_and_offset).map(in_text)
    } else if !inside.payload().is_empty() {
        Some((FaultKind::TextCarrierLength, prefix_len + 8))
    } else {
        None
    };
    if damage.is_some() {
        assert_eq!(
            (message.verdict(), message.fault().map(kind_and_offset)),
            (Verdict::Damaged, damage)
        );
        assert_eq!(message.payload(), text.as_bytes());
    } else {
        assert_eq!(message.verdict(), inside.verdict());
        assert_eq!(
            message.fault().map(kind_and_offset),
            inside.fault().map(kind_and_offset).map(in_text)
        );
        assert_eq!(message.payload(), b"payload;");
        assert_eq!(message.context(), inside.context());
        assert_eq!(message.claims_sampled(), inside.claims_sampled());
        assert_eq!(message.decode().as_reading().carrier(), inside.carrier());
        assert_eq!(message.decode().as_reading().as_bytes(), bytes);
    }
}
