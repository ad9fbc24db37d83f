//! Every sentence of every error, what the errors and the other public values are made of, and what
//! `Debug` keeps to itself.
#![cfg(all(feature = "bytes", feature = "text"))]

use glassine::errors::{EncodeErrorKind, Incomplete};
use glassine::fields::{Fields, RawField, RawFields};
use glassine::text::TextReading;
use glassine::w3c::{ParseError, Traceparent};
use glassine::{
    Carrier, EncodeError, EncodedEnvelope, Envelope, Fault, FaultKind, Field, FieldType, Mode,
    Origin, OwnedReading, Reader, Reading, SharedReading, SpanId, TraceContext, TraceFlags,
    TraceId, Wrapped,
};

const TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn context() -> TraceContext {
    TEXT.parse().unwrap()
}

/// `prefix` with the bytes 4 to 7 and what follows.
fn frame(version: u8, rest: &[u8]) -> Vec<u8> {
    [&[0x9E, version, 0xC1, 0xDE], rest].concat()
}

#[test]
fn sentences_of_faults() {
    let closed = |bytes: &[u8]| Reading::read(bytes).require(Mode::Closed).unwrap_err().to_string();
    let cases: [(&[u8], &str); 10] = [
        (&frame(1, &[0]), "the header is cut off, at byte 5"),
        (&frame(1, &[0, 0x10, 0, 0]), "reserved bits of the shape are set, at byte 5"),
        (&frame(1, &[1, 0, 0, 0]), "trace flags are set without a decision, at byte 4"),
        (&frame(1, &[0, 4, 0, 0]), "the shape is not one of version 1, at byte 5"),
        (&frame(1, &[0, 2, 0, 0]), "the shape has ids without a decision, at byte 5"),
        (&frame(1, &[1, 1, 0, 0]), "sampled is set without ids, at byte 4"),
        (&frame(1, &[1, 3, 0, 23]), "the carrier is too short for its ids, at byte 6"),
        (&frame(1, &[0, 0, 0, 1]), "the carrier runs past the end of the message, at byte 6"),
        (
            &frame(5, &[0, 0, 0, 0]),
            "the magic byte is followed by an impossible version, at byte 1",
        ),
        (&[0x9E, 1, 0xC1, 0xDF], "the guard is wrong, at byte 3"),
    ];
    for (bytes, sentence) in cases {
        assert_eq!(closed(bytes), sentence);
    }
    let always = Reading::read(b"{}").require(Mode::Always).unwrap_err();
    assert_eq!(
        always.to_string(),
        "the message is bare in a channel that is always enveloped, at byte 0"
    );
    let capped =
        Reader::new().with_carrier_cap(0).read(&frame(1, &[0, 0, 0, 1, 0])).fault().unwrap();
    assert_eq!(capped.to_string(), "the carrier is longer than this reader's cap, at byte 6");
    let incomplete = Reader::new().read_prefix(&frame(1, &[0, 0, 0, 1])).unwrap_err();
    assert_eq!(incomplete.to_string(), "the message is incomplete: 9 bytes are needed to read on");
}

#[test]
fn sentences_of_faults_inside_the_carrier() {
    let sentences = |bytes: &[u8]| -> Vec<String> {
        Reading::read(bytes).carrier().faults().map(|fault| fault.to_string()).collect()
    };
    let zero_ids = [&frame(1, &[1, 3, 0, 24])[..], &[0; 24]].concat();
    assert_eq!(
        sentences(&zero_ids),
        ["the trace id is all zero, at byte 8", "the span id is all zero, at byte 24"]
    );
    let fields = frame(1, &[0, 0, 0, 16, 2, 0, 1, b'a', 2, 0, 1, b'b', 1, 0, 1, b'c', 0, 0, 0, 9]);
    assert_eq!(
        sentences(&fields),
        [
            "a field that counts once is repeated, at byte 12",
            "a field needs a context that is not there, at byte 16",
            "a field is malformed, at byte 20",
            "a field runs past the end of the carrier, at byte 23",
        ]
    );
    let many = [&frame(1, &[0, 0, 1, 0x83])[..], &[0xEE, 0, 0].repeat(129)].concat();
    assert_eq!(sentences(&many), ["the carrier has more fields than are read, at byte 392"]);
}

