//! Properties of the text form (specification section 10). The laws are those of spec/rationale.md.
#![cfg(feature = "text")]

use glassine::text::{TextReading, needs_escape};
use glassine::{
    Envelope, FaultKind, Field, Mode, Reader, Reading, SpanId, TraceContext, TraceFlags, TraceId,
    Verdict,
};
use proptest::prelude::*;

fn context() -> impl Strategy<Value = TraceContext> {
    (1_u128.., 1_u64.., any::<u8>()).prop_map(|(trace_id, span_id, flags)| {
        let (trace_id, span_id) =
            (TraceId::from_u128(trace_id).unwrap(), SpanId::from_u64(span_id).unwrap());
        TraceContext::new(trace_id, span_id, TraceFlags::from_u8(flags))
    })
}

/// Any text, and what is most likely to be taken for something else.
fn payload() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[;~a-z=,\"{} ]{0,40}",
        Just("~glassine;".to_owned()),
        Just("~glassine;ngHB3gAAAAA;inner".to_owned()),
    ]
}

proptest! {
    /// Laws 1 and 3 (R-TEXT-1, R-TEXT-4): payload, context and fields come out as they went in, and
    /// the same as in binary.
    #[test]
    fn text_and_binary_agree(
        context in proptest::option::of(context()),
        baggage in "[ -~]{1,40}",
        payload in payload(),
        with_baggage: bool,
    ) {
        let fields = [Field::Baggage(&baggage)];
        let envelope = context
            .map_or(Envelope::escape(), Envelope::new)
            .with_fields(&fields[..usize::from(with_baggage)]);
        let text = envelope.encode_to_text(&payload).unwrap();
        let binary = envelope.encode_to_vec(payload.as_bytes()).unwrap();
        let (from_text, from_binary) = (TextReading::read(&text), Reading::read(&binary));
        prop_assert_eq!(from_text.payload(), from_binary.payload());
        prop_assert_eq!(from_text.payload_str(), Ok(&payload[..]));
        prop_assert_eq!(&text[from_text.payload_offset()..], &payload[..]);
        prop_assert_eq!(
            (from_text.verdict(), from_text.fault()),
            (from_binary.verdict(), from_binary.fault())
        );
        prop_assert_eq!(from_text.claims_sampled(), from_binary.claims_sampled());
        prop_assert_eq!(from_text.context(), from_binary.context());
        let decoded = from_text.decode();
        prop_assert_eq!(decoded.as_reading().carrier(), from_binary.carrier());
        prop_assert_eq!(decoded.as_reading().decision(), from_binary.decision());
        prop_assert_eq!(decoded.as_reading().as_bytes(), &binary[..binary.len() - payload.len()]);
    }

    /// Law 2 (R-TEXT-5): every text has a reading, and a payload that is all of it if it is bare or
    /// damaged.
    #[test]
    fn reading_text_is_total(
        text in prop_oneof![
            any::<String>(),
            "~glassine;[A-Za-z0-9_=+;-]{0,60}",
            "~glassine;ngHB3g[A-P]{2}[A-Za-z0-9_-]{0,50};?.{0,9}",
        ],
        cap: u16,
    ) {
        let reader = Reader::new().with_carrier_cap(cap);
        let message = reader.read_text(&text);
        prop_assert!(text.as_bytes().ends_with(message.payload()));
        let whole = matches!(message.verdict(), Verdict::Bare | Verdict::Damaged);
        prop_assert_eq!(message.payload() == text.as_bytes(), whole);
        prop_assert_eq!(message.verdict() == Verdict::Bare, !text.starts_with("~glassine;"));
        if let Some(fault) = message.fault() {
            prop_assert!(fault.offset() <= text.len());
        }
        match message.require(Mode::Closed) {
            Ok(closed) => prop_assert_eq!(closed, message),
            Err(fault) => prop_assert_eq!(
                (message.verdict(), message.fault()),
                (Verdict::Damaged, Some(fault))
            ),
        }
        prop_assert_eq!(
            message.require(Mode::Always).is_ok(),
            matches!(message.verdict(), Verdict::Enveloped | Verdict::UnknownVersion)
        );
    }

    /// The escape rule of text channels asks for what would otherwise not be bare, and for nothing
    /// else.
    #[test]
    fn what_needs_no_escape_is_read_as_bare(payload in payload()) {
        prop_assert_eq!(
            TextReading::read(&payload).verdict() == Verdict::Bare,
            !needs_escape(&payload)
        );
    }

    /// R-TEXT-2: one changed character of the header is noticed or reads as another header, and
    /// never touches the payload unless the whole text is delivered.
    #[test]
    fn a_changed_character_of_the_header(
        context in context(),
        payload in payload(),
        at in 10_usize..53,
        to in "[ -~]",
    ) {
        let mut text = Envelope::new(context).encode_to_text(&payload).unwrap();
        text.replace_range(at..=at, &to);
        let message = TextReading::read(&text);
        match message.verdict() {
            Verdict::Damaged => prop_assert_eq!(message.payload(), text.as_bytes()),
            _ => prop_assert_eq!(message.payload_str(), Ok(&payload[..])),
        }
    }
}

