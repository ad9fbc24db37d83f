//! The value types in `serde`'s data model: text where people read, bytes everywhere else.
#![cfg(feature = "serde")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use glassine::{Decision, Mode, SpanId, TraceContext, TraceFlags, TraceId, Verdict};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_test::{
    Compact, Configure, Readable, Token, assert_de_tokens, assert_de_tokens_error,
    assert_ser_tokens, assert_tokens,
};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// Trace id, span id, trace flags.
const BYTES: &[u8; 25] =
    b"\x4B\xF9\x2F\x35\x77\xB3\x4D\xA6\xA3\xCE\x92\x9D\x0E\x0E\x47\x36\x00\xF0\x67\xAA\x0B\xA9\x02\xB7\x01";

fn context() -> TraceContext {
    TRACEPARENT.parse().unwrap()
}

fn contexts() -> impl Strategy<Value = TraceContext> {
    (1_u128.., 1_u64.., any::<u8>()).prop_map(|(trace_id, span_id, flags)| {
        let (trace_id, span_id) =
            (TraceId::from_u128(trace_id).unwrap(), SpanId::from_u64(span_id).unwrap());
        TraceContext::new(trace_id, span_id, TraceFlags::from_u8(flags))
    })
}

/// Both forms of a value, from every kind of text and bytes that a format hands out.
#[track_caller]
fn has_forms<T>(value: T, text: &'static str, bytes: &'static [u8])
where
    T: Copy + PartialEq + Debug + Serialize + DeserializeOwned,
{
    let readable = value.readable();
    assert_ser_tokens(&readable, &[Token::Str(text)]);
    for token in [Token::Str(text), Token::BorrowedStr(text), Token::String(text)] {
        assert_de_tokens(&readable, &[token]);
    }
    let compact = value.compact();
    assert_ser_tokens(&compact, &[Token::Bytes(bytes)]);
    for token in [Token::Bytes(bytes), Token::BorrowedBytes(bytes), Token::ByteBuf(bytes)] {
        assert_de_tokens(&compact, &[token]);
    }
    assert_de_tokens(&compact, &sequence(bytes));
}

fn sequence(bytes: &[u8]) -> Vec<Token> {
    let bytes = bytes.iter().copied().map(Token::U8);
    [Token::Seq { len: None }].into_iter().chain(bytes).chain([Token::SeqEnd]).collect()
}

#[test]
fn text_and_bytes() {
    has_forms(context().trace_id(), &TRACEPARENT[3..35], &BYTES[..16]);
    has_forms(context().span_id(), &TRACEPARENT[36..52], &BYTES[16..24]);
    has_forms(context().flags(), &TRACEPARENT[53..], &BYTES[24..]);
    has_forms(TraceFlags::from_u8(0xFF), "ff", &[0xFF]);
    has_forms(context(), TRACEPARENT, BYTES);
}

/// R-W3C-2.
#[test]
fn flags_beyond_level_2_survive_bytes_and_not_text() {
    let all = TraceFlags::from_u8(0xFF);
    let context = context().with_flags(all);
    let json = serde_json::to_string(&context).unwrap();
    assert_eq!(json, "\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03\"");
    let read: TraceContext = serde_json::from_str(&json.replace("-03", "-ff")).unwrap();
    assert_eq!(read, context, "what a peer has written is not masked");
    let read: TraceContext = rmp_serde::from_slice(&rmp_serde::to_vec(&context).unwrap()).unwrap();
    assert_eq!(read, context);
}

/// R-W3C-3: text is read as strictly as everywhere else.
#[test]
fn text_that_is_refused() {
    #[track_caller]
    fn refuses<T: DeserializeOwned>(text: &'static str, sentence: &str) {
        assert_de_tokens_error::<Readable<T>>(&[Token::Str(text)], sentence);
    }
    refuses::<TraceId>("4bf92f35", "the text is too short or too long, at byte 8");
    refuses::<TraceId>(
        "4BF92F3577B34DA6A3CE929D0E0E4736",
        "not a lower-case hexadecimal digit, at byte 1",
    );
    refuses::<TraceId>("00000000000000000000000000000000", "the trace id is all zero, at byte 0");
    refuses::<SpanId>("00f067aa0ba902b7 ", "the text is too short or too long, at byte 16");
    refuses::<SpanId>("00f067aa0ba902bx", "not a lower-case hexadecimal digit, at byte 15");
    refuses::<SpanId>("0000000000000000", "the span id is all zero, at byte 0");
    refuses::<TraceFlags>("1", "the text is too short or too long, at byte 1");
    refuses::<TraceFlags>("0x", "not a lower-case hexadecimal digit, at byte 1");
    refuses::<TraceContext>("00-42-1-01", "the text is too short or too long, at byte 10");
    refuses::<TraceContext>(
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "version ff is invalid, at byte 0",
    );
    refuses::<TraceContext>(
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "the span id is all zero, at byte 36",
    );
}