#[test]
fn sentences_of_faults_of_the_text_form() {
    let cases = [
        ("~glassine;ngH", "the text form's header does not end, at byte 13"),
        ("~glassine;ng+B;", "a character is not base64url, at byte 12"),
        ("~glassine;ngHB3;", "the base64url has an impossible length, at byte 15"),
        ("~glassine;nh;", "unused bits of the base64url are set, at byte 11"),
        ("~glassine;;", "the base64url does not hold a frame, at byte 10"),
        ("~glassine;ngHB3gAAAAAA;", "the base64url goes on after the carrier, at byte 18"),
    ];
    for (text, sentence) in cases {
        assert_eq!(TextReading::read(text).fault().unwrap().to_string(), sentence, "{text}");
        assert_eq!(TextReading::read(text).payload(), text.as_bytes());
    }
}

#[test]
fn sentences_of_parse_errors() {
    let cases = [
        ("00-42-1-01", "the text is too short or too long, at byte 10"),
        (&TEXT.replacen("00", "ff", 1), "version ff is invalid, at byte 0"),
        (&TEXT.replacen('-', "_", 1), "a dash is missing, at byte 2"),
        (&TEXT.replacen('b', "B", 1), "not a lower-case hexadecimal digit, at byte 4"),
        (
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "the trace id is all zero, at byte 3",
        ),
        (
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "the span id is all zero, at byte 36",
        ),
    ];
    for (text, sentence) in cases {
        assert_eq!(text.parse::<TraceContext>().unwrap_err().to_string(), sentence, "{text}");
    }
}

#[test]
fn ids_and_flags_are_parsed_strictly() {
    let trace_id =
        |text: &str| text.parse::<TraceId>().map_err(|error| (error.kind().name(), error.offset()));
    assert_eq!(trace_id(&"0".repeat(32)), Err(("zero_trace_id", 0)));
    assert_eq!(trace_id("4bf9"), Err(("length", 4)));
    assert_eq!(trace_id(&"1".repeat(33)), Err(("length", 32)));
    assert_eq!(trace_id("+bf92f3577b34da6a3ce929d0e0e4736"), Err(("digit", 0)));
    assert_eq!("00f067aa0ba902bZ".parse::<SpanId>().unwrap_err().offset(), 15);
    assert_eq!("0000000000000000".parse::<SpanId>().unwrap_err().kind().name(), "zero_span_id");
    assert_eq!("03".parse::<TraceFlags>(), Ok(TraceFlags::SAMPLED | TraceFlags::RANDOM));
    assert!("3".parse::<TraceFlags>().is_err() && "0x".parse::<TraceFlags>().is_err());
}