/// R-TEXT-3: what is not text does not get as far as the writer. A payload is a `str`, and there is
/// no way to make one of these bytes.
#[test]
fn a_payload_that_is_not_text_is_no_str() {
    for bytes in [&b"\x9E\x01"[..], b"\xFF", b"a\xC3"] {
        assert!(core::str::from_utf8(bytes).is_err());
    }
    let text = Envelope::unsampled().encode_to_text("Grüße; ~glassine;").unwrap();
    assert_eq!(text, "~glassine;ngHB3gABAAA;Grüße; ~glassine;");
}

#[test]
fn reading_stops_looking_for_the_end_where_no_header_can_end() {
    let unterminated = format!("~glassine;{};", "A".repeat(87_392));
    let fault = TextReading::read(&unterminated).fault().unwrap();
    assert_eq!((fault.kind().name(), fault.offset()), ("text_unterminated", 87_401));
}

/// R-TEXT-5: a reader judges bytes, and asks nothing of the payload.
#[test]
fn a_payload_need_not_be_utf_8() {
    let text = Envelope::escape().encode_to_text("x").unwrap();
    let latin_1 = [text.trim_end_matches('x').as_bytes(), b"caf\xE9"].concat();
    let message = TextReading::read(&latin_1);
    assert_eq!((message.verdict(), message.payload()), (Verdict::Enveloped, &b"caf\xE9"[..]));
    assert!(message.payload_str().is_err());
    let not_base64 = b"~glassine;\xE9;{}";
    assert_eq!(
        TextReading::read(not_base64).fault().unwrap().to_string(),
        "a character is not base64url, at byte 10"
    );
}

/// Offsets of what was decoded count in the decoded bytes; those of the message, in the text.
#[test]
fn a_fault_of_the_decoded_frame_counts_in_its_bytes() {
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let text = Envelope::new(context).encode_to_text("payload").unwrap();
    let message = Reader::new().with_carrier_cap(23).read_text(&text);
    assert_eq!(message.fault().map(|fault| fault.offset()), Some(18));
    let decoded = message.decode();
    assert_eq!(decoded.as_reading().fault().map(|fault| fault.offset()), Some(6));
    assert_eq!(decoded.as_reading().context(), None);
}

/// `R-TEXT-2`: 32 bytes leave 2 unused bits in the last of their 43 characters.
#[test]
fn the_unused_bits_of_a_context_without_fields_are_0() {
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03".parse().unwrap();
    let text = Envelope::new(context).encode_to_text("payload").unwrap();
    let (before, behind) = (&text[..52], &text[53..]);
    let alphabet = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']);
    for (value, last) in alphabet.enumerate() {
        let text = format!("{before}{last}{behind}");
        let fault = TextReading::read(&text).fault();
        let expected = (value & 0b11 != 0).then_some((FaultKind::TextUnusedBits, 52));
        assert_eq!(fault.map(|fault| (fault.kind(), fault.offset())), expected, "{text}");
    }
}
