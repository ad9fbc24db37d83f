//! A `traceparent`, character by character: section 13.

use glassine::w3c::ParseErrorKind;

/// Trace id, span id and flags, in hexadecimal; or what is wrong first, and at which character.
pub(crate) fn read(text: &[u8]) -> Result<(u128, u64, u8), (ParseErrorKind, usize)> {
    const FORM: &[u8; 55] = b"vv-tttttttttttttttttttttttttttttttt-ssssssssssssssss-ff";
    if text.len() < FORM.len() {
        return Err((ParseErrorKind::Length, text.len()));
    }
    let number = |part: &[u8]| {
        let digits = core::str::from_utf8(part).expect("digits");
        u128::from_str_radix(digits, 16).expect("digits")
    };
    for (at, (form, character)) in FORM.iter().zip(text).enumerate() {
        let is_right = match form {
            b'-' => *character == b'-',
            _ => b"0123456789abcdef".contains(character),
        };
        // A part is judged where it ends, before what is behind it.
        match at {
            2 if text[..2] == *b"ff" => return Err((ParseErrorKind::Version, 0)),
            35 if number(&text[3..35]) == 0 => return Err((ParseErrorKind::ZeroTraceId, 3)),
            52 if number(&text[36..52]) == 0 => return Err((ParseErrorKind::ZeroSpanId, 36)),
            _ => {}
        }
        if !is_right && *form == b'-' {
            return Err((ParseErrorKind::Separator, at));
        }
        if !is_right {
            return Err((ParseErrorKind::Digit, at));
        }
    }
    let is_first_version = text[..2] == *b"00";
    let flags = number(&text[53..55]) as u8;
    match &text[55..] {
        [] if is_first_version => {}
        [] | [b'-', ..] if !is_first_version => {}
        _ => return Err((ParseErrorKind::Length, 55)),
    }
    // Of the flags of a version that is not known, sampled alone means something.
    let known = if is_first_version { 0xFF } else { 1 };
    Ok((number(&text[3..35]), number(&text[36..52]) as u64, flags & known))
}

/// The text of version `00`.
pub(crate) fn written(trace_id: u128, span_id: u64, flags: u8) -> String {
    format!("00-{trace_id:032x}-{span_id:016x}-{flags:02x}")
}