/// R-WRITE-3, R-WRITE-5, R-WRITE-7: what is refused is refused before anything is written.
#[test]
fn sentences_of_encode_errors_and_nothing_is_written() {
    let long = "a".repeat(40_000);
    let too_long = "a".repeat(65_536);
    let sampled = Envelope::new(context());
    let many = vec![Field::Unknown { field_type: FieldType(0x60), value: &[] }; 129];
    let weight = Field::FanOutWeight(1.try_into().unwrap());
    let two_long = [Field::Baggage(&long), Field::TextMap { key: "k", value: &long }];
    use EncodeErrorKind as E;
    let tracestate_unknown = Field::Unknown { field_type: FieldType::TRACESTATE, value: &[] };
    let cases: [(Envelope<'_>, &[Field<'_>], E, &str); 9] = [
        (
            sampled,
            &two_long,
            E::CarrierTooLong,
            "the carrier is longer than 65535 bytes, at byte 65543",
        ),
        (
            sampled,
            &[Field::Baggage(&too_long)],
            E::FieldTooLong,
            "a field is longer than 65535 bytes, at byte 32",
        ),
        (
            sampled,
            &[weight, Field::Tracestate("a=\n")],
            E::MalformedField,
            "a field is malformed, at byte 32",
        ),
        (
            sampled,
            &[Field::TextMap { key: "TraceParent", value: "x" }],
            E::MalformedField,
            "a field is malformed, at byte 32",
        ),
        (
            Envelope::unsampled(),
            &[Field::Baggage("a=b"), weight],
            E::MisplacedField,
            "a field needs a context that is not there, at byte 14",
        ),
        (
            sampled,
            &[Field::Baggage("a=b"), Field::Baggage("c=d")],
            E::RepeatedField,
            "a field that counts once is repeated, at byte 32",
        ),
        // It is no second one: what it is, it cannot be.
        (
            sampled,
            &[Field::Tracestate("a=b"), tracestate_unknown],
            E::MalformedField,
            "a field is malformed, at byte 38",
        ),
        (sampled, &many, E::TooManyFields, "there are more than 128 fields, at byte 416"),
        (sampled, &[], E::BufferTooSmall, "the buffer is too small, at byte 31"),
    ];
    for (envelope, fields, kind, sentence) in cases {
        let envelope = envelope.with_fields(fields);
        let room = if kind == E::BufferTooSmall { 31 } else { 200_000 };
        let mut out = vec![0xA5; room];
        let error = envelope.encode_to_slice(&mut out).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, sentence));
        assert!(out.iter().all(|byte| *byte == 0xA5), "{sentence}: something was written");
        let mut slice = &mut out[..];
        assert_eq!(envelope.encode(&mut slice), Err(error));
        assert_eq!(slice.len(), room, "{sentence}: something was written");
    }
}

#[test]
fn zero_ids_cannot_be_built() {
    assert_eq!((TraceId::from_u128(0), TraceId::from_bytes([0; 16])), (None, None));
    assert_eq!((SpanId::from_u64(0), SpanId::from_bytes([0; 8])), (None, None));
    const ID: TraceId = TraceId::from_u128(7).unwrap();
    assert_eq!(u128::from(ID), 7);
    assert_eq!(TraceId::from_bytes(ID.to_bytes()), Some(ID));
}

#[test]
fn values_are_small_and_may_cross_threads() {
    fn is_send_and_sync<T: Send + Sync>() {}
    fn is_error<T: core::error::Error + Copy + Send + Sync + 'static>(size: usize) {
        assert!(size_of::<T>() <= size, "{}", core::any::type_name::<T>());
    }
    is_error::<Fault>(8);
    is_error::<Incomplete>(4);
    is_error::<ParseError>(2);
    is_error::<EncodeError>(8);
    is_send_and_sync::<(
        Reading<'_>,
        Carrier<'_>,
        Fields<'_>,
        RawField<'_>,
        RawFields<'_>,
        Envelope<'_>,
        Field<'_>,
    )>();
    is_send_and_sync::<(
        OwnedReading,
        SharedReading,
        TextReading<'_>,
        Wrapped<bytes::Bytes>,
        EncodedEnvelope,
    )>();
    assert!(size_of::<Reading<'_>>() <= 40);
    assert_eq!((size_of::<TraceContext>(), size_of::<Traceparent>()), (25, 55));
    // Whether there is an origin is told beside it, and not by a byte in its middle.
    assert_eq!((size_of::<Origin>(), size_of::<Option<Origin>>()), (40, 48));
}

