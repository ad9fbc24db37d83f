//! What goes in comes out, in every form and encoding.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;

use crate::messages::{
    CONTEXT, ESCAPE, JSON, MESSAGE_PACK, MESSAGE_PACK_9E, TEXT_CONTEXT, TRACEPARENT, frame, hex,
};
use crate::tool::{Arguments, file, run, silent};

#[test]
fn payloads_come_out_as_they_went_in() {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let a_frame = frame(CONTEXT, b"inner");
    let payloads = [
        JSON,
        MESSAGE_PACK,
        MESSAGE_PACK_9E,
        b"",
        b"\n",
        b"\x9E",
        &hex(ESCAPE),
        &a_frame,
        &all_bytes,
    ];
    let contexts: [Arguments<'_>; 7] = [
        &[],
        &["--traceparent", TRACEPARENT],
        &["--traceparent", TRACEPARENT, "--tracestate", "congo=t61r", "--weight", "1000"],
        &["--traceparent", TRACEPARENT, "--thinning", "100"],
        &["--unsampled"],
        &["--baggage", "userId=7"],
        &["--text-map", "b3=0", "--text-map", "x-empty="],
    ];
    for payload in payloads {
        for context in contexts {
            for (encoding, encode) in ENCODINGS {
                let wrapped = run(
                    &[&["wrap", "--in", encoding, "--out", encoding], context].concat(),
                    &encode(payload),
                );
                assert_eq!((wrapped.code, &*wrapped.stderr), (0, ""), "{context:?}");
                let unwrapped = run(&["unwrap", "--in", encoding], &wrapped.stdout);
                assert_eq!(unwrapped, silent(0, payload), "{context:?}");
            }
        }
    }
}

/// R-TEXT-1, R-TEXT-4: what goes in as a binary message or a text comes out the same, and the
/// escape rules are each form's own.
#[test]
fn the_text_form_there_and_back() {
    let contexts: [Arguments<'_>; 5] = [
        &[],
        &["--traceparent", TRACEPARENT],
        &[
            "--traceparent",
            TRACEPARENT,
            "--tracestate",
            "congo=t61r",
            "--weight",
            "1000",
            "--baggage",
            "userId=7",
        ],
        &["--unsampled"],
        &["--text-map", "b3=0"],
    ];
    let payloads = [
        "",
        "{}",
        "{}\n",
        "Grüße; ;",
        "~glassine;",
        "~glassine",
        TEXT_CONTEXT,
        "~glassine;ngHB3gAAAAA;inner",
    ];
    for payload in payloads.map(str::as_bytes) {
        for context in contexts {
            let binary = run(&[&["wrap"], context].concat(), payload);
            let text = run(&[&["wrap", "--out", "text"], context].concat(), payload);
            for (wrapped, form) in [(&binary, "raw"), (&text, "text")] {
                assert_eq!((wrapped.code, &*wrapped.stderr), (0, ""), "{context:?}");
                assert_eq!(
                    run(&["unwrap", "--in", form], &wrapped.stdout),
                    silent(0, payload),
                    "{context:?}"
                );
            }
            if context.is_empty() {
                continue;
            }
            assert_eq!(
                run(&["check", "-v", "--in", "text"], &text.stdout),
                run(&["check", "-v"], &binary.stdout)
            );
            let [mut from_text, mut from_binary] =
                [("text", &text), ("raw", &binary)].map(|(form, wrapped)| {
                    run(&["inspect", "--json", "--show-baggage", "--in", form], &wrapped.stdout)
                        .json()
                });
            assert_eq!(from_text["payload_len"], payload.len());
            for reading in [&mut from_text, &mut from_binary] {
                reading["payload_offset"] = Value::Null;
            }
            assert_eq!(from_text, from_binary);
        }
    }
}

#[test]
fn every_way_to_write_the_input() {
    let cases = [
        ("hex", "7b 7D\n\t0a\r\n"),
        ("hex", "7B7d0A"),
        ("base64", "e30K"),
        ("base64", " e3\n0K\n"),
        ("base64", "ewo="),
        ("base64", "ewo"),
    ];
    for (encoding, text) in cases {
        let output = run(&["unwrap", "--in", encoding], text.as_bytes());
        let expected = if text.starts_with("ewo") { "{\n" } else { "{}\n" };
        assert_eq!(output, silent(0, expected.as_bytes()), "{text:?}");
    }
    assert_eq!(run(&["wrap", "--out", "base64"], b"{").stdout, b"ew==\n");

    let path = file("input", JSON);
    let path = path.to_str().expect("a path that is text");
    assert_eq!(run(&["unwrap", path], b"not read"), silent(0, JSON));
    assert_eq!(run(&["unwrap", "-"], JSON), silent(0, JSON));
}

type Encode = fn(&[u8]) -> Vec<u8>;

const ENCODINGS: [(&str, Encode); 3] = [
    ("raw", |bytes| bytes.to_vec()),
    ("hex", |bytes| HEXLOWER.encode(bytes).into_bytes()),
    ("base64", |bytes| BASE64.encode(bytes).into_bytes()),
];