#[test]
fn bytes_that_are_refused() {
    #[track_caller]
    fn refuses<T: DeserializeOwned>(bytes: &'static [u8], sentence: &str) {
        assert_de_tokens_error::<Compact<T>>(&[Token::Bytes(bytes)], sentence);
        assert_de_tokens_error::<Compact<T>>(&sequence(bytes), sentence);
    }
    const TRACE_ID: &str = "a trace id of 32 hexadecimal digits or 16 bytes";
    const SPAN_ID: &str = "a span id of 16 hexadecimal digits or 8 bytes";
    const FLAGS: &str = "trace flags of 2 hexadecimal digits or 1 byte";
    const CONTEXT: &str = "a traceparent of 55 characters or a context of 25 bytes";
    refuses::<TraceId>(&BYTES[..15], &format!("invalid length 15, expected {TRACE_ID}"));
    refuses::<TraceId>(&BYTES[..17], &format!("invalid length 17, expected {TRACE_ID}"));
    refuses::<TraceId>(&[0; 16], "the trace id is all zero, at byte 0");
    refuses::<SpanId>(&[], &format!("invalid length 0, expected {SPAN_ID}"));
    refuses::<SpanId>(&BYTES[..9], &format!("invalid length 9, expected {SPAN_ID}"));
    refuses::<SpanId>(&[0; 8], "the span id is all zero, at byte 0");
    refuses::<TraceFlags>(&[], &format!("invalid length 0, expected {FLAGS}"));
    refuses::<TraceFlags>(&[1, 1], &format!("invalid length 2, expected {FLAGS}"));
    refuses::<TraceContext>(&BYTES[..24], &format!("invalid length 24, expected {CONTEXT}"));
    refuses::<TraceContext>(&[0xFF; 26], &format!("invalid length 26, expected {CONTEXT}"));
    refuses::<TraceContext>(&[0; 25], "the trace id is all zero, at byte 0");
    const NO_SPAN_ID: &[u8; 25] = b"0123456789abcdef\0\0\0\0\0\0\0\0\x01";
    refuses::<TraceContext>(NO_SPAN_ID, "the span id is all zero, at byte 16");
}

