//! The command-line tool, run as a user runs it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
/// Header and carrier of `TRACEPARENT`.
const CONTEXT: &str = "9e01c1de010300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7";
const ESCAPE: &str = "9e01c1de00000000";
const MARKER: &str = "9e01c1de00010000";

/// `CONTEXT`, `ESCAPE` and `MARKER` in text form.
const TEXT_CONTEXT: &str = "~glassine;ngHB3gEDABhL-S81d7NNpqPOkp0ODkc2APBnqgupArc;";
const TEXT_ESCAPE: &str = "~glassine;ngHB3gAAAAA;";
const TEXT_MARKER: &str = "~glassine;ngHB3gABAAA;";
/// Version 7, sampled, nothing in its carrier.
const TEXT_UNKNOWN: &str = "~glassine;ngfB3gEBAAA;";

const JSON: &[u8] = b"{\"order\":7}";
/// `{"order": 7}`
const MESSAGE_PACK: &[u8] = b"\x81\xA5order\x07";
/// An array of 14 elements: its first byte is the magic byte of a frame.
const MESSAGE_PACK_9E: &[u8] = b"\x9E\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E";

type Arguments<'a> = &'a [&'a str];
type Environment<'a> = &'a [(&'a str, &'a str)];

#[derive(Debug, PartialEq)]
struct Output {
    code: i32,
    stdout: Vec<u8>,
    stderr: String,
}

impl Output {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("the output is text")
    }

    fn json(&self) -> Value {
        serde_json::from_str(self.text()).expect("the output is one JSON value")
    }
}

/// The tool, without what this test's own environment says.
fn command(arguments: Arguments<'_>, environment: Environment<'_>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassine"));
    for name in ["TRACEPARENT", "TRACESTATE", "BAGGAGE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(environment.iter().copied());
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(arguments: Arguments<'_>, environment: Environment<'_>, input: &[u8]) -> Child {
    let mut child = command(arguments, environment).spawn().expect("the tool starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A tool that ends early does not read all of it.
    thread::spawn(move || stdin.write_all(&input));
    child
}

fn run_in(environment: Environment<'_>, arguments: Arguments<'_>, input: &[u8]) -> Output {
    let output = start(arguments, environment, input).wait_with_output().expect("the tool ends");
    let stderr = String::from_utf8(output.stderr).expect("messages are text");
    Output { code: output.status.code().expect("no signal"), stdout: output.stdout, stderr }
}

fn run(arguments: Arguments<'_>, input: &[u8]) -> Output {
    run_in(&[], arguments, input)
}

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).expect("hexadecimal")
}

/// A frame: header and carrier in hexadecimal, and a payload.
fn frame(front: &str, payload: &[u8]) -> Vec<u8> {
    [&hex(front), payload].concat()
}

/// A file for one test, with this content.
fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("a temporary file");
    path
}

fn vector_files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors");
    let files =
        fs::read_dir(directory).expect("the vectors").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files
}

