//! Properties: one for each law of the format (spec/rationale.md, *The laws*) that bytes can show,
//! and for what the codec promises, over generated input.
#![cfg(feature = "bytes")]

use bytes::Bytes;
use glassine::errors::Refused;
use glassine::grease::Grease;
use glassine::{
    Decision, Envelope, FaultKind, Field, FieldType, Mode, Reader, Reading, SharedReading, SpanId,
    TraceContext, TraceFlags, TraceId, Verdict, Wrapped, needs_escape, reparent,
};
use proptest::collection::vec;
use proptest::prelude::*;

const PREFIX: [u8; 4] = [0x9E, 0x01, 0xC1, 0xDE];

fn context() -> impl Strategy<Value = TraceContext> {
    (1_u128.., 1_u64.., any::<u8>()).prop_map(|(trace_id, span_id, flags)| {
        TraceContext::new(
            TraceId::from_u128(trace_id).unwrap(),
            SpanId::from_u64(span_id).unwrap(),
            TraceFlags::from_u8(flags),
        )
    })
}

/// Any bytes, and those that are most likely to be taken for something else.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let prefixed = vec(any::<u8>(), 0..40).prop_map(|rest| [&PREFIX[..], &rest].concat());
    let frame = (context(), vec(any::<u8>(), 0..20))
        .prop_map(|(context, inner)| Envelope::new(context).encode_to_vec(&inner).unwrap());
    prop_oneof![
        3 => vec(any::<u8>(), 0..80),
        1 => Just(vec![]),
        1 => Just(vec![0x9E]),
        1 => Just(PREFIX.to_vec()),
        2 => prefixed,
        2 => frame,
    ]
}

/// A field's owned parts, because a `Field` borrows.
#[derive(Clone, Debug)]
struct Owned(FieldType, Vec<u8>);

impl Owned {
    fn field(&self) -> Field<'_> {
        Field::parse(self.0, &self.1).expect("only well-formed fields are generated")
    }
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(b'\t'), 0x20_u8..0x7F], 1..40)
}

/// Fields that may stand together in a sampled context: types 1, 2, 4 and 6 once, text-map keys
/// all different.
fn fields() -> impl Strategy<Value = Vec<Owned>> {
    let once = |field_type: FieldType, value: BoxedStrategy<Vec<u8>>| {
        proptest::option::of(value.prop_map(move |value| Owned(field_type, value)))
    };
    let text_map = vec(("[!-~]{0,6}", any::<String>()), 0..4).prop_map(|entries| {
        let entry = |(i, (key, value)): (usize, (String, String))| {
            let key = format!("{i}{key}");
            Owned(
                FieldType::TEXT_MAP,
                [&[key.len() as u8], key.as_bytes(), value.as_bytes()].concat(),
            )
        };
        entries.into_iter().enumerate().map(entry).collect::<Vec<_>>()
    });
    let further = vec((context(), any::<u8>()), 0..3).prop_map(|contexts| {
        let value = |(context, flags): (TraceContext, u8)| {
            let ids = [&context.trace_id().to_bytes()[..], &context.span_id().to_bytes()].concat();
            Owned(FieldType::FURTHER_CONTEXT, [&ids[..], &[flags]].concat())
        };
        contexts.into_iter().map(value).collect::<Vec<_>>()
    });
    let unknown = vec(
        (7_u8.., vec(any::<u8>(), 0..12)).prop_map(|(kind, value)| Owned(FieldType(kind), value)),
        0..4,
    );
    let count = || (1_u32..).prop_map(|count| count.to_be_bytes().to_vec()).boxed();
    (
        once(FieldType::TRACESTATE, text().boxed()),
        once(FieldType::BAGGAGE, text().boxed()),
        text_map,
        once(FieldType::FAN_OUT_WEIGHT, count()),
        once(FieldType::THINNING, count()),
        further,
        unknown,
    )
        .prop_map(|(tracestate, baggage, text_map, weight, thinning, further, unknown)| {
            tracestate
                .into_iter()
                .chain(baggage)
                .chain(text_map)
                .chain(weight)
                .chain(thinning)
                .chain(further)
                .chain(unknown)
                .collect()
        })
        .prop_shuffle()
}

fn sampled(context: TraceContext) -> TraceContext {
    context.with_flags(context.flags().with_sampled(true))
}

