//! The target `traceparent`: any bytes as the text, beside a reader that goes character by
//! character, and any context written as one (section 13).

use core::str;

use glassine::w3c::{Traceparent, claims_sampled};
use glassine::{SpanId, TraceContext, TraceFlags, TraceId};

use crate::model::traceparent::{read, written};

/// Any bytes: as a `traceparent`, in either case of its letters; and as the bytes of a context.
pub fn traceparent(bytes: &[u8]) {
    for text in [bytes.to_vec(), bytes.to_ascii_lowercase(), bytes.to_ascii_uppercase()] {
        is_read_as_in_section_13(&text);
    }
    // Nearly right: one that is right but for these bytes, wherever they are put.
    if let Some(([at, character, ..], version_and_flags)) =
        bytes.split_last_chunk::<2>().map(|(rest, last)| (last, rest))
    {
        let mut text = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-future".to_vec();
        let at = usize::from(*at) % text.len();
        text[at] = *character;
        for (place, byte) in text.iter_mut().zip(version_and_flags.iter().take(2)) {
            *place = *byte;
        }
        for len in [55, text.len()] {
            is_read_as_in_section_13(&text[..len]);
        }
    }
    is_written_as_in_section_13(bytes);
}

fn is_read_as_in_section_13(text: &[u8]) {
    let expected = read(text);
    let found = TraceContext::from_traceparent(text);
    let parts = |context: TraceContext| {
        (context.trace_id().to_u128(), context.span_id().to_u64(), context.flags().to_u8())
    };
    let fault = |error: glassine::w3c::ParseError| (error.kind(), error.offset());
    assert_eq!(found.map(parts).map_err(fault), expected);
    if let Ok(text) = str::from_utf8(text) {
        assert_eq!(text.parse(), found);
        ids_are_read_alone(text);
    }
    let Ok((trace_id, span_id, flags)) = expected else { return };
    assert_eq!(claims_sampled(text), flags & 1 == 1);
    let context = found.expect("as expected");
    // What was read is written with the flags that level 2 defines, and reads the same.
    let again = context.to_traceparent();
    assert_eq!(again.as_str(), written(trace_id, span_id, flags & 3));
    let known = context.with_flags(TraceFlags::from_u8(flags & 3));
    assert_eq!(again.as_str().parse(), Ok(known));
    if text.len() == Traceparent::LEN && text.starts_with(b"00-") && flags <= 3 {
        assert_eq!(again.as_str().as_bytes(), text, "once more gives the same text");
    }
}

/// An id by itself is read as strictly as in its place.
fn ids_are_read_alone(text: &str) {
    let digits = |len: usize| {
        text.len() == len && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte))
    };
    let is_zero = text.bytes().all(|byte| byte == b'0');
    assert_eq!(text.parse::<TraceId>().is_ok(), digits(32) && !is_zero);
    assert_eq!(text.parse::<SpanId>().is_ok(), digits(16) && !is_zero);
    assert_eq!(text.parse::<TraceFlags>().is_ok(), digits(2));
    if let Ok(trace_id) = text.parse::<TraceId>() {
        assert_eq!(trace_id.to_string(), text);
    }
    if let Ok(span_id) = text.parse::<SpanId>() {
        assert_eq!(span_id.to_string(), text);
    }
}

/// The first 25 bytes as a context, which is written and read again.
fn is_written_as_in_section_13(bytes: &[u8]) {
    let Some((trace_id, rest)) = bytes.split_first_chunk() else { return };
    let Some((span_id, [flags, ..])) = rest.split_first_chunk() else { return };
    let numbers = (u128::from_be_bytes(*trace_id), u64::from_be_bytes(*span_id));
    let ids = (TraceId::from_bytes(*trace_id), SpanId::from_bytes(*span_id));
    assert_eq!((ids.0.is_some(), ids.1.is_some()), (numbers.0 != 0, numbers.1 != 0));
    let (Some(trace_id), Some(span_id)) = ids else { return };
    let context = TraceContext::new(trace_id, span_id, TraceFlags::from_u8(*flags));
    let level_2 = written(numbers.0, numbers.1, flags & 3);
    let level_1 = written(numbers.0, numbers.1, flags & 1);
    assert_eq!(context.to_traceparent().as_str(), level_2);
    assert_eq!(context.to_string(), level_2);
    assert_eq!(context.to_traceparent_level_1().as_str(), level_1);
    for text in [&level_1, &level_2] {
        is_read_as_in_section_13(text.as_bytes());
    }
}