/// The vectors of a file; none of a schema.
fn vectors(file: &Path) -> Vec<Value> {
    let json: Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
    json["vectors"].as_array().cloned().unwrap_or_default()
}

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
    let contexts: [Arguments<'_>; 6] = [
        &[],
        &["--traceparent", TRACEPARENT],
        &["--traceparent", TRACEPARENT, "--tracestate", "congo=t61r", "--weight", "1000"],
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

type Encode = fn(&[u8]) -> Vec<u8>;

const ENCODINGS: [(&str, Encode); 3] = [
    ("raw", |bytes| bytes.to_vec()),
    ("hex", |bytes| HEXLOWER.encode(bytes).into_bytes()),
    ("base64", |bytes| BASE64.encode(bytes).into_bytes()),
];

fn silent(code: i32, stdout: &[u8]) -> Output {
    Output { code, stdout: stdout.to_vec(), stderr: String::new() }
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
fn what_wrap_writes_in_text_form() {
    let cases: [(Arguments<'_>, &[u8], String); 7] = [
        (&[], JSON, "{\"order\":7}".to_owned()),
        (&["--traceparent", TRACEPARENT], b"hi\n", format!("{TEXT_CONTEXT}hi\n")),
        (&["--unsampled"], b"", TEXT_MARKER.to_owned()),
        (&[], b"~glassine;", format!("{TEXT_ESCAPE}~glassine;")),
        (&[], b"~glassine", "~glassine".to_owned()),
        (&[], b" ~glassine;", " ~glassine;".to_owned()),
        (&["--in", "hex"], b"c3 bc", "ü".to_owned()),
    ];
    for (arguments, payload, expected) in cases {
        let output = run(&[&["wrap", "--out", "text"], arguments].concat(), payload);
        assert_eq!(output, silent(0, expected.as_bytes()), "{arguments:?}");
    }
}

#[test]
fn what_wrap_writes() {
    let cases: [(Arguments<'_>, &[u8], String); 9] = [
        (&[], JSON, HEXLOWER.encode(JSON)),
        (&[], MESSAGE_PACK, HEXLOWER.encode(MESSAGE_PACK)),
        (&[], MESSAGE_PACK_9E, format!("{ESCAPE}{}", HEXLOWER.encode(MESSAGE_PACK_9E))),
        (&[], b"", String::new()),
        (&["--traceparent", TRACEPARENT], b"hi", format!("{CONTEXT}6869")),
        (&["--unsampled"], b"hi", format!("{MARKER}6869")),
        (&["--baggage", "a=1"], b"hi", "9e01c1de00000006020003613d316869".to_owned()),
        (&["--text-map", "b3=0=1"], b"hi", "9e01c1de00000009030006026233303d316869".to_owned()),
        (&["--unsampled", "--baggage", "a=1"], b"", "9e01c1de00010006020003613d31".to_owned()),
    ];
    for (arguments, payload, expected) in cases {
        let output = run(&[&["wrap", "--out", "hex"], arguments].concat(), payload);
        assert_eq!(output, silent(0, format!("{expected}\n").as_bytes()), "{arguments:?}");
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

#[test]
fn the_environment_gives_the_context() {
    let tracestate = "9e01c1de010300214bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7010006";
    let cases: [(Environment<'_>, Arguments<'_>, String); 11] = [
        (&[("TRACEPARENT", TRACEPARENT)], &[], CONTEXT.to_owned()),
        (
            &[("TRACEPARENT", TRACEPARENT), ("TRACESTATE", "env=12")],
            &[],
            format!("{tracestate}656e763d3132"),
        ),
        // Options win.
        (&[("TRACEPARENT", UNSAMPLED)], &["--traceparent", TRACEPARENT], CONTEXT.to_owned()),
        (
            &[("TRACEPARENT", TRACEPARENT), ("TRACESTATE", "env=12")],
            &["--tracestate", "opt=34"],
            format!("{tracestate}6f70743d3334"),
        ),
        (&[("BAGGAGE", "a=2")], &["--baggage", "a=1"], "9e01c1de00000006020003613d31".to_owned()),
        (&[("TRACEPARENT", TRACEPARENT)], &["--unsampled"], MARKER.to_owned()),
        // A tracestate goes with its own traceparent.
        (
            &[("TRACEPARENT", UNSAMPLED), ("TRACESTATE", "env=12")],
            &["--traceparent", TRACEPARENT],
            CONTEXT.to_owned(),
        ),
        (&[("TRACESTATE", "env=12")], &[], String::new()),
        (&[("BAGGAGE", "a=1")], &[], "9e01c1de00000006020003613d31".to_owned()),
        (&[("TRACEPARENT", ""), ("TRACESTATE", ""), ("BAGGAGE", "")], &[], String::new()),
        (&[("TRACEPARENT", TRACEPARENT), ("BAGGAGE", "a=1")], &["--no-env"], String::new()),
    ];
    for (environment, arguments, expected) in cases {
        let output = run_in(environment, &[&["wrap", "--out", "hex"], arguments].concat(), b"hi");
        assert_eq!(
            output,
            silent(0, format!("{expected}6869\n").as_bytes()),
            "{environment:?} {arguments:?}"
        );
    }
}

/// Tracing never fails a message.
#[test]
fn a_bad_environment_fails_no_message() {
    let cases: [(Environment<'_>, Arguments<'_>, &str, &str); 7] = [
        (
            &[
                ("TRACEPARENT", "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                ("TRACESTATE", "a=b"),
            ],
            &[],
            "",
            "TRACEPARENT: not a lower-case hexadecimal digit, at byte 4 ('B'); going on without a context",
        ),
        (
            &[("TRACEPARENT", "00-1")],
            &["--tracestate", "a=b"],
            "",
            "TRACEPARENT: the text is too short or too long, at byte 4; going on without a context",
        ),
        (
            &[("TRACEPARENT", "00-00000000000000000000000000000000-00f067aa0ba902b7-01")],
            &[],
            "",
            "TRACEPARENT: the trace id is all zero, at byte 3; going on without a context",
        ),
        (
            &[("TRACEPARENT", TRACEPARENT), ("TRACESTATE", "a=\u{1}")],
            &[],
            CONTEXT,
            "TRACESTATE: the text is empty or has characters other than printable ASCII; going on without it",
        ),
        (
            &[("BAGGAGE", "käse=1")],
            &[],
            "",
            "BAGGAGE: the text is empty or has characters other than printable ASCII; going on without it",
        ),
        (
            &[("TRACEPARENT", UNSAMPLED)],
            &["--weight", "7"],
            "9e01c1de000300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7",
            "--weight needs a sampled context, which TRACEPARENT is not; going on without a weight",
        ),
        (
            &[("BAGGAGE", &"x".repeat(20_000))],
            &[],
            "",
            "BAGGAGE: more than a carrier of 16384 bytes has room for; its end is left out",
        ),
    ];
    for (environment, arguments, expected, warning) in cases {
        let output = run_in(environment, &[&["wrap", "--out", "hex"], arguments].concat(), b"hi");
        let stderr = format!("glassine: warning: {warning}\n");
        assert_eq!(output, Output { code: 0, stdout: format!("{expected}6869\n").into(), stderr });
    }
}

/// R-LIMIT-2: whole members go, from the end, and only as many as must.
#[test]
fn long_baggage_of_the_environment_is_shortened() {
    let members: Vec<String> = (100..300).map(|i| format!("k{i}={}", "x".repeat(100))).collect();
    let output = run_in(&[("BAGGAGE", &members.join(","))], &["wrap"], b"hi");
    let reading = run(&["inspect", "--json", "--show-baggage"], &output.stdout).json();
    // A field header, then members of 105 bytes with commas between them, in 16,384 bytes.
    assert_eq!(reading["baggage"], members[..154].join(","));
}

/// What the command line asks for is done, also where few receivers will look into it.
#[test]
fn a_carrier_above_the_usual_cap_is_written_with_a_warning() {
    let output = run(&["wrap", "--baggage", &"x".repeat(16_382)], b"hi");
    let warning =
        "the carrier is longer than 16384 bytes; receivers with the usual cap will not read it";
    assert_eq!((output.code, output.stdout.len()), (0, 8 + 3 + 16_382 + 2));
    assert_eq!(output.stderr, format!("glassine: warning: {warning}\n"));
    assert_eq!(run(&["wrap", "--baggage", &"x".repeat(16_381)], b"hi").stderr, "");
}

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

    let stderr = "glassine: warning: the carrier is longer than this reader's cap, at byte 6; the payload is unharmed\n";
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
    let stderr = "glassine: warning: the carrier is longer than this reader's cap, at byte 18; the payload is unharmed\n";
    assert_eq!(above_cap, Output { code: 0, stdout: b"hi".to_vec(), stderr: stderr.to_owned() });
}

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
            "enveloped, version 1, a field runs past the end of the carrier, at byte 8, payload 0 bytes".to_owned()
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
    let line = "enveloped, version 1, sampled, the carrier is longer than this reader's cap, at byte 6, payload 0 bytes\n";
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

/// A frame with everything in it: each kind of field, and each kind of fault that leaves the
/// context intact.
fn everything() -> Vec<u8> {
    hex(concat!(
        "9e01c1de03030081",
        "4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7",
        "01000a636f6e676f3d74363172",
        "02000a7573657249643d376161",
        "0300060262330a3030",
        "04000400000a00",
        "0500190af7651916cd43dd8448eb211c80319cb7ad6b716920333101",
        "2a0001ff",
        "610001ff",
        "ee000100",
        "07000161",
        "81000161",
        "040004000000ff",
        "010000",
        "000000",
        "0300",
        "7b226964223a377d0a",
    ))
}

#[test]
fn inspect_shows_every_byte_and_every_field() {
    let expected = "     0  9e                                               magic
     1  01                                               version 1
     2  c1 de                                            guard
     4  03                                               trace flags: sampled, random
     5  03                                               shape: DECIDED, IDS
     6  00 81                                            carrier length: 129
     8  4b f9 2f 35 77 b3 4d a6 a3 ce 92 9d 0e 0e 47 36  trace id
    24  00 f0 67 aa 0b a9 02 b7                          span id
    32  01 00 0a                                         tracestate: 10 bytes
    35  63 6f 6e 67 6f 3d 74 36 31 72                    |congo=t61r|  value
    45  02 00 0a                                         baggage: 10 bytes
    48                                                   value (hidden; see --show-baggage)
    58  03 00 06                                         text-map entry: 6 bytes
    61  02 62 33 0a 30 30                                |.b3.00|  value
    67  04 00 04                                         fan-out weight: 4 bytes
    70  00 00 0a 00                                      |....|  value
    74  05 00 19                                         further context: 25 bytes
    77  0a f7 65 19 16 cd 43 dd 84 48 eb 21 1c 80 31 9c  |..e...C..H.!..1.|  value
    93  b7 ad 6b 71 69 20 33 31 01                       |..kqi 31.|
   102  2a 00 01                                         grease 2a: 1 byte
   105  ff                                               |.|  value
   106  61 00 01                                         private type 61: 1 byte
   109  ff                                               |.|  value
   110  ee 00 01                                         private type ee: 1 byte
   113  00                                               |.|  value
   114  07 00 01                                         unknown type 07: 1 byte
   117  61                                               |a|  value
   118  81 00 01                                         unknown type 81: 1 byte
   121  61                                               |a|  value
   122  04 00 04                                         fan-out weight: 4 bytes  <- repeated_field
   125  00 00 00 ff                                      |....|  value
   129  01 00 00                                         tracestate: 0 bytes  <- malformed_field
   132  00 00 00                                         never used 00: 0 bytes  <- malformed_field
   135                                                   carrier, not read: 2 bytes (hidden; see --show-baggage)  <- field_past_end
   137  7b 22 69 64 22 3a 37 7d 0a                       |{\"id\":7}.|  payload: 9 bytes

enveloped, version 1
  decision         sampled
  trace flags      03 (sampled, random)
  trace id         4bf92f3577b34da6a3ce929d0e0e4736
  span id          00f067aa0ba902b7
  fields
    tracestate       congo=t61r
    baggage          userId=… (values hidden; see --show-baggage)
    text-map entry   b3 = \\n00
    fan-out weight   2560
    further context  trace id 0af7651916cd43dd8448eb211c80319c, span id b7ad6b7169203331, trace flags 01
    grease 2a        1 byte, dropped by relays that change the frame
    private type 61  1 byte, dropped by relays that change the frame
    private type ee  1 byte, kept by relays that change the frame
    unknown type 07  1 byte, dropped by relays that change the frame
    unknown type 81  1 byte, kept by relays that change the frame
    fan-out weight   255  <- repeated_field, ignored
    tracestate       (empty)  <- malformed_field, ignored
    never used 00    (empty)  <- malformed_field, ignored
  faults in the carrier
    repeated_field   a field that counts once is repeated, at byte 122
    malformed_field  a field is malformed, at byte 129
    malformed_field  a field is malformed, at byte 132
    field_past_end   a field runs past the end of the carrier, at byte 135
  payload          9 bytes from byte 137: {\"id\":7}\\n
";
    assert_eq!(run(&["inspect"], &everything()), silent(0, expected.as_bytes()));
}

#[test]
fn inspect_points_at_the_fault() {
    let cases: [(Vec<u8>, Arguments<'_>, &[&str]); 7] = [
        (
            hex("9e01c1de0010000061"),
            &[],
            &[
                "     5  10                                               shape: bit 4  <- reserved_bits",
                "     8  61                                               |a|  not read: 1 byte",
                "  fault            reserved bits of the shape are set, at byte 5",
                "  payload          9 bytes from byte 0: \\x9e\\u{1}\\xc1\\xde\\0\\u{10}\\0\\0a",
            ],
        ),
        (
            hex("9e01c1de010300"),
            &[],
            &[
                "     6  00                                               carrier length, cut off",
                "     7                                                   end of message  <- truncated_header",
            ],
        ),
        (
            hex("9e01c1de00000001"),
            &[],
            &[
                "     6  00 01                                            carrier length: 1  <- carrier_past_end",
            ],
        ),
        (
            hex("9e07c1de030f000461616161ff"),
            &[],
            &[
                "     5  0f                                               shape: DECIDED, bit 1, bit 2, bit 3",
                "     8                                                   carrier, not read: 4 bytes (hidden; see --show-baggage)",
                "unknown_version, version 7",
                "  decision         sampled",
                "  payload          1 byte from byte 12: \\xff",
            ],
        ),
        (
            hex("9e01c1de0000000461616161"),
            &["--carrier-cap", "3", "--show-baggage"],
            &[
                "     6  00 04                                            carrier length: 4  <- carrier_above_cap",
                "     8  61 61 61 61                                      |aaaa|  carrier, not read: 4 bytes",
                "  fault            the carrier is longer than this reader's cap, at byte 6",
            ],
        ),
        (
            hex(&format!("9e01c1de01030018{}", "00".repeat(24))),
            &[],
            &[
                "     8  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  trace id  <- zero_trace_id",
                "    24  00 00 00 00 00 00 00 00                          span id  <- zero_span_id",
                "  decision         none",
            ],
        ),
        (
            vec![],
            &[],
            &[
                "     0                                                   end of message",
                "bare",
                "  payload          0 bytes",
            ],
        ),
    ];
    for (message, arguments, lines) in cases {
        let output = run(&[&["inspect"], arguments].concat(), &message);
        assert_eq!((output.code, &*output.stderr), (0, ""));
        for line in lines {
            assert!(
                output.text().lines().any(|this| this == *line),
                "{line:?} is not in\n{}",
                output.text()
            );
        }
    }
}

/// Offsets in front of the heading count in the text, those behind it in the decoded bytes.
#[test]
fn inspect_shows_the_text_and_what_it_encodes() {
    let message = format!(
        "~glassine;{};{{}}",
        BASE64URL_NOPAD.encode(&hex("9e01c1de0000000903000402623330ffff"))
    );
    let expected = "     0  7e 67 6c 61 73 73 69 6e 65 3b                    |~glassine;|  prefix
    10                                                   header and carrier in base64url: 23 bytes (hidden; see --show-baggage)
    33  3b                                               |;|  end of header and carrier
    34  7b 7d                                            |{}|  payload: 2 bytes

header and carrier, decoded
     0  9e                                               magic
     1  01                                               version 1
     2  c1 de                                            guard
     4  00                                               trace flags: nothing set
     5  00                                               shape: nothing set
     6  00 09                                            carrier length: 9
     8  03 00 04                                         text-map entry: 4 bytes
    11  02 62 33 30                                      |.b30|  value
    15                                                   carrier, not read: 2 bytes (hidden; see --show-baggage)  <- field_past_end

enveloped, version 1
  decision         none
  fields
    text-map entry   b3 = 0
  faults in the carrier
    field_past_end   a field runs past the end of the carrier, at byte 15 of the decoded bytes
  payload          2 bytes from byte 34: {}
";
    assert_eq!(
        run(&["inspect", "--in", "text"], message.as_bytes()),
        silent(0, expected.as_bytes())
    );

    let shown = "    10  6e 67 48 42 33 67 41 41 41 41 6b 44 41 41 51 43  |ngHB3gAAAAkDAAQC|  header and carrier in base64url: 23 bytes";
    let output = run(&["inspect", "--in", "text", "--show-baggage"], message.as_bytes());
    assert!(output.text().lines().any(|line| line == shown), "{}", output.text());
}

#[test]
fn inspect_points_at_the_fault_in_the_text() {
    let cases: [(&[u8], Arguments<'_>, &[&str]); 6] = [
        (
            b"~glassine;ngH=3gAAAAA;hi",
            &[],
            &[
                "    10  6e 67 48                                         |ngH|  not read: 3 bytes",
                "    13  3d 33 67 41 41 41 41 41 3b 68 69                 |=3gAAAAA;hi|  not read: 11 bytes  <- text_alphabet",
                "damaged",
                "  fault            a character is not base64url, at byte 13",
                "  payload          24 bytes from byte 0: ~glassine;ngH=3gAAAAA;hi",
            ],
        ),
        (
            b"~glassine;ngH\xFF3gAAAAA;hi",
            &[],
            &[
                "    13  ff 33 67 41 41 41 41 41 3b 68 69                 |.3gAAAAA;hi|  not read: 11 bytes  <- text_alphabet",
            ],
        ),
        (
            b"~glassine;ngHB",
            &[],
            &[
                "    10  6e 67 48 42                                      |ngHB|  not read: 4 bytes",
                "    14                                                   end of message  <- text_unterminated",
            ],
        ),
        (
            // Reserved bits of the shape, byte 5 of what is encoded.
            b"~glassine;ngHB3gAQAAA;hi",
            &[],
            &[
                "    16  41 51 41 41 41 3b 68 69                          |AQAAA;hi|  not read: 8 bytes  <- reserved_bits",
                "  fault            reserved bits of the shape are set, at byte 16",
            ],
        ),
        (
            b"~glassine;ngHB3gAAAARhYWFh;",
            &["--carrier-cap", "3"],
            &[
                "    10                                                   header and carrier in base64url: 16 bytes (hidden; see --show-baggage)  <- carrier_above_cap",
                "header and carrier, decoded",
                "     8                                                   carrier, not read: 4 bytes (hidden; see --show-baggage)",
                "  fault            the carrier is longer than this reader's cap, at byte 18",
            ],
        ),
        (
            b"hi",
            &[],
            &[
                "     0  68 69                                            |hi|  payload: 2 bytes",
                "bare",
            ],
        ),
    ];
    for (message, arguments, lines) in cases {
        let output = run(&[&["inspect", "--in", "text"], arguments].concat(), message);
        assert_eq!((output.code, &*output.stderr), (0, ""));
        for line in lines {
            assert!(
                output.text().lines().any(|this| this == *line),
                "{line:?} is not in\n{}",
                output.text()
            );
        }
    }
}

#[test]
fn inspect_abbreviates_long_payloads() {
    let output = run(&["inspect"], &[b'a'; 1000]);
    let lines: Vec<_> = output.text().lines().collect();
    assert_eq!(
        lines[0],
        format!("     0  {}  |{}|  payload: 1000 bytes", ["61"; 16].join(" "), "a".repeat(16))
    );
    assert_eq!(lines[4], "    64  … 936 bytes more");
    assert_eq!(lines[7], format!("  payload          1000 bytes from byte 0: {}…", "a".repeat(64)));
    assert_eq!(lines.len(), 8);
}

#[test]
fn inspect_as_json() {
    let field = |field_type: u8, offset: usize, value: Option<&str>| json!({"type": field_type, "offset": offset, "value": value});
    let expected = json!({
        "verdict": "enveloped",
        "version": 1,
        "fault": null,
        "sampled": true,
        "decision": "sampled",
        "trace_flags": "03",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "span_id": "00f067aa0ba902b7",
        "tracestate": "congo=t61r",
        "baggage": "userId=…",
        "text_map": [{"key": "b3", "value": "\n00"}],
        "fan_out_weight": 2560,
        "further_contexts": [{
            "trace_id": "0af7651916cd43dd8448eb211c80319c",
            "span_id": "b7ad6b7169203331",
            "trace_flags": "01",
        }],
        "fields": [
            field(1, 32, Some("636f6e676f3d74363172")),
            field(2, 45, None),
            field(3, 58, Some("0262330a3030")),
            field(4, 67, Some("00000a00")),
            field(5, 74, Some("0af7651916cd43dd8448eb211c80319cb7ad6b716920333101")),
            field(0x2a, 102, Some("ff")),
            field(0x61, 106, Some("ff")),
            field(0xee, 110, Some("00")),
            field(0x07, 114, Some("61")),
            field(0x81, 118, Some("61")),
            field(4, 122, Some("000000ff")),
            field(1, 129, Some("")),
            field(0, 132, Some("")),
        ],
        "carrier_faults": [
            {"kind": "repeated_field", "offset": 122},
            {"kind": "malformed_field", "offset": 129},
            {"kind": "malformed_field", "offset": 132},
            {"kind": "field_past_end", "offset": 135},
        ],
        "payload_offset": 137,
        "payload_len": 9,
    });
    let output = run(&["inspect", "--json"], &everything());
    assert_eq!((output.code, &*output.stderr, output.text().lines().count()), (0, "", 1));
    assert_eq!(output.json(), expected);
}

/// The tool's JSON is the `reading` of the vectors.
#[test]
fn inspect_agrees_with_every_vector() {
    let mut messages = String::new();
    let mut readings = Vec::new();
    for file in vector_files() {
        for vector in vectors(&file) {
            if vector["form"] == "binary" && vector["cap"].is_null() {
                messages.push_str(vector["message"].as_str().expect("hexadecimal"));
                messages.push('\n');
                readings.push(vector["reading"].clone());
            }
        }
    }
    assert!(!readings.is_empty());
    let arguments = ["inspect", "--lines", "--in", "hex", "--json", "--show-baggage"];
    let output = run(&arguments, messages.as_bytes());
    let found: Vec<Value> =
        output.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(found, readings);
}

#[test]
fn inspect_agrees_with_every_vector_in_text_form() {
    let vectors: Vec<Value> = vector_files().iter().flat_map(|file| vectors(file)).collect();
    assert!(vectors.iter().any(|vector| vector["form"] == "text"));
    for vector in vectors.into_iter().filter(|vector| vector["form"] == "text") {
        let message = hex(vector["message"].as_str().expect("hexadecimal"));
        let cap = vector["cap"].as_u64().unwrap_or(16_384).to_string();
        let arguments =
            ["inspect", "--in", "text", "--json", "--show-baggage", "--carrier-cap", &cap];
        assert_eq!(run(&arguments, &message).json(), vector["reading"], "{}", vector["name"]);
    }
}

#[test]
fn baggage_values_are_hidden_unless_asked_for() {
    let wrap = |baggage: &str| run(&["wrap", "--baggage", baggage], b"hi").stdout;
    let cases = [
        (wrap("userId=secret7"), "userId=…"),
        (wrap("userId=secret7;ttl=secret8,region = secret9"), "userId=…,region=…"),
        // Not one by W3C's grammar: whatever is in it may be a value.
        (wrap("secret7,a b=secret8,ok="), "…,…,ok=…"),
    ];
    for (message, hidden) in &cases {
        for arguments in
            [&["inspect"][..], &["inspect", "--json"], &["inspect", "--lines"], &["check", "-v"]]
        {
            let output = run(arguments, message);
            assert!(!output.text().contains("secret"), "{}", output.text());
            assert!(
                !output.text().contains("73 65 63") && !output.text().contains("736563"),
                "{}",
                output.text()
            );
        }
        let output = run(&["inspect", "--json"], message);
        assert_eq!(output.json()["baggage"], *hidden);
        assert_eq!(output.json()["fields"][0]["value"], Value::Null);
        assert!(run(&["inspect"], message).text().contains(hidden));

        let shown = run(&["inspect", "--show-baggage", "--json"], message);
        assert!(shown.text().contains("secret7") && shown.text().contains("73656372657437"));
    }

    // Encoded, it is as easy to read as in hexadecimal.
    let text = run(&["wrap", "--out", "text", "--baggage", "userId=secret7"], b"hi").stdout;
    let encoded =
        std::str::from_utf8(&text).expect("text").split(';').nth(1).expect("header and carrier");
    for (arguments, is_shown) in [
        (&["inspect", "--in", "text"][..], false),
        (&["inspect", "--in", "text", "--show-baggage"], true),
    ] {
        let output = run(arguments, &text);
        assert_eq!(
            output.text().contains(encoded.get(..16).expect("a row")),
            is_shown,
            "{}",
            output.text()
        );
        assert_eq!(output.text().contains("secret7"), is_shown, "{}", output.text());
    }

    // A careless sender put it into a text-map entry, where it does not belong: Baggage, user=7.
    let text_map = hex("9e01c1de0000001103000e0742616767616765757365723d37");
    let output = run(&["inspect"], &text_map);
    assert!(
        output.text().contains("text-map entry   (hidden; see --show-baggage)"),
        "{}",
        output.text()
    );
    assert!(!output.text().contains("user"), "{}", output.text());
    assert_eq!(run(&["inspect", "--json"], &text_map).json()["fields"][0]["value"], Value::Null);
}

/// What a stranger sent does not reach the terminal as it is.
#[test]
fn control_characters_are_escaped() {
    let evil = "\u{1b}[31m\u{7}\u{9b}2J\u{202e}\u{7f}\\\r";
    let entry = format!("b3={evil}");
    let message = run(&["wrap", "--text-map", &entry], evil.as_bytes()).stdout;
    let output = run(&["inspect", "--color", "never"], &message);
    let escaped = r"\u{1b}[31m\u{7}\u{9b}2J\u{202e}\u{7f}\\\r";
    assert!(output.text().contains(&format!("b3 = {escaped}\n")), "{}", output.text());
    assert!(output.text().contains(&format!(": {escaped}\n")), "{}", output.text());

    let json = run(&["inspect", "--json"], &message);
    assert_eq!(json.json()["text_map"][0]["value"], evil);
    assert!(json.text().contains(r"\u001b[31m\u0007\u009b2J\u202e\u007f\\\r"), "{}", json.text());

    let vectors = json!({"kind": "traceparent", "vectors": [{"name": evil, "text": "", "fault": {"kind": evil, "offset": 0}}]});
    let vectors = file("evil.json", vectors.to_string());
    let vectors = run(&["vectors", vectors.to_str().expect("text")], b"");
    let option = run(&["wrap", "--text-map", evil], b"");
    let name = run(&["unwrap", evil], b"");
    let damaged = run(&["unwrap"], &hex("9e01c1de"));
    for text in
        [output.text(), json.text(), vectors.text(), &option.stderr, &name.stderr, &damaged.stderr]
    {
        assert!(
            !text.is_empty()
                && !text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'),
            "{text:?}"
        );
    }
}

#[test]
fn one_message_a_line() {
    let escape_line = "enveloped, version 1, payload 1 byte";
    let cases: [(&str, &[u8], &[&str], &str); 7] = [
        (
            "text",
            b"~glassine;ngHB3gAAAAA;a\n~glassine;\n",
            &[
                escape_line,
                "damaged, the text form's header does not end, at byte 10, payload 10 bytes",
            ],
            "",
        ),
        ("raw", b"{}\n[]\n", &["bare, payload 2 bytes", "bare, payload 2 bytes"], ""),
        (
            "raw",
            b"{}\r\n\nlast",
            &["bare, payload 3 bytes", "bare, payload 0 bytes", "bare, payload 4 bytes"],
            "",
        ),
        ("raw", b"", &[], ""),
        (
            "hex",
            b"9e01c1de0000000061\r\n9E 01 C1 DE 00 00 00 00 61\n",
            &[escape_line, escape_line],
            "",
        ),
        ("hex", b"61\n6g\n61\n6\n", &["bare, payload 1 byte", "bare, payload 1 byte"], {
            "glassine: line 2 of standard input is not hexadecimal: a character does not belong there, at byte 1\n\
             glassine: line 4 of standard input is not hexadecimal: the last byte is incomplete, at byte 0\n"
        }),
        ("base64", b"YQ==\nYQ\nYR==\n", &["bare, payload 1 byte", "bare, payload 1 byte"], {
            "glassine: line 3 of standard input is not base64: unused bits are set, at byte 1\n"
        }),
    ];
    for (encoding, input, lines, stderr) in cases {
        let code = i32::from(!stderr.is_empty());
        let output = run(&["inspect", "--lines", "--in", encoding], input);
        let stdout: String = lines.iter().map(|line| format!("{line}\n")).collect();
        assert_eq!(output, Output { code, stdout: stdout.into(), stderr: stderr.to_owned() });

        let json = run(&["inspect", "--lines", "--in", encoding, "--json"], input);
        assert_eq!(
            (json.code, json.text().lines().count(), &*json.stderr),
            (code, lines.len(), stderr)
        );
    }
}

/// Bad input gets one sentence on standard error, and nothing on standard output.
#[test]
fn bad_input_gets_one_sentence() {
    let long_key = format!("{}=1", "k".repeat(256));
    let long_value = format!("b3={}", "v".repeat(65_536));
    let key_rule = "--text-map: a key is 1 to 255 printable ASCII characters, and none of traceparent, tracestate and baggage";
    let text_rule = "the text is empty or has characters other than printable ASCII";
    let missing = "cannot read /does/not/exist: No such file or directory (os error 2)";
    let with = |option: &'static str, value: &'static str| -> Vec<&'static str> {
        vec!["wrap", "--traceparent", TRACEPARENT, option, value]
    };
    let cases: Vec<(Vec<&str>, &[u8], i32, String)> = vec![
        (vec!["unwrap", "/does/not/exist"], b"", 1, missing.to_owned()),
        (vec!["inspect", "--lines", "/does/not/exist"], b"", 1, missing.to_owned()),
        (vec!["check", "src"], b"", 1, "cannot read src: Is a directory (os error 21)".to_owned()),
        (vec!["check", "--in", "hex"], b"9e0", 1, {
            "standard input is not hexadecimal: the last byte is incomplete, at byte 2".to_owned()
        }),
        (vec!["inspect", "--in", "hex"], b"9e 0x", 1, {
            "standard input is not hexadecimal: a character does not belong there, at byte 4"
                .to_owned()
        }),
        (vec!["unwrap", "--in", "base64"], b"e30_", 1, {
            "standard input is not base64: a character does not belong there, at byte 3".to_owned()
        }),
        (vec!["wrap", "--in", "base64"], b"YQ=", 1, {
            "standard input is not base64: the last byte is incomplete, at byte 0".to_owned()
        }),
        (
            vec!["wrap", "--in", "base64"],
            b"Y===",
            1,
            "standard input is not base64: the padding is wrong, at byte 1".to_owned(),
        ),
        (vec!["wrap", "--out", "text", "--traceparent", TRACEPARENT], b"ab\xFF", 1, {
            "the text form cannot carry a payload that is not UTF-8, at byte 2".to_owned()
        }),
        // R-TEXT-3: also where it would go bare, and where it ends within a character. The place is
        // that in the payload.
        (vec!["wrap", "--out", "text", "--in", "hex"], b"61 9E", 1, {
            "the text form cannot carry a payload that is not UTF-8, at byte 1".to_owned()
        }),
        (vec!["wrap", "--out", "text"], b"abc\xC3", 1, {
            "the text form cannot carry a payload that is not UTF-8, at byte 3".to_owned()
        }),
        (vec!["wrap", "--traceparent", ""], b"", 2, {
            "--traceparent: the text is too short or too long, at byte 0".to_owned()
        }),
        (
            vec![
                "wrap",
                "--traceparent",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            ],
            b"",
            2,
            { "--traceparent: version ff is invalid, at byte 0".to_owned() },
        ),
        (
            vec![
                "wrap",
                "--traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
            ],
            b"",
            2,
            { "--traceparent: a dash is missing, at byte 35 ('_')".to_owned() },
        ),
        (
            vec![
                "wrap",
                "--traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0bA902b7-01",
            ],
            b"",
            2,
            { "--traceparent: not a lower-case hexadecimal digit, at byte 46 ('A')".to_owned() },
        ),
        (
            vec![
                "wrap",
                "--traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            ],
            b"",
            2,
            { "--traceparent: the span id is all zero, at byte 36".to_owned() },
        ),
        (with("--tracestate", ""), b"", 2, format!("--tracestate: {text_rule}")),
        (with("--baggage", "käse=1"), b"", 2, format!("--baggage: {text_rule}")),
        (with("--text-map", "b3"), b"", 2, "--text-map: b3 is not KEY=VALUE".to_owned()),
        (with("--text-map", "=1"), b"", 2, key_rule.to_owned()),
        (with("--text-map", "a b=1"), b"", 2, key_rule.to_owned()),
        (with("--text-map", "TraceParent=1"), b"", 2, key_rule.to_owned()),
        (vec!["wrap", "--text-map", &long_key], b"", 2, key_rule.to_owned()),
        (vec!["wrap", "--text-map", &long_value], b"", 2, {
            "--text-map: no more than 65535 bytes fit into a carrier".to_owned()
        }),
        (vec!["wrap", "--text-map", "b3=0", "--text-map", "B3=1"], b"", 2, {
            "--text-map: this key was given before".to_owned()
        }),
        (vec!["wrap", "--tracestate", "a=b"], b"", 2, {
            "--tracestate: needs a context, from --traceparent or TRACEPARENT".to_owned()
        }),
        (vec!["wrap", "--weight", "7"], b"", 2, {
            "--weight: needs a sampled context, from --traceparent or TRACEPARENT".to_owned()
        }),
        (vec!["wrap", "--weight", "7", "--traceparent", UNSAMPLED], b"", 2, {
            "--weight: needs a sampled context, from --traceparent or TRACEPARENT".to_owned()
        }),
    ];
    for (arguments, input, code, sentence) in cases {
        let output = run(&arguments, input);
        assert_eq!(
            output,
            Output { code, stdout: vec![], stderr: format!("glassine: {sentence}\n") }
        );
    }
    let many: Vec<String> = (0..129).map(|i| format!("--text-map=k{i}=")).collect();
    let many: Vec<&str> = ["wrap"].into_iter().chain(many.iter().map(String::as_str)).collect();
    assert_eq!(
        run(&many, b"").stderr,
        "glassine: --text-map: no more than 128 fields fit into a carrier\n"
    );
    assert_eq!(run(&many[..129], b"").code, 0);
}

#[test]
fn the_wrong_command_line_is_exit_code_2() {
    let cases: [Arguments<'_>; 10] = [
        &[],
        &["detonate"],
        // Payloads have no text form.
        &["wrap", "--in", "text"],
        &["unwrap", "--out", "text"],
        &["unwrap", "--in", "octal"],
        &["unwrap", "--carrier-cap", "65536"],
        &["wrap", "--weight", "0"],
        &["wrap", "--unsampled", "--traceparent", TRACEPARENT],
        &["unwrap", "one", "two"],
        &["vectors"],
    ];
    for arguments in cases {
        let output = run(arguments, b"");
        assert_eq!((output.code, output.text()), (2, ""), "{arguments:?}");
        assert!(
            !output.stderr.is_empty() && !output.stderr.contains("panicked"),
            "{}",
            output.stderr
        );
    }
}

#[test]
fn help_tells_the_exit_codes() {
    let general = [
        "--help",
        "wrap --help",
        "unwrap --help",
        "inspect --help",
        "check --help",
        "vectors --help",
    ];
    for arguments in general {
        let output = run(&arguments.split(' ').collect::<Vec<_>>(), b"");
        assert_eq!((output.code, &*output.stderr), (0, ""));
        assert!(output.text().contains("Exit codes: 0 "), "{}", output.text());
    }
    let check = run(&["check", "--help"], b"");
    assert!(
        check
            .text()
            .contains("0 enveloped, 10 bare, 11 damaged, 12 unknown version; 1 failure, 2 usage")
    );
    assert!(run(&["--version"], b"").text().starts_with("glassine "));
}

#[test]
fn colours_only_where_they_are_wanted() {
    let cases: [(Environment<'_>, Arguments<'_>, bool); 6] = [
        (&[], &[], false),
        (&[], &["--color", "always"], true),
        (&[], &["--color", "never"], false),
        (&[("NO_COLOR", "1")], &["--color", "always"], true),
        (&[("CLICOLOR_FORCE", "1")], &[], true),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false),
    ];
    let plain = run(&["inspect"], &everything()).stdout;
    for (environment, arguments, coloured) in cases {
        let output = run_in(environment, &[&["inspect"], arguments].concat(), &everything());
        assert_eq!(output.text().contains("\x1b[32m"), coloured, "{environment:?} {arguments:?}");
        assert_eq!(output.stdout == plain, !coloured, "{environment:?} {arguments:?}");
    }
    // Escape sequences of a payload are not the tool's to take out.
    assert_eq!(run(&["unwrap", "--color", "never"], b"\x1b[31m").stdout, b"\x1b[31m");
}

#[test]
fn a_closed_pipe_is_quiet() {
    let lines = b"{}\n".repeat(100_000);
    let cases: [(Arguments<'_>, &[u8]); 7] = [
        (&["inspect", "--lines"], &lines),
        (&["inspect", "--lines", "--json"], &lines),
        (&["inspect"], &lines),
        (&["unwrap"], &lines),
        (&["wrap", "--out", "hex"], &lines),
        (&["help"], b""),
        (&["vectors", "spec/vectors/stream.json"], b""),
    ];
    for (arguments, input) in cases {
        let mut child = command(arguments, &[]).spawn().expect("the tool starts");
        drop(child.stdout.take());
        // The tool may end before it has read everything.
        let _ = child.stdin.take().expect("a pipe").write_all(input);
        let output = child.wait_with_output().expect("the tool ends");
        assert_eq!(
            (output.status.code(), String::from_utf8_lossy(&output.stderr)),
            (Some(0), "".into()),
            "{arguments:?}"
        );
    }
    // The exit code is still the answer.
    let mut child = command(&["check", "-v"], &[]).spawn().expect("the tool starts");
    drop(child.stdout.take());
    drop(child.stdin.take());
    let output = child.wait_with_output().expect("the tool ends");
    assert_eq!((output.status.code(), &*output.stderr), (Some(10), &b""[..]));
}

#[test]
fn the_vectors_pass() {
    let files = vector_files();
    let paths: Vec<&str> =
        files.iter().map(|file| file.to_str().expect("a path that is text")).collect();
    let output = run(&[&["vectors"], &paths[..]].concat(), b"");
    assert_eq!(
        (output.code, &*output.stderr, output.text().lines().count()),
        (0, "", 1),
        "{}",
        output.text()
    );
    let all: usize = files.iter().map(|file| vectors(file).len()).sum();
    assert!(all > 0);
    assert_eq!(output.text(), format!("{all} vectors: {all} passed, 0 failed\n"));
}

#[test]
fn a_vector_that_disagrees_is_named() {
    let context = json!({"trace_id": &TRACEPARENT[3..35], "span_id": &TRACEPARENT[36..52], "trace_flags": "01"});
    let bare = json!({
        "verdict": "bare", "version": null, "fault": null, "sampled": false, "decision": null, "trace_flags": null,
        "trace_id": null, "span_id": null, "tracestate": null, "baggage": null, "text_map": [],
        "fan_out_weight": null, "further_contexts": [], "fields": [], "carrier_faults": [],
        "payload_offset": 0, "payload_len": 2,
    });
    let zero = "0".repeat(16);
    let other_id = format!("{}1", "0".repeat(15));
    let cases = [
        (
            "read",
            json!({"form": "binary", "message": "7b7d", "reading": bare, "closed": "as mixed", "always": {"kind": "not_enveloped", "offset": 0}}),
            "",
        ),
        (
            "read",
            json!({"form": "text", "message": "7b7d", "reading": bare, "closed": "as mixed", "always": "as mixed"}),
            "always is {\"kind\":\"not_enveloped\",\"offset\":0}, expected \"as mixed\"",
        ),
        (
            // Not UTF-8, which a reader does not ask for.
            "read",
            json!({"form": "text", "message": "fffe", "reading": bare, "closed": "as mixed", "always": {"kind": "not_enveloped", "offset": 0}}),
            "",
        ),
        (
            "read",
            json!({"form": "binary", "message": ESCAPE, "reading": bare, "closed": "as mixed", "always": "as mixed"}),
            "reading.payload_len is 0, expected 2; reading.payload_offset is 8, expected 0; \
             reading.verdict is \"enveloped\", expected \"bare\"; reading.version is 1, expected null",
        ),
        (
            "stream",
            json!({"message": ESCAPE, "answers": [{"arrived": 3, "answer": {"incomplete": 4}}]}),
            "",
        ),
        (
            "stream",
            json!({"message": ESCAPE, "answers": [{"arrived": 4, "answer": {"incomplete": 4}}]}),
            "answers is [{\"answer\":{\"incomplete\":8},\"arrived\":4}], expected [{\"answer\":{\"incomplete\":4},\"arrived\":4}]",
        ),
        (
            "reparent",
            json!({"message": CONTEXT, "span_id": other_id, "result": format!("{}{other_id}", &CONTEXT[..48])}),
            "",
        ),
        ("reparent", json!({"message": CONTEXT, "span_id": zero, "result": null}), ""),
        (
            "reparent",
            json!({"message": "7b", "span_id": other_id, "result": "7b"}),
            "result is null, expected \"7b\"",
        ),
        (
            "write",
            json!({"write": {"context": context, "fields": [], "payload": ""}, "result": CONTEXT}),
            "",
        ),
        (
            "write",
            json!({"write": {"context": "unsampled", "fields": [], "payload": "61"}, "result": format!("{MARKER}61")}),
            "",
        ),
        (
            "write",
            json!({"write": {"context": null, "fields": [{"type": 4, "value": "00"}], "payload": ""}, "result": null}),
            "",
        ),
        (
            "write",
            json!({"write": {"context": null, "fields": [], "payload": "9e"}, "result": "9e"}),
            "result is \"9e01c1de000000009e\", expected \"9e\"",
        ),
        (
            "traceparent",
            json!({"text": TRACEPARENT, "reading": context, "written": TRACEPARENT}),
            "",
        ),
        (
            "traceparent",
            json!({"text": "", "fault": {"kind": "digit", "offset": 0}}),
            "fault.kind is \"length\", expected \"digit\"",
        ),
        (
            "traceparent",
            json!({"text": TRACEPARENT, "fault": {"kind": "digit", "offset": 0}}),
            "fault is null, expected {\"kind\":\"digit\",\"offset\":0}",
        ),
    ];
    for (i, (kind, mut vector, difference)) in cases.into_iter().enumerate() {
        vector["name"] = json!("mine");
        let path = file(
            &format!("vector-{i}.json"),
            json!({"kind": kind, "vectors": [vector]}).to_string(),
        );
        let path = path.to_str().expect("a path that is text");
        let expected = match difference {
            "" => "1 vectors: 1 passed, 0 failed\n".to_owned(),
            _ => format!("{path}: mine: {difference}\n1 vectors: 0 passed, 1 failed\n"),
        };
        assert_eq!(
            run(&["vectors", path], b""),
            silent(i32::from(!difference.is_empty()), expected.as_bytes())
        );
    }
}

#[test]
fn a_file_that_holds_no_vectors_is_a_failure() {
    let with = |kind: &str, vector: Value| json!({"kind": kind, "vectors": [vector]}).to_string();
    let cases = [
        ("{\n  \"kind\": read\n}".to_owned(), "not JSON: expected value at line 2 column 11"),
        (String::new(), "not JSON: EOF while parsing a value at line 1 column 0"),
        ("{}".to_owned(), "not a vector file: missing field `kind`"),
        (
            "[]".to_owned(),
            "not a vector file: invalid length 0, expected an object with `kind` and `vectors`",
        ),
        (json!({"kind": "read", "vectors": []}).to_string(), "the file holds no vectors"),
        (with("poem", json!({})), "no such kind of vectors: poem"),
        (with("read", json!({})), "vector 0, counted from 0, has no name"),
        (with("read", json!({"name": "mine"})), "mine: missing field `form`"),
        (
            with("read", json!({"name": "mine", "form": "verse", "message": ""})),
            "mine: no such form: verse",
        ),
        (
            with("read", json!({"name": "mine", "form": "binary", "message": "9E"})),
            "mine: not lower-case hexadecimal: invalid symbol at 1",
        ),
        (
            with("read", json!({"name": "mine", "form": "binary", "message": ""})),
            "mine: missing field `reading`",
        ),
        (
            with("reparent", json!({"name": "mine", "message": "", "span_id": "00"})),
            "mine: 1 bytes are not the right number",
        ),
        (
            with("stream", json!({"name": "mine", "message": "", "answers": [{"arrived": 1}]})),
            "mine: the message has no 1 bytes",
        ),
    ];
    for (i, (content, clause)) in cases.into_iter().enumerate() {
        let path = file(&format!("no-vectors-{i}.json"), content);
        let path = path.to_str().expect("a path that is text");
        let stderr = format!("glassine: {path}: {clause}\n");
        let stdout = b"0 vectors: 0 passed, 0 failed\n".to_vec();
        assert_eq!(run(&["vectors", path], b""), Output { code: 1, stdout, stderr });
    }
    let missing = run(&["vectors", "missing.json", "spec/vectors/stream.json"], b"");
    assert_eq!(
        missing.stderr,
        "glassine: missing.json: cannot read the file: No such file or directory (os error 2)\n"
    );
    assert_eq!(missing.code, 1);
    assert!(
        missing.text().ends_with(" passed, 0 failed\n") && !missing.text().starts_with('0'),
        "the others are verified"
    );

    let schema = run(&["vectors", "spec/vectors/schema.json"], b"");
    assert_eq!(schema, silent(1, b"0 vectors: 0 passed, 0 failed\n"));
}