#[test]
fn what_is_neither_text_nor_bytes_is_refused() {
    let error = |json| serde_json::from_str::<TraceId>(json).unwrap_err().to_string();
    let expected = "expected a trace id of 32 hexadecimal digits or 16 bytes";
    assert_eq!(error("7"), format!("invalid type: integer `7`, {expected} at line 1 column 1"));
    assert_eq!(error("null"), format!("invalid type: null, {expected} at line 1 column 4"));
    assert_de_tokens_error::<Compact<TraceFlags>>(
        &[Token::Seq { len: Some(1) }, Token::U16(256)],
        "invalid value: integer `256`, expected u8",
    );
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Job {
    #[serde(flatten)]
    told: Told,
    parents: BTreeMap<SpanId, TraceId>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Told {
    context: Option<TraceContext>,
    flags: TraceFlags,
    verdict: Verdict,
}

fn job() -> Job {
    let told = Told {
        context: Some(context()),
        flags: TraceFlags::RANDOM,
        verdict: Verdict::UnknownVersion,
    };
    Job { told, parents: [(context().span_id(), context().trace_id())].into() }
}

#[test]
fn values_inside_others() {
    let json = serde_json::json!({
        "context": TRACEPARENT,
        "flags": "02",
        "verdict": "unknown_version",
        "parents": { "00f067aa0ba902b7": "4bf92f3577b34da6a3ce929d0e0e4736" },
    });
    assert_eq!(serde_json::to_value(job()).unwrap(), json);
    // What `flatten` buffers is said to be for people, and is bytes in MessagePack.
    assert_eq!(
        rmp_serde::from_slice::<Job>(&rmp_serde::to_vec_named(&job()).unwrap()).unwrap(),
        job()
    );
}

/// A format that does not say what comes next: it is asked for what was written.
#[test]
fn a_format_without_types() {
    let parts = (
        context(),
        context().trace_id(),
        context().span_id(),
        context().flags(),
        Decision::Unsampled,
    );
    let bytes = postcard::to_allocvec(&parts).unwrap();
    let [lengths, variant] = [4, 1];
    assert_eq!(bytes.len(), lengths + 25 + 16 + 8 + 1 + variant);
    assert_eq!(postcard::from_bytes(&bytes), Ok(parts));
}

/// Unit variants by their names; formats without names see their order.
#[track_caller]
fn is_named<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    value: T,
    name: &'static str,
    variant: &'static str,
) {
    assert_tokens(&value, &[Token::UnitVariant { name, variant }]);
}

#[test]
fn names() {
    for verdict in [Verdict::Bare, Verdict::Enveloped, Verdict::UnknownVersion, Verdict::Damaged] {
        is_named(verdict, "Verdict", verdict.name());
    }
    for decision in [Decision::Sampled, Decision::Unsampled] {
        is_named(decision, "Decision", decision.name());
    }
    let error = serde_json::from_str::<Decision>("\"Sampled\"").unwrap_err();
    let sentence =
        "unknown variant `Sampled`, expected `sampled` or `unsampled` at line 1 column 9";
    assert_eq!(error.to_string(), sentence);
}

proptest! {
    #[test]
    fn contexts_come_back(context in contexts()) {
        let bytes = rmp_serde::to_vec(&context).unwrap();
        prop_assert_eq!(rmp_serde::from_slice::<TraceContext>(&bytes).unwrap(), context);
        let json = serde_json::to_vec(&context).unwrap();
        let written = context.with_flags(context.flags().masked(TraceFlags::LEVEL_2));
        prop_assert_eq!(serde_json::from_slice::<TraceContext>(&json).unwrap(), written);
        let parts = (context.trace_id(), context.span_id(), context.flags());
        let json = serde_json::to_vec(&parts).unwrap();
        prop_assert_eq!(
            serde_json::from_slice::<(TraceId, SpanId, TraceFlags)>(&json).unwrap(),
            parts
        );
    }
}

#[cfg(feature = "policy")]
mod configuration {
    use std::fmt::{Debug, Display};
    use std::str::FromStr;

    use glassine::policy::{Role, Rollout, Share, Trust, Unsampled};

    use super::*;

    #[test]
    fn names() {
        is_named(Trust::Drop, "Trust", "drop");
        is_named(Trust::LinkOnly, "Trust", "link_only");
        is_named(Trust::Redecide, "Trust", "redecide");
        is_named(Trust::Accept, "Trust", "accept");
        is_named(Role::MayStart, "Role", "may_start");
        is_named(Role::ContinueOnly, "Role", "continue_only");
        is_named(Unsampled::Bare, "Unsampled", "bare");
        is_named(Unsampled::Marker, "Unsampled", "marker");
        is_named(Mode::Mixed, "Mode", "mixed");
        is_named(Mode::Closed, "Mode", "closed");
        is_named(Mode::Always, "Mode", "always");
    }

    /// The text that people write is that of `serde`.
    #[test]
    fn text() {
        fn is_text<T>(values: &[T])
        where
            T: Copy + PartialEq + Debug + Display + Serialize,
            T: FromStr<Err: Debug> + DeserializeOwned,
        {
            for value in values {
                let text = value.to_string();
                assert_eq!(text.parse::<T>().unwrap(), *value);
                assert_eq!(serde_json::to_value(value).unwrap(), text);
                assert_eq!(serde_json::from_value::<T>(text.into()).unwrap(), *value);
                let bytes = postcard::to_allocvec(value).unwrap();
                assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), *value);
            }
        }
        is_text(&[Trust::Drop, Trust::LinkOnly, Trust::Redecide, Trust::Accept]);
        is_text(&[Role::MayStart, Role::ContinueOnly]);
        is_text(&[Unsampled::Bare, Unsampled::Marker]);
        is_text(&[Mode::Mixed, Mode::Closed, Mode::Always]);
        is_text(&[Rollout::Off, Rollout::CountOnly, Rollout::ReceiveOnly, Rollout::On]);
        let shares = [0, 1, 10, 2_500, 10_000, 12_345, 300_000, 999_999, 1_000_000]
            .map(|millionths| Share::from_millionths(millionths).unwrap());
        is_text(&shares);
        is_text(&shares.map(Rollout::Share));
    }

    /// Every share that can be, as text, as a number of either size, and padded as a whole.
    #[test]
    fn a_share_is_exact() {
        use serde::de::IntoDeserializer;
        use serde::de::value::Error;
        for millionths in 0..=1_000_000 {
            let share = Share::from_millionths(millionths).unwrap();
            let part = f64::from(millionths) / 1e6;
            let read = Share::deserialize(IntoDeserializer::<Error>::into_deserializer(part));
            assert_eq!(read, Ok(share));
            let part = part as f32;
            let read = Share::deserialize(IntoDeserializer::<Error>::into_deserializer(part));
            assert_eq!(read, Ok(share));
            assert_eq!(share.to_string().parse(), Ok(share));
        }
        let share = Rollout::Share(Share::from_millionths(2_500).unwrap());
        assert_eq!(format!("{share:>8}|{share:*<8}|{share:2}"), "  0.25 %|0.25 %**|0.25 %");
        assert_eq!(format!("{:>6}|", Rollout::On), "    on|");
    }

    #[test]
    fn a_share_has_its_unit() {
        let share = Rollout::Share(Share::from_millionths(10_000).unwrap());
        assert_eq!(serde_json::to_string(&share).unwrap(), "\"1 %\"");
        for json in [
            "\"1 %\"",
            "\"1%\"",
            "\"0.01\"",
            r#"{"share":0.01}"#,
            r#"{"share":"1 %"}"#,
            r#"{"share":{"millionths":10000}}"#,
        ] {
            assert_eq!(serde_json::from_str::<Rollout>(json).unwrap(), share, "{json}");
        }
        assert_eq!(postcard::from_bytes(&postcard::to_allocvec(&share).unwrap()), Ok(share));
    }

    #[test]
    fn shares_that_are_refused() {
        let error = |json| serde_json::from_str::<Rollout>(json).unwrap_err().to_string();
        let above = error(r#"{"share":{"millionths":1000001}}"#);
        assert!(
            above.starts_with(
                "invalid value: integer `1000001`, expected at most 1000000 millionths"
            ),
            "{above}"
        );
        let other = error(r#"{"share":{"millionths":1,"per_cent":1}}"#);
        assert!(other.starts_with("unknown field `per_cent`, expected `millionths`"), "{other}");
        let expected = "expected a share of traces such as \"30 %\" or 0.3, of at most 100 %\
                        \x20and no finer than a millionth";
        for (json, found) in [
            (r#"{"share":1}"#, "invalid type: integer `1`"),
            (r#"{"share":1.5}"#, "invalid value: floating point `1.5`"),
            (r#"{"share":-0.1}"#, "invalid value: floating point `-0.1`"),
            (r#"{"share":0.0000004}"#, "invalid value: floating point `4e-7`"),
            (r#"{"share":0.1234567}"#, "invalid value: floating point `0.1234567`"),
            (r#"{"share":1e300}"#, "invalid value: floating point `1e+300`"),
            (r#"{"share":"101 %"}"#, "invalid value: string \"101 %\""),
            (r#"{"share":"0.00001 %"}"#, "invalid value: string \"0.00001 %\""),
            (r#"{"share":"1"}"#, "invalid value: string \"1\""),
            (r#"{"share":"%"}"#, "invalid value: string \"%\""),
        ] {
            let error = error(json);
            assert!(error.starts_with(&format!("{found}, {expected}")), "{error}");
        }
        let rollout = error("\"receive-only\"");
        assert!(
            rollout.starts_with(
                "invalid value: string \"receive-only\", expected off, count_only, receive_only, on, or a share"
            ),
            "{rollout}"
        );
        for text in
            ["", "30", "1.", ".5", "+5 %", "-1 %", "1e1 %", "1.0000001", "4295 %", "NaN", "5 %%"]
        {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
