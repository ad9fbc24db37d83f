//! The command-line tool, run as a user runs it.
#![cfg(feature = "cli")]

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
/// Header and carrier of `TRACEPARENT`.
const CONTEXT: &str = "9e01c1de010300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7";
const ESCAPE: &str = "9e01c1de00000000";
const MARKER: &str = "9e01c1de00010000";

const JSON: &[u8] = b"{\"order\":7}";
/// `{"order": 7}`
const MESSAGE_PACK: &[u8] = b"\x81\xA5order\x07";
/// An array of 14 elements: its first byte is the magic byte of a frame.
const MESSAGE_PACK_9E: &[u8] = b"\x9E\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E";

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
fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassine"));
    for name in ["TRACEPARENT", "TRACESTATE", "BAGGAGE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(environment.iter().copied());
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(arguments: &[&str], environment: &[(&str, &str)], input: &[u8]) -> Child {
    let mut child = command(arguments, environment).spawn().expect("the tool starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A tool that ends early does not read all of it.
    thread::spawn(move || stdin.write_all(&input));
    child
}

fn run_in(environment: &[(&str, &str)], arguments: &[&str], input: &[u8]) -> Output {
    let output = start(arguments, environment, input).wait_with_output().expect("the tool ends");
    let stderr = String::from_utf8(output.stderr).expect("messages are text");
    Output { code: output.status.code().expect("no signal"), stdout: output.stdout, stderr }
}

fn run(arguments: &[&str], input: &[u8]) -> Output {
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
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors");
    let files = fs::read_dir(directory).expect("the vectors").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files
}

#[test]
fn payloads_come_out_as_they_went_in() {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let a_frame = frame(CONTEXT, b"inner");
    let payloads = [JSON, MESSAGE_PACK, MESSAGE_PACK_9E, b"", b"\n", b"\x9E", &hex(ESCAPE), &a_frame, &all_bytes];
    let contexts: [&[&str]; 6] = [
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
                let wrapped = run(&[&["wrap", "--in", encoding, "--out", encoding], context].concat(), &encode(payload));
                assert_eq!((wrapped.code, &*wrapped.stderr), (0, ""), "{context:?}");
                let unwrapped = run(&["unwrap", "--in", encoding], &wrapped.stdout);
                assert_eq!(unwrapped, silent(0, payload), "{context:?}");
            }
        }
    }
}

const ENCODINGS: [(&str, fn(&[u8]) -> Vec<u8>); 3] = [
    ("raw", |bytes| bytes.to_vec()),
    ("hex", |bytes| HEXLOWER.encode(bytes).into_bytes()),
    ("base64", |bytes| BASE64.encode(bytes).into_bytes()),
];

fn silent(code: i32, stdout: &[u8]) -> Output {
    Output { code, stdout: stdout.to_vec(), stderr: String::new() }
}

#[test]
fn what_wrap_writes() {
    let cases: [(&[&str], &[u8], String); 9] = [
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
    let cases: [(&[(&str, &str)], &[&str], String); 11] = [
        (&[("TRACEPARENT", TRACEPARENT)], &[], CONTEXT.to_owned()),
        (&[("TRACEPARENT", TRACEPARENT), ("TRACESTATE", "env=12")], &[], format!("{tracestate}656e763d3132")),
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
        assert_eq!(output, silent(0, format!("{expected}6869\n").as_bytes()), "{environment:?} {arguments:?}");
    }
}

/// Tracing never fails a message.
#[test]
fn a_bad_environment_fails_no_message() {
    let cases: [(&[(&str, &str)], &[&str], &str, &str); 7] = [
        (
            &[("TRACEPARENT", "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("TRACESTATE", "a=b")],
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
    let cases: [(&str, &[u8], i32, &[u8], &str); 12] = [
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
        let stderr = if sentence.is_empty() { String::new() } else { format!("glassine: {sentence}\n") };
        let output = run(&["unwrap", "--channel", channel], message);
        assert_eq!(output, Output { code, stdout: stdout.to_vec(), stderr }, "{channel}");
    }
    assert_eq!(run(&["unwrap"], &damaged).stdout, damaged, "mixed is the default");

    let stderr = "glassine: warning: the carrier is longer than this reader's cap, at byte 6; the payload is unharmed\n";
    let above_cap = run(&["unwrap", "--carrier-cap", "23"], &framed);
    assert_eq!(above_cap, Output { code: 0, stdout: b"hi".to_vec(), stderr: stderr.to_owned() });
}

#[test]
fn check_tells_by_the_exit_code() {
    let context = "trace 4bf92f3577b34da6a3ce929d0e0e4736, span 00f067aa0ba902b7";
    let cases = [
        (frame(CONTEXT, b"hi"), 0, format!("enveloped, version 1, sampled, {context}, payload 2 bytes")),
        (hex(ESCAPE), 0, "enveloped, version 1, payload 0 bytes".to_owned()),
        (hex(MARKER), 0, "enveloped, version 1, unsampled, payload 0 bytes".to_owned()),
        (hex("9e01c1de0000000304000a"), 0, {
            "enveloped, version 1, a field runs past the end of the carrier, at byte 8, payload 0 bytes".to_owned()
        }),
        (JSON.to_vec(), 10, "bare, payload 11 bytes".to_owned()),
        (vec![], 10, "bare, payload 0 bytes".to_owned()),
        (hex("9e01c1de"), 11, "damaged, the header is cut off, at byte 4, payload 4 bytes".to_owned()),
        (hex("9e07c1de0101000061"), 12, "unknown_version, version 7, sampled, payload 1 byte".to_owned()),
    ];
    for (message, code, line) in cases {
        assert_eq!(run(&["check"], &message), silent(code, b""));
        assert_eq!(run(&["check", "--verbose"], &message), silent(code, format!("{line}\n").as_bytes()));
    }
    let above_cap = run(&["check", "-v", "--carrier-cap", "23"], &frame(CONTEXT, b""));
    let line = "enveloped, version 1, sampled, the carrier is longer than this reader's cap, at byte 6, payload 0 bytes\n";
    assert_eq!(above_cap, silent(0, line.as_bytes()));
}

#[test]
fn inspect_shows_every_byte_and_every_field() {
    let message = hex(concat!(
        "9e01c1de03030084",
        "4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7",
        "01000a636f6e676f3d74363172",
        "02000a7573657249643d376161",
        "0300060362330a3030",
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
    ));
    let expected = "     0  9e                                               magic
     1  01                                               version 1
     2  c1 de                                            guard
     4  03                                               trace flags: sampled, random
     5  03                                               shape: DECIDED, IDS
     6  00 84                                            carrier length: 132
     8  4b f9 2f 35 77 b3 4d a6 a3 ce 92 9d 0e 0e 47 36  trace id
    24  00 f0 67 aa 0b a9 02 b7                          span id
";
    let output = run(&["inspect"], &message);
    assert_eq!((output.code, &*output.stderr), (0, ""));
    assert_eq!(output.text().lines().take(8).collect::<Vec<_>>(), expected.lines().collect::<Vec<_>>());
    println!("{}", output.text());
    panic!();
}
