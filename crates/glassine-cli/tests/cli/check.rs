//! `glassine check`.

use crate::messages::{
    CONTEXT, ESCAPE, JSON, MARKER, TEXT_CONTEXT, TEXT_ESCAPE, TEXT_MARKER, TEXT_UNKNOWN, frame, hex,
};
use crate::tool::{run, silent};

#[test]
fn check_tells_by_the_exit_code() {
    let context = "trace 4bf92f3577b34da6a3ce929d0e0e4736, span 00f067aa0ba902b7";
    let cases = [
        (
            frame(CONTEXT, b"hi"),
            0,
            format!("enveloped, version 1, sampled, {context}, payload 2 bytes"),
        ),
        (hex(ESCAPE), 0, "enveloped, version 1, payload 0 bytes".to_owned()),
        (hex(MARKER), 0, "enveloped, version 1, unsampled, payload 0 bytes".to_owned()),
        (hex("9e01c1de0000000304000a"), 0, {
            "enveloped, version 1, a field runs past the end of the carrier, at byte 8, payload \
             0 bytes"
                .to_owned()
        }),
        (JSON.to_vec(), 10, "bare, payload 11 bytes".to_owned()),
        (vec![], 10, "bare, payload 0 bytes".to_owned()),
        (
            hex("9e01c1de"),
            11,
            "damaged, the header is cut off, at byte 4, payload 4 bytes".to_owned(),
        ),
        (
            hex("9e07c1de0101000061"),
            12,
            "unknown_version, version 7, sampled, payload 1 byte".to_owned(),
        ),
    ];
    for (message, code, line) in cases {
        assert_eq!(run(&["check"], &message), silent(code, b""));
        assert_eq!(
            run(&["check", "--verbose"], &message),
            silent(code, format!("{line}\n").as_bytes())
        );
    }
    let above_cap = run(&["check", "-v", "--carrier-cap", "23"], &frame(CONTEXT, b""));
    let line = "enveloped, version 1, sampled, the carrier is longer than this reader's cap, at \
        byte 6, payload 0 bytes\n";
    assert_eq!(above_cap, silent(0, line.as_bytes()));
}

#[test]
fn check_of_the_text_form() {
    let context = "trace 4bf92f3577b34da6a3ce929d0e0e4736, span 00f067aa0ba902b7";
    let cases = [
        (
            format!("{TEXT_CONTEXT}hi"),
            0,
            format!("enveloped, version 1, sampled, {context}, payload 2 bytes"),
        ),
        (TEXT_ESCAPE.to_owned(), 0, "enveloped, version 1, payload 0 bytes".to_owned()),
        (TEXT_MARKER.to_owned(), 0, "enveloped, version 1, unsampled, payload 0 bytes".to_owned()),
        ("~glassine;ngHB3gAAAAMEAAo;".to_owned(), 0, {
            let fault = "a field runs past the end of the carrier, at byte 8 of the decoded bytes";
            format!("enveloped, version 1, {fault}, payload 0 bytes")
        }),
        ("{}".to_owned(), 10, "bare, payload 2 bytes".to_owned()),
        (String::new(), 10, "bare, payload 0 bytes".to_owned()),
        ("~glassine".to_owned(), 10, "bare, payload 9 bytes".to_owned()),
        ("~glassine;;".to_owned(), 11, {
            "damaged, the base64url does not hold a frame, at byte 10, payload 11 bytes".to_owned()
        }),
        (
            format!("{TEXT_UNKNOWN}a"),
            12,
            "unknown_version, version 7, sampled, payload 1 byte".to_owned(),
        ),
    ];
    for (message, code, line) in cases {
        let message = message.as_bytes();
        assert_eq!(run(&["check", "--in", "text"], message), silent(code, b""), "{line}");
        assert_eq!(
            run(&["check", "-v", "--in", "text"], message),
            silent(code, format!("{line}\n").as_bytes())
        );
    }
    assert_eq!(
        run(&["check"], TEXT_CONTEXT.as_bytes()).code,
        10,
        "text is bare in a binary channel"
    );
    assert_eq!(run(&["check", "--in", "text"], &hex(CONTEXT)).code, 10, "and the other way round");
}
