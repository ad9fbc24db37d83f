//! Which bytes of a message are what.

use std::ops::Range;

use anstyle::Style;
use glassine::text::TextReading;
use glassine::wire::{self, FIELD_HEADER_LEN, TEXT_PREFIX, VERSION_AT};
use glassine::{Fault, Reading, SpanId, TraceFlags, TraceId, Verdict};

use crate::show::baggage::holds_baggage;
use crate::show::style::{FIELD, FLAGS, IDS, LENGTH, PAYLOAD, PREFIX, SHAPE};
use crate::show::words::{self, counted};

/// A run of bytes with one meaning.
pub(crate) struct Part {
    pub(crate) range: Range<usize>,
    pub(crate) meaning: String,
    pub(crate) style: Style,
    pub(crate) shows: Shows,
}

/// What of a part's bytes is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    Bytes,
    BytesAndText,
    /// There is or may be baggage in them.
    Nothing,
}

/// All parts of a binary message, in order, from its first byte to its last. Of a message in text
/// form, those that were decoded.
pub(crate) fn parts(reading: Reading<'_>, show_baggage: bool) -> Vec<Part> {
    let mut layout = Layout::new();
    let rest = match reading.verdict() {
        Verdict::Bare => "payload",
        Verdict::Damaged => {
            layout.header(reading.as_bytes());
            "not read"
        }
        _ => {
            layout.header(reading.as_bytes());
            layout.carrier(reading, show_baggage);
            "payload"
        }
    };
    layout.take_until(reading.as_bytes().len(), rest, PAYLOAD, Shows::BytesAndText);
    layout.parts
}

/// All parts of a message in text form, in order, from its first byte to its last.
pub(crate) fn text_parts(text: TextReading<'_>, shows_carrier: bool) -> Vec<Part> {
    let mut layout = Layout::new();
    let rest = match (text.verdict(), text.fault()) {
        (Verdict::Bare, _) => "payload",
        (Verdict::Damaged, fault) => {
            layout.text_prefix();
            // The fault's place begins a row.
            layout.take_until(
                fault.map_or(0, Fault::offset),
                "not read",
                PAYLOAD,
                Shows::BytesAndText,
            );
            "not read"
        }
        _ => {
            layout.text_prefix();
            let shows = if shows_carrier { Shows::BytesAndText } else { Shows::Nothing };
            let end = text.payload_offset() - 1;
            layout.take_until(end, "header and carrier in base64url", FIELD, shows);
            layout.take(1, "end of header and carrier".to_owned(), PREFIX, Shows::BytesAndText);
            "payload"
        }
    };
    layout.take_until(text.as_bytes().len(), rest, PAYLOAD, Shows::BytesAndText);
    layout.parts
}

struct Layout {
    parts: Vec<Part>,
    /// Where the next part begins.
    at: usize,
}

impl Layout {
    fn new() -> Self {
        Self { parts: Vec::new(), at: 0 }
    }

    /// A part that ends at this offset, with its length behind its meaning.
    fn take_until(&mut self, end: usize, meaning: &str, style: Style, shows: Shows) {
        let len = end.saturating_sub(self.at);
        self.take(len, format!("{meaning}: {}", counted(len, "byte")), style, shows);
    }

    fn take(&mut self, len: usize, meaning: String, style: Style, shows: Shows) {
        if len == 0 {
            return;
        }
        let range = self.at..self.at + len;
        self.at = range.end;
        self.parts.push(Part { range, meaning, style, shows });
    }

    fn text_prefix(&mut self) {
        self.take(TEXT_PREFIX.len(), "prefix".to_owned(), PREFIX, Shows::BytesAndText);
    }

    /// The header, as far as there is one; the prefix always is.
    fn header(&mut self, bytes: &[u8]) {
        let version = bytes.get(VERSION_AT).copied().unwrap_or_default();
        self.take(1, "magic".to_owned(), PREFIX, Shows::Bytes);
        self.take(1, format!("version {version}"), PREFIX, Shows::Bytes);
        self.take(wire::GUARD.len(), "guard".to_owned(), PREFIX, Shows::Bytes);
        let after_prefix = bytes.get(self.at..).unwrap_or_default();
        if let [flags, ..] = after_prefix {
            let meaning = format!("trace flags: {}", words::flags(TraceFlags::from_u8(*flags)));
            self.take(1, meaning, FLAGS, Shows::Bytes);
        }
        if let [_, shape, ..] = after_prefix {
            self.take(1, format!("shape: {}", words::shape(*shape, version)), SHAPE, Shows::Bytes);
        }
        match after_prefix {
            [_, _, len_0, len_1, ..] => {
                let len = u16::from_be_bytes([*len_0, *len_1]);
                self.take(2, format!("carrier length: {len}"), LENGTH, Shows::Bytes);
            }
            [_, _, _] => self.take(1, "carrier length, cut off".to_owned(), LENGTH, Shows::Bytes),
            _ => {}
        }
    }

    fn carrier(&mut self, reading: Reading<'_>, show_baggage: bool) {
        let unless_hidden =
            |is_hidden, shows| if is_hidden && !show_baggage { Shows::Nothing } else { shows };
        let end = reading.payload_offset();
        let is_read = reading.verdict() == Verdict::Enveloped && reading.fault().is_none();
        let has_ids =
            reading.as_bytes().get(wire::SHAPE_AT).is_some_and(|shape| shape & wire::IDS != 0);
        if is_read && has_ids {
            self.take(TraceId::LEN, "trace id".to_owned(), IDS, Shows::Bytes);
            self.take(SpanId::LEN, "span id".to_owned(), IDS, Shows::Bytes);
        }
        for field in reading.carrier().raw_fields() {
            let len = counted(field.value().len(), "byte");
            let meaning = format!("{}: {len}", words::field_type(field.field_type()));
            self.take(FIELD_HEADER_LEN, meaning, FIELD, Shows::Bytes);
            let shows = unless_hidden(holds_baggage(field), Shows::BytesAndText);
            self.take(field.value().len(), "value".to_owned(), FIELD, shows);
        }
        self.take_until(end, "carrier, not read", FIELD, unless_hidden(true, Shows::BytesAndText));
    }
}
