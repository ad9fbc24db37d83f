//! `glassine unwrap`.

use crate::messages::{
    CONTEXT, JSON, MESSAGE_PACK_9E, TEXT_CONTEXT, TEXT_ESCAPE, TEXT_UNKNOWN, frame, hex,
};
use crate::tool::{Output, run, silent};

#[test]
fn unwrap_in_every_channel() {
    let damaged = frame("9e01c1de00100000", b"hi");
    let [bare, framed] = [JSON.to_vec(), frame(CONTEXT, b"hi")];
    let unknown = hex("9e07c1de010f0002aaaa6869");
    let other_9e = MESSAGE_PACK_9E.to_vec();
    let reserved = "reserved bits of the shape are set, at byte 5";
    let warning = format!("warning: damaged, delivered whole: {reserved}");
    let guard = "the guard is wrong, at byte 2";
    let not_enveloped = "the message is bare in a channel that is always enveloped, at byte 0";
    type Case<'a> = (&'a str, &'a [u8], i32, &'a [u8], &'a str);
    let cases: [Case<'_>; 12] = [
        ("mixed", &bare, 0, JSON, ""),
        ("mixed", &framed, 0, b"hi", ""),
        ("mixed", &unknown, 0, b"hi", ""),
        ("mixed", &other_9e, 0, MESSAGE_PACK_9E, ""),
        ("mixed", &damaged, 0, &damaged, &warning),
        ("closed", &bare, 0, JSON, ""),
        ("closed", &framed, 0, b"hi", ""),
        ("closed", &other_9e, 1, b"", guard),
        ("closed", &damaged, 1, b"", reserved),
        ("always", &framed, 0, b"hi", ""),
        ("always", &bare, 1, b"", not_enveloped),
        ("always", &damaged, 1, b"", reserved),
    ];
    for (channel, message, code, stdout, sentence) in cases {
        let stderr =
            if sentence.is_empty() { String::new() } else { format!("glassine: {sentence}\n") };
        let output = run(&["unwrap", "--channel", channel], message);
        assert_eq!(output, Output { code, stdout: stdout.to_vec(), stderr }, "{channel}");
    }
    assert_eq!(run(&["unwrap"], &damaged).stdout, damaged, "mixed is the default");

    let stderr = "glassine: warning: the carrier is longer than this reader's cap, at byte 6; \
        the payload is unharmed\n";
    let above_cap = run(&["unwrap", "--carrier-cap", "23"], &framed);
    assert_eq!(above_cap, Output { code: 0, stdout: b"hi".to_vec(), stderr: stderr.to_owned() });
}

#[test]
fn unwrap_of_the_text_form_in_every_channel() {
    let framed = format!("{TEXT_CONTEXT}hi");
    let escaped = format!("{TEXT_ESCAPE}~glassine;hi");
    let unknown = format!("{TEXT_UNKNOWN}hi");
    let damaged = "~glassine;ngHB+gAAAAA;hi";
    let alphabet = "a character is not base64url, at byte 14";
    let warning = format!("warning: damaged, delivered whole: {alphabet}");
    let not_enveloped = "the message is bare in a channel that is always enveloped, at byte 0";
    let frame = frame(CONTEXT, b"hi");
    type Case<'a> = (&'a str, &'a [u8], i32, &'a [u8], &'a str);
    let cases: [Case<'_>; 16] = [
        ("mixed", JSON, 0, JSON, ""),
        ("mixed", framed.as_bytes(), 0, b"hi", ""),
        ("mixed", escaped.as_bytes(), 0, b"~glassine;hi", ""),
        ("mixed", unknown.as_bytes(), 0, b"hi", ""),
        ("mixed", damaged.as_bytes(), 0, damaged.as_bytes(), &warning),
        ("closed", JSON, 0, JSON, ""),
        ("closed", framed.as_bytes(), 0, b"hi", ""),
        ("closed", damaged.as_bytes(), 1, b"", alphabet),
        ("closed", b"~glassine;hi", 1, b"", "the text form's header does not end, at byte 12"),
        ("always", framed.as_bytes(), 0, b"hi", ""),
        ("always", JSON, 1, b"", not_enveloped),
        ("always", damaged.as_bytes(), 1, b"", alphabet),
        // A binary frame begins with nothing that a text channel knows.
        ("closed", &frame, 0, &frame, ""),
        // A reader judges bytes: nothing is asked of the payload, and what is in front of it is
        // wrong where it is not base64url.
        ("always", b"~glassine;ngHB3gAAAAA;\xFF;\xC3", 0, b"\xFF;\xC3", ""),
        ("closed", b"~glassine;ngHB\xC3\xBCAAAAA;", 1, b"", alphabet),
        (
            "closed",
            b"~glassine;ngHB3gAAAA\xFF;",
            1,
            b"",
            "a character is not base64url, at byte 20",
        ),
    ];
    for (channel, message, code, stdout, sentence) in cases {
        let stderr =
            if sentence.is_empty() { String::new() } else { format!("glassine: {sentence}\n") };
        let output = run(&["unwrap", "--in", "text", "--channel", channel], message);
        let expected = Output { code, stdout: stdout.to_vec(), stderr };
        assert_eq!(output, expected, "{channel} {}", String::from_utf8_lossy(message));
    }
    let hex = run(&["unwrap", "--in", "text", "--out", "hex"], framed.as_bytes());
    assert_eq!(hex, silent(0, b"6869\n"));

    let above_cap = run(&["unwrap", "--in", "text", "--carrier-cap", "23"], framed.as_bytes());
    let stderr = "glassine: warning: the carrier is longer than this reader's cap, at byte 18; \
        the payload is unharmed\n";
    assert_eq!(above_cap, Output { code: 0, stdout: b"hi".to_vec(), stderr: stderr.to_owned() });
}

/// A mark of the program that wrote the file is payload, for the specification says so; but whoever
/// looks at a file is told. In front of hexadecimal digits it says nothing.
#[test]
fn a_byte_order_mark_hides_the_envelope_of_a_text() {
    let text = format!("\u{FEFF}{TEXT_CONTEXT}hi");
    let stderr = "glassine: warning: a byte order mark is in front of the envelope: \
        the text is bare\n";
    let output = run(&["unwrap", "--in", "text"], text.as_bytes());
    let expected = Output { code: 0, stdout: text.into_bytes(), stderr: stderr.to_owned() };
    assert_eq!(output, expected);

    let bare = "\u{FEFF}hi".as_bytes();
    assert_eq!(run(&["unwrap", "--in", "text"], bare), silent(0, bare));
    let hex = format!("\u{FEFF}{CONTEXT}6869\r\n");
    assert_eq!(run(&["unwrap", "--in", "hex"], hex.as_bytes()), silent(0, b"hi"));
    let stderr = "glassine: standard input is not hexadecimal: a character does not belong there, \
        at byte 3\n";
    assert_eq!(run(&["unwrap", "--in", "hex"], "\u{FEFF}g0".as_bytes()).stderr, stderr);
}