#[test]
fn debug_keeps_payload_and_baggage_to_itself() {
    let fields = [
        Field::Baggage("user=secret"),
        Field::Tracestate("vendor=secret"),
        Field::TextMap { key: "b3", value: "secret" },
    ];
    let envelope = Envelope::new(context()).with_fields(&fields);
    let bytes = bytes::Bytes::from(envelope.encode_to_vec(b"secret").unwrap());
    let message = Reading::read(&bytes);
    let text = envelope.encode_to_text("secret").unwrap();
    let shown = format!(
        "{message:?} {:?} {:?} {:?} {:?} {envelope:?} {:?} {:?} {:?}",
        message.carrier(),
        message.carrier().fields(),
        message.carrier().raw_fields(),
        message.detach(),
        SharedReading::read(bytes.clone()),
        Wrapped::new(envelope.to_encoded().unwrap(), bytes.clone()),
        TextReading::read(&text),
    );
    assert!(!shown.contains("secret") && !shown.contains("115, 101"), "{shown}");
    assert!(
        shown.contains("payload_len: 6") && shown.contains("4bf92f3577b34da6a3ce929d0e0e4736"),
        "{shown}"
    );
}

#[test]
#[cfg(feature = "policy")]
fn debug_of_policies_keeps_payload_and_fields_to_itself() {
    use glassine::policy::{AllowList, FanOut, Rollout};
    use glassine::{Channel, Origin, Traced};

    let fields = [Field::Baggage("user=secret"), Field::Tracestate("vendor=secret")];
    let origin = Origin::from(context()).with_fields(&fields);
    let payload = bytes::Bytes::from_static(b"secret");
    let channel = Channel::new().with_rollout(Rollout::On).with_outbound_fields(AllowList::ALL);
    let broadcast = channel.broadcast(&origin, payload.clone(), 100, FanOut::DEFAULT);
    let traced = Traced::new(payload, origin.clone());
    let wrapper = channel.wrapper(&origin);
    let shown = format!("{origin:?} {traced:?} {broadcast:?} {wrapper:?}");
    assert!(!shown.contains("secret") && !shown.contains("115, 101"), "{shown}");
    assert!(
        shown.contains("payload_len: 6") && shown.contains("4bf92f3577b34da6a3ce929d0e0e4736"),
        "{shown}"
    );
}

/// Fields that a writer would refuse cost themselves alone.
#[test]
#[cfg(feature = "policy")]
fn what_cannot_be_written_is_left_out_of_an_origin() {
    let good = Field::TextMap { key: "b3", value: "0" };
    let given = [
        Field::Baggage(""),
        good,
        Field::TextMap { key: "B3", value: "1" },
        Field::Baggage("tab\u{7}"),
    ];
    let origin = Origin::from(context()).with_fields(&given);
    assert_eq!(origin.carrier().fields().collect::<Vec<_>>(), [good]);
}

#[test]
fn every_fault_has_a_name_of_its_own() {
    let mut names: Vec<_> = FaultKind::ALL.iter().map(|kind| kind.name()).collect();
    let spec = [
        include_str!("../spec/glassine.md"),
        include_str!("../spec/text.md"),
        include_str!("../spec/implementing.md"),
    ]
    .concat();
    for name in &names {
        assert!(spec.contains(&format!("`{name}`")), "the specification does not name {name}");
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FaultKind::ALL.len());
}

#[test]
fn a_frame_goes_into_a_slice_whole_or_not_at_all() {
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap();
    let fields = [Field::Tracestate("a=1")];
    for envelope in [
        Envelope::new(context),
        Envelope::new(context).with_fields(&fields),
        Envelope::unsampled(),
        Envelope::escape(),
    ] {
        for payload in [&b""[..], b"payload"] {
            let len = envelope.encoded_len().unwrap() + payload.len();
            for room in 0..=len + 1 {
                let mut out = vec![0xA5; room];
                match envelope.encode_frame_to_slice(payload, &mut out) {
                    Ok(written) => {
                        assert_eq!((written, room >= len), (len, true));
                        let message = Reading::read(&out[..written]);
                        assert_eq!(message.payload(), payload);
                        assert_eq!(message.payload_offset() + payload.len(), len);
                        assert!(out[written..].iter().all(|byte| *byte == 0xA5));
                    }
                    Err(error) => {
                        assert!(room < len);
                        let expected = (EncodeErrorKind::BufferTooSmall, room);
                        assert_eq!((error.kind(), error.offset()), expected);
                    }
                }
            }
        }
    }
}