fn canonical(fields: &[Owned]) -> Vec<Field<'_>> {
    let mut sorted: Vec<_> = fields.iter().map(Owned::field).collect();
    sorted.sort_by_key(Field::field_type);
    sorted
}

/// Every shape, as bytes before the payload.
fn shapes() -> Vec<(&'static str, Vec<u8>)> {
    let context = |flags| {
        let context: TraceContext =
            format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}")
                .parse()
                .unwrap();
        Envelope::new(context).encode_to_vec(&[]).unwrap()
    };
    vec![
        ("escape", Envelope::escape().encode_to_vec(&[]).unwrap()),
        ("marker", Envelope::unsampled().encode_to_vec(&[]).unwrap()),
        ("unsampled", context("00")),
        ("sampled", context("01")),
        ("random", context("03")),
    ]
}

proptest! {
    /// Law 1 (R-WRITE-1, R-WRITE-8, R-READ-6): payload, context and fields come out as they went
    /// in.
    #[test]
    fn law_1_read_after_write_is_identity(
        context in context(),
        fields in fields(),
        payload in payload(),
    ) {
        let context = sampled(context);
        let given: Vec<_> = fields.iter().map(Owned::field).collect();
        let envelope = Envelope::new(context).with_fields(&given);
        let frame = envelope.encode_to_vec(&payload).unwrap();
        let message = Reading::read(&frame);
        prop_assert_eq!(message.verdict(), Verdict::Enveloped);
        prop_assert_eq!(message.payload(), &payload[..]);
        prop_assert_eq!(message.context(), Some(context));
        prop_assert_eq!(message.carrier().fields().collect::<Vec<_>>(), canonical(&fields));
        prop_assert_eq!(message.carrier().faults().next(), None);
    }

    /// Law 1: wrapping is never skipped, so that wraps and unwraps match one to one.
    #[test]
    fn law_1_each_wrap_is_matched_by_one_unwrap(
        payload in payload(),
        contexts in vec(context(), 1..5),
    ) {
        let wrap = |inner: Vec<u8>, context: &TraceContext| {
            Envelope::new(*context).encode_to_vec(&inner).unwrap()
        };
        let mut message = contexts.iter().fold(payload.clone(), wrap);
        for context in contexts.iter().rev() {
            prop_assert_eq!(Reading::read(&message).context(), Some(*context));
            message = Reading::read(&message).payload().to_vec();
        }
        prop_assert_eq!(message, payload);
    }

    /// Law 2 (R-READ-1, R-READ-3): every byte string has a reading, whose payload is a suffix, and
    /// all of it if it is bare or damaged.
    #[test]
    fn law_2_reading_is_total(
        bytes in prop_oneof![
            vec(any::<u8>(), 0..100),
            vec(any::<u8>(), 0..100).prop_map(|rest| [&PREFIX[..], &rest].concat()),
            ((1_u8..9), any::<u8>(), 0_u8..16, 0_u8..60, vec(any::<u8>(), 0..60))
                .prop_map(|(v, flags, shape, n, rest)| {
                    [&[0x9E, v, 0xC1, 0xDE, flags, shape, 0, n], &rest[..]].concat()
                }),
        ],
    ) {
        let message = Reading::read(&bytes);
        prop_assert!(bytes.ends_with(message.payload()));
        prop_assert_eq!(message.payload().len() + message.payload_offset(), bytes.len());
        prop_assert_eq!(message.fault().is_some(), message.verdict() == Verdict::Damaged);
        if matches!(message.verdict(), Verdict::Bare | Verdict::Damaged) {
            prop_assert_eq!(message.payload(), &bytes[..]);
            prop_assert_eq!((message.context(), message.decision()), (None, None));
            prop_assert!(!message.claims_sampled());
        }
    }

    /// Law 3 (R-WRITE-2): with nothing to say, a payload goes untouched, or in the escape if its
    /// first byte is the magic byte.
    #[test]
    fn law_3_bare_is_the_normal_form(payload in payload()) {
        let sent = Wrapped::bare(&payload[..]).into_bytes();
        if needs_escape(&payload) {
            prop_assert_eq!(&sent[..8], &[0x9E, 0x01, 0xC1, 0xDE, 0, 0, 0, 0]);
            prop_assert_eq!(&sent[8..], &payload[..]);
        } else {
            prop_assert_eq!(&sent[..], &payload[..]);
        }
        prop_assert_eq!(Reading::read(&sent).payload(), &payload[..]);
        prop_assert_eq!(Reading::read(&sent).decision(), None);
    }

    /// Laws 4 and 5 (R-INV-3, R-READ-4, R-READ-7): of any version, flags, decision and payload are
    /// at fixed places.
    #[test]
    fn laws_4_and_5_every_version_is_readable(
        version in prop_oneof![Just(2_u8), Just(3), Just(4), Just(6), Just(7), Just(8)],
        flags: u8,
        free in 0_u8..8,
        carrier in vec(any::<u8>(), 0..60),
        payload in payload(),
    ) {
        let header = [0x9E, version, 0xC1, 0xDE, flags, free << 1 | 1, 0, carrier.len() as u8];
        let frame = [&header[..], &carrier, &payload].concat();
        let message = Reading::read(&frame);
        prop_assert_eq!(message.verdict(), Verdict::UnknownVersion);
        prop_assert_eq!(message.version(), Some(version));
        prop_assert_eq!(message.payload(), &payload[..]);
        prop_assert_eq!(message.claims_sampled(), flags & 1 == 1);
        let decision = if flags & 1 == 1 { Decision::Sampled } else { Decision::Unsampled };
        prop_assert_eq!(message.decision(), Some(decision));
        prop_assert_eq!(message.context(), None);
        prop_assert_eq!(message.carrier().raw_fields().count(), 0);
    }

    /// The predicted length is the written one, and all ways of writing write the same bytes.
    #[test]
    fn written_length_is_the_predicted_one(
        context in context(),
        fields in fields(),
        payload in payload(),
    ) {
        let context = sampled(context);
        let given: Vec<_> = fields.iter().map(Owned::field).collect();
        let envelope = Envelope::new(context).with_fields(&given);
        let len = envelope.encoded_len().unwrap();
        let frame = envelope.encode_to_vec(&payload).unwrap();
        prop_assert_eq!(frame.len(), len + payload.len());

        let mut slice = vec![0xA5; len + 3];
        prop_assert_eq!(envelope.encode_to_slice(&mut slice).unwrap(), len);
        prop_assert_eq!(&slice[..len], &frame[..len]);
        prop_assert_eq!(&slice[len..], &[0xA5; 3]);

        let mut grown = Vec::new();
        envelope.encode(&mut grown).unwrap();
        prop_assert_eq!(&grown[..], &frame[..len]);
        let shared = Wrapped::new(envelope.to_encoded().unwrap(), Bytes::from(payload));
        prop_assert_eq!(&shared.into_bytes()[..], &frame[..]);
    }

    /// Re-encoding what was read from a canonical frame gives the frame back.
    #[test]
    fn reencoding_gives_a_canonical_frame_back(
        context in context(),
        fields in fields(),
        payload in payload(),
    ) {
        let given: Vec<_> = fields.iter().map(Owned::field).collect();
        let frame =
            Envelope::new(sampled(context)).with_fields(&given).encode_to_vec(&payload).unwrap();
        let message = Reading::read(&frame);
        let read: Vec<_> = message.carrier().fields().collect();
        let again = Envelope::new(message.context().unwrap())
            .with_fields(&read)
            .encode_to_vec(message.payload());
        prop_assert_eq!(again.unwrap(), frame);
    }

    /// Any change of the payload leaves the context as it was, and any change inside the carrier
    /// leaves the payload.
    #[test]
    fn carrier_and_payload_do_not_touch_each_other(
        context in context(),
        fields in fields(),
        payload in vec(any::<u8>(), 1..60),
        at: prop::sample::Index,
        xor in 1_u8..,
    ) {
        let given: Vec<_> = fields.iter().map(Owned::field).collect();
        let envelope = Envelope::new(sampled(context)).with_fields(&given);
        let frame = envelope.encode_to_vec(&payload).unwrap();
        let payload_at = envelope.encoded_len().unwrap();

        let mut other_payload = frame.clone();
        other_payload[payload_at + at.index(payload.len())] ^= xor;
        prop_assert_eq!(Reading::read(&other_payload).context(), Reading::read(&frame).context());
        prop_assert_eq!(Reading::read(&other_payload).carrier(), Reading::read(&frame).carrier());

        let mut other_carrier = frame;
        other_carrier[8 + at.index(payload_at - 8)] ^= xor;
        prop_assert_eq!(Reading::read(&other_carrier).payload(), &payload[..]);
        prop_assert_eq!(Reading::read(&other_carrier).verdict(), Verdict::Enveloped);
    }

    /// Truncation at every byte: bare below the prefix, damaged below the carrier's end, the rest
    /// of the payload after.
    #[test]
    fn truncation_at_every_byte(context in context(), fields in fields(), payload in payload()) {
        let context = sampled(context);
        let given: Vec<_> = fields.iter().map(Owned::field).collect();
        let envelope = Envelope::new(context).with_fields(&given);
        let frame = envelope.encode_to_vec(&payload).unwrap();
        let payload_at = envelope.encoded_len().unwrap();
        for len in 0..=frame.len() {
            let cut = &frame[..len];
            let message = Reading::read(cut);
            let fault = message.fault().map(|fault| (fault.kind(), fault.offset()));
            if len < 4 {
                prop_assert_eq!((message.verdict(), fault), (Verdict::Bare, None));
            } else if len < 8 {
                prop_assert_eq!(
                    (message.verdict(), fault),
                    (Verdict::Damaged, Some((FaultKind::TruncatedHeader, len)))
                );
            } else if len < payload_at {
                prop_assert_eq!(
                    (message.verdict(), fault),
                    (Verdict::Damaged, Some((FaultKind::CarrierPastEnd, 6)))
                );
            } else {
                prop_assert_eq!((message.verdict(), fault), (Verdict::Enveloped, None));
                prop_assert_eq!(message.context(), Some(context));
                prop_assert_eq!(message.payload(), &payload[..len - payload_at]);
            }
            let prefix = Reader::new().read_prefix(cut);
            let needs = if len < 4 {
                4
            } else if len < 8 {
                8
            } else {
                payload_at
            };
            if len < payload_at {
                prop_assert_eq!(prefix.unwrap_err().needs(), needs);
            } else {
                prop_assert_eq!(prefix, Ok(message));
            }
        }
    }

    /// Borrowed, shared and detached readings agree, in every kind of channel.
    #[test]
    fn all_ways_of_reading_agree(bytes in payload(), cap: u16) {
        let reader = Reader::new().with_carrier_cap(cap);
        let shared = Bytes::from(bytes.clone());
        let message = reader.read(&bytes);
        let shared_message = reader.read_shared(shared.clone());
        prop_assert_eq!(shared_message.as_reading(), message);
        prop_assert_eq!(shared_message.payload(), message.payload());
        prop_assert_eq!(shared_message.detach(), shared_message.clone());
        let detached = message.detach();
        prop_assert_eq!(detached.as_reading(), message);
        prop_assert_eq!(shared_message.into_payload(), message.payload());
        for mode in [Mode::Mixed, Mode::Closed, Mode::Always] {
            let required = reader.read_shared(shared.clone()).require(mode);
            let (as_reading, fault) = (SharedReading::as_reading, Refused::fault);
            prop_assert_eq!(
                required.as_ref().map(as_reading).map_err(fault),
                message.require(mode)
            );
            if let Err(refused) = required {
                prop_assert_eq!(refused.into_bytes(), &bytes[..]);
            }
        }
    }

    /// Re-parenting changes the span id and drops what the copying rule drops; the payload does not
    /// move (R-COPY-1 to R-COPY-5).
    #[test]
    fn reparenting_keeps_what_the_copying_rule_keeps(
        context in context(),
        fields in fields(),
        payload in payload(),
        span in 1_u64..,
    ) {
        let given: Vec<_> = fields.iter().map(Owned::field).collect();
        let mut frame =
            Envelope::new(sampled(context)).with_fields(&given).encode_to_vec(&payload).unwrap();
        let before = frame.clone();
        let span_id = SpanId::from_u64(span).unwrap();
        let after = reparent(&mut frame, span_id).unwrap();
        let kept: Vec<_> = canonical(&fields)
            .into_iter()
            .filter(|field| {
                let kind = field.field_type();
                kind.is_known() || kind.is_kept_unknown()
            })
            .collect();
        let message = Reading::read(after);
        prop_assert_eq!(message.context(), Some(sampled(context).with_span_id(span_id)));
        prop_assert_eq!(message.payload(), &payload[..]);
        prop_assert_eq!(message.carrier().fields().collect::<Vec<_>>(), kept);
        // The same by writing anew.
        let old = Reading::read(&before);
        let anew = Envelope::new(old.context().unwrap().with_span_id(span_id))
            .with_kept_fields(old.carrier());
        prop_assert_eq!(&anew.encode_to_vec(old.payload()).unwrap()[..], message.as_bytes());
    }

    /// Grease is legal, is skipped, costs nothing else, and depends on its seed alone (R-VER-1,
    /// R-VER-2, R-VER-3).
    #[test]
    fn grease_is_skipped(
        seed: u64,
        context in context(),
        payload in payload(),
        flags in proptest::option::of(any::<u8>()),
    ) {
        let mut grease = Grease::from_seed(seed);
        let field = grease.field();
        let kind = field.as_field().field_type();
        prop_assert!(FieldType::GREASE.contains(&kind) && !kind.is_known() && !kind.is_private());
        let mut frame = Envelope::new(context)
            .with_fields(&[field.as_field()])
            .encode_to_vec(&payload)
            .unwrap();
        let message = Reading::read(&frame);
        prop_assert_eq!((message.context(), message.payload()), (Some(context), &payload[..]));
        prop_assert_eq!(message.carrier().faults().next(), None);
        let reparented = Reading::read(reparent(&mut frame, context.span_id()).unwrap());
        prop_assert_eq!(reparented.carrier().fields().count(), usize::from(kind.0 & 0x80 != 0));

        let flags = flags.map(TraceFlags::from_u8);
        let header = grease.header(flags);
        let frame = [header.as_bytes(), &payload].concat();
        let message = Reading::read(&frame);
        prop_assert_eq!((message.verdict(), message.version()), (Verdict::UnknownVersion, Some(7)));
        prop_assert_eq!((message.flags(), message.payload()), (flags, &payload[..]));

        let mut again = Grease::from_seed(seed);
        prop_assert_eq!((again.field(), again.header(flags)), (field, header));
    }

    /// Canonical `traceparent` text to frame and back is the identity (R-W3C-1).
    #[test]
    fn traceparent_to_frame_and_back_is_identity(
        text in "00-[0-9a-f]{31}[1-9a-f]-[0-9a-f]{15}[1-9a-f]-0[0-3]",
    ) {
        let context: TraceContext = text.parse().unwrap();
        let frame = Envelope::new(context).encode_to_vec(b"payload").unwrap();
        let read = Reading::read(&frame).context().unwrap();
        let back = read.to_traceparent();
        prop_assert_eq!(back.as_str(), &text[..]);
        let level_1 = read.to_traceparent_level_1();
        prop_assert_eq!(&level_1.as_str()[..54], &text[..54]);
        prop_assert_eq!(
            level_1.as_str().parse::<TraceContext>().unwrap().flags(),
            context.flags().masked(TraceFlags::SAMPLED)
        );
    }

    /// Text that is not a `traceparent` in one character is refused there or is another
    /// `traceparent`, and never panics.
    #[test]
    fn traceparent_with_one_changed_byte(context in context(), at in 0_usize..55, byte: u8) {
        let mut text = context.to_traceparent().as_str().as_bytes().to_vec();
        text[at] = byte;
        match TraceContext::from_traceparent(&text) {
            Ok(_) => {
                prop_assert!(byte == b'-' || byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            }
            Err(error) => prop_assert!(error.offset() <= at),
        }
    }
}

/// Any byte at any place of a `traceparent`: the digits that it changes, or which fault there.
#[test]
fn traceparent_with_any_byte_anywhere() {
    use glassine::w3c::ParseErrorKind as K;
    let text = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let context = TraceContext::from_traceparent(text).unwrap();
    for (at, byte) in (0..55).flat_map(|at| (0..=255_u8).map(move |byte| (at, byte))) {
        let mut changed = *text;
        changed[at] = byte;
        let digit = char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
        let read = TraceContext::from_traceparent(&changed);
        let fault = |kind| read.is_err_and(|error| (error.kind(), error.offset()) == (kind, at));
        let is_right = match (at, digit) {
            (2 | 35 | 52, _) => {
                if byte == b'-' {
                    read == Ok(context)
                } else {
                    fault(K::Separator)
                }
            }
            (_, None) => fault(K::Digit),
            // Of a later version, the sampled flag is read.
            (0 | 1, _) | (54, Some(1)) => read == Ok(context),
            (53 | 54, _) => read.is_ok_and(|read| read.flags() != context.flags() || byte == b'0'),
            (_, Some(digit)) => read.is_ok_and(|read| {
                let ids = format!("{}-{}", read.trace_id(), read.span_id());
                let written = char::from_digit(digit, 16).unwrap();
                ids.as_bytes()[at - 3] == written as u8
                    && read.flags() == context.flags()
                    && ids.bytes().zip(&text[3..]).filter(|(a, b)| a != *b).count() <= 1
            }),
        };
        assert!(is_right, "{byte:02x} at {at}: {read:?}");
    }
}

/// Appendix A of the specification, row by row: every single-bit flip of the header, for every
/// shape.
#[test]
fn every_flipped_header_bit_does_what_appendix_a_says() {
    use FaultKind as F;
    let payload = [0x55; 40];
    for (shape, envelope) in shapes() {
        let frame = [&envelope[..], &payload].concat();
        let n = envelope.len() - 8;
        let flags = envelope[4];
        for byte in 0..8_usize {
            for bit in 0..8_u32 {
                let mut flipped = frame.clone();
                flipped[byte] ^= 1 << bit;
                let message = Reading::read(&flipped);
                let fault = message.fault().map(glassine::Fault::kind);
                let case = format!("{shape}, byte {byte}, bit {bit}: {message:?}");
                let damaged = |kind| {
                    assert_eq!(
                        (message.verdict(), fault),
                        (Verdict::Damaged, Some(kind)),
                        "{case}"
                    );
                    assert_eq!(message.payload(), flipped, "{case}");
                };
                let unnoticed = |flags: Option<u8>, has_context: bool| {
                    assert_eq!((message.verdict(), fault), (Verdict::Enveloped, None), "{case}");
                    assert_eq!(message.payload(), payload, "{case}");
                    assert_eq!(message.flags().map(TraceFlags::to_u8), flags, "{case}");
                    assert_eq!(message.context().is_some(), has_context, "{case}");
                };
                match (byte, bit, shape) {
                    (1, 1, _) => {
                        assert_eq!(
                            (message.verdict(), message.version()),
                            (Verdict::UnknownVersion, Some(3)),
                            "{case}"
                        );
                        assert_eq!(message.payload(), payload, "{case}");
                    }
                    (0..=3, ..) => {
                        assert_eq!(message.verdict(), Verdict::Bare, "{case}");
                        assert_eq!(message.payload(), flipped, "{case}");
                        assert_eq!(
                            Reading::read(&flipped).require(Mode::Closed).is_err(),
                            byte != 0,
                            "{case}"
                        );
                        assert!(Reading::read(&flipped).require(Mode::Always).is_err(), "{case}");
                    }
                    (4, _, "escape") => damaged(F::FlagsWithoutDecision),
                    (4, 0, "marker") => damaged(F::SampledWithoutIds),
                    (4, _, "marker") => unnoticed(Some(1 << bit), false),
                    (4, ..) => unnoticed(Some(flags ^ (1 << bit)), true),
                    (5, 0, "escape") => unnoticed(Some(0), false),
                    (5, 0, "marker") => unnoticed(None, false),
                    (5, 0, "unsampled") => damaged(F::IdsWithoutDecision),
                    (5, 0, _) => damaged(F::FlagsWithoutDecision),
                    (5, 1, "escape") => damaged(F::IdsWithoutDecision),
                    (5, 1, "marker") => damaged(F::CarrierTooShort),
                    (5, 1, "unsampled") => unnoticed(Some(0), false),
                    (5, 1, _) => damaged(F::SampledWithoutIds),
                    (5, 2 | 3, _) => damaged(F::UnknownShape),
                    (5, ..) => damaged(F::ReservedBits),
                    _ => {
                        let weight = if byte == 6 { 256_usize << bit } else { 1 << bit };
                        if n & weight != 0 {
                            damaged(F::CarrierTooShort);
                        } else if weight > payload.len() {
                            damaged(F::CarrierPastEnd);
                        } else {
                            assert_eq!(
                                (message.verdict(), fault),
                                (Verdict::Enveloped, None),
                                "{case}"
                            );
                            assert_eq!(message.payload(), &payload[weight..], "{case}");
                        }
                    }
                }
            }
        }
    }
}
