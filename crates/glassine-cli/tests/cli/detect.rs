//! `glassine detect`.

mod captures;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use serde_json::{Value, json};

use crate::detect::captures::{pcap, udp};
use crate::tool::{self, Output};

/// Header and carrier of a context.
const CONTEXT: &[u8] = b"\x9E\x01\xC1\xDE\x01\x03\x00\x18\
    \x4B\xF9\x2F\x35\x77\xB3\x4D\xA6\xA3\xCE\x92\x9D\x0E\x0E\x47\x36\
    \x00\xF0\x67\xAA\x0B\xA9\x02\xB7";
const CONTEXT_HEX: &str = "9e01c1de010300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7";
const JSON: &[u8] = b"{\"order\":7}";
/// A MessagePack array of 14 elements: it begins with the magic byte, and is no frame.
const MESSAGE_PACK_9E: &[u8] = b"\x9E\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0B\x0C\x0D\x0E\x0F";
/// An integer that is a frame by chance.
const INTEGER: &[u8] = &3_737_190_814_u64.to_le_bytes();
const VERSION_3: &[u8] = b"\x9E\x03\xC1\xDE\x00\x00\x00\x02abc";
const DAMAGED: &[u8] = b"\x9E\x01\xC1\xDE\x00\x00\x01\x00abc";

fn detect(arguments: &[&str], input: &[u8]) -> Output {
    tool::run(&[&["detect"], arguments].concat(), input)
}

/// A new directory for one test, with these files.
fn directory(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("detect").join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("a temporary directory");
    for (file, content) in files {
        let path = directory.join(file);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a temporary directory");
        fs::write(path, content).expect("a temporary file");
    }
    directory
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

fn delimited(messages: &[&[u8]]) -> Vec<u8> {
    let delimit = |message: &&[u8]| [&(message.len() as u32).to_be_bytes(), *message].concat();
    messages.iter().flat_map(delimit).collect()
}

#[test]
fn a_directory_of_messages() {
    let frame = [CONTEXT, JSON].concat();
    let large = [DAMAGED, &[0; 100_000]].concat();
    let directory = directory(
        "mixed",
        &[
            ("json", JSON),
            ("empty", b""),
            ("deep/er/array", MESSAGE_PACK_9E),
            ("deep/frame", &frame),
            ("deep/version-3", VERSION_3),
            ("damaged", DAMAGED),
            // The carrier fits into this one, which is longer than what is read of it.
            ("large", &large),
        ],
    );
    let output = detect(&["--json", text(&directory)], b"");
    assert_eq!((output.code, &*output.stderr), (20, ""));
    let mut report = output.json();
    let mut first_bytes = vec![0; 256];
    first_bytes[0x9E] = 5;
    first_bytes[usize::from(b'{')] = 1;
    assert_eq!(report["first_bytes"].take(), json!(first_bytes));

    let mut offenders: Vec<Value> = report["offenders"].take().as_array().expect("a list").clone();
    // A directory's entries come in no particular order.
    assert_eq!(offenders.pop().expect("the damaged one comes last")["verdict"], "damaged");
    offenders.sort_by_key(|offender| offender["source"].to_string());
    let offender = |file, len: usize, verdict, hex: &str| {
        let source = directory.join(file);
        json!({
            "source": source,
            "index": 0,
            "len": len,
            "verdict": verdict,
            "fault": null,
            "hex": hex,
        })
    };
    assert_eq!(
        offenders,
        [
            offender("deep/frame", frame.len(), "enveloped", CONTEXT_HEX),
            offender("deep/version-3", 11, "unknown_version", "9e03c1de00000002616263"),
            offender("large", large.len(), "enveloped", &HEXLOWER.encode(&large[..32])),
        ]
    );

    let bound = report["misread_rate_upper_bound"].take().as_f64().expect("a number");
    assert!((bound - 0.774_678).abs() < 1e-6, "{bound}");
    let bytes = JSON.len()
        + MESSAGE_PACK_9E.len()
        + frame.len()
        + VERSION_3.len()
        + DAMAGED.len()
        + large.len();
    assert_eq!(
        report,
        json!({
            "messages": 7,
            "bytes": bytes,
            "verdicts": { "bare": 3, "enveloped": 2, "unknown_version": 1, "damaged": 1 },
            "faults": { "carrier_past_end": 1 },
            "magic": 5,
            "prefix": 4,
            "escape_rate": 5.0 / 7.0,
            "misread": 3,
            "misread_rate_upper_bound": null,
            "first_bytes": null,
            "offenders": null,
            "unreadable": 0,
            "passed_over": {},
        })
    );
}

/// The same messages, however they are divided.
#[test]
fn every_division() {
    let messages: &[&[u8]] = &[JSON, CONTEXT, INTEGER, DAMAGED, MESSAGE_PACK_9E];
    let lines = |encode: &dyn Fn(&[u8]) -> String| -> Vec<u8> {
        messages.iter().flat_map(|message| (encode(message) + "\n\n").into_bytes()).collect()
    };
    let raw = messages.join(&b"\n"[..]);
    let cases: [(&[&str], Vec<u8>, &[u64]); 7] = [
        (&["--delimited"], delimited(messages), &[1, 2, 3]),
        // Here no message holds a line break, and the last line has none.
        (&["--lines"], raw.clone(), &[1, 2, 3]),
        (&["--lines", "--in", "raw"], raw, &[1, 2, 3]),
        (&["--lines", "--in", "hex"], lines(&|message| HEXLOWER.encode(message)), &[2, 4, 6]),
        (
            &["--lines", "--in", "hex"],
            lines(&|message| HEXUPPER.encode(message) + " \r"),
            &[2, 4, 6],
        ),
        (&["--lines", "--in", "base64"], lines(&|message| BASE64.encode(message)), &[2, 4, 6]),
        (
            &["--pcap"],
            pcap(&messages.iter().map(|message| udp(message)).collect::<Vec<_>>()),
            &[1, 2, 3],
        ),
    ];
    for (arguments, input, indices) in cases {
        let output = detect(&[&["--json"], arguments].concat(), &input);
        assert_eq!((output.code, &*output.stderr), (20, ""), "{arguments:?}");
        let report = output.json();
        let bytes: usize = messages.iter().map(|message| message.len()).sum();
        assert_eq!(report["messages"], 5, "{arguments:?}");
        assert_eq!(report["bytes"], bytes, "{arguments:?}");
        assert_eq!(
            report["verdicts"],
            json!({ "bare": 2, "enveloped": 2, "unknown_version": 0, "damaged": 1 })
        );
        let offenders = report["offenders"].as_array().expect("a list");
        for ((offender, index), message) in offenders.iter().zip(indices).zip(&messages[1..]) {
            assert_eq!(offender["source"], "standard input");
            assert_eq!(offender["index"], *index, "{arguments:?}");
            assert_eq!(offender["hex"], HEXLOWER.encode(message));
        }

        // From a file it is the same, but for the name.
        let directory = directory(&format!("division{}", arguments.concat()), &[("input", &input)]);
        let path = directory.join("input");
        let mut from_file = detect(&[&["--json", text(&path)], arguments].concat(), b"").json();
        for offender in from_file["offenders"].as_array_mut().expect("a list") {
            assert_eq!(offender["source"], text(&path));
            offender["source"] = "standard input".into();
        }
        assert_eq!(from_file, report, "{arguments:?}");
    }
}

#[test]
fn empty_lines_are_messages_only_when_raw() {
    for (encoding, messages) in [("raw", 4), ("hex", 2), ("base64", 2)] {
        let output = detect(&["--json", "--lines", "--in", encoding], b"\n0a0b\n\n0c0d\n");
        assert_eq!((output.code, &output.json()["messages"]), (0, &json!(messages)), "{encoding}");
    }
}

/// What a program of another system puts around lines is no part of the messages.
#[test]
fn byte_order_marks_and_carriage_returns_belong_to_no_message() {
    let cases: [(&[&str], &[u8], u64, u64); 6] = [
        // Blank lines are messages when raw: the last two of these four.
        (&["--in", "raw"], b"\xEF\xBB\xBF\x9E\x01\xC1\xDE\0\0\0\0\r\n{}\r\n\r\n\n", 4, 10),
        // No mark but at the beginning, no return but in front of a line break.
        (&["--in", "raw"], b"{\r}\n\xEF\xBB\xBF\n\r", 3, 7),
        (&["--in", "hex"], b"\xEF\xBB\xBF9e01c1de00000000\r\n\r\n7b7d\r\n", 2, 10),
        (&["--in", "base64"], b"\xEF\xBB\xBFngHB3gAAAAA=\r\n\r\ne30=\r\n\n", 2, 10),
        (&["--in", "hex"], b"\xEF\xBB\xBF7b7d", 1, 2),
        (&["--in", "raw"], b"\xEF\xBB", 1, 2),
    ];
    for (arguments, input, messages, bytes) in cases {
        let output = detect(&[&["--json", "--lines"], arguments].concat(), input);
        assert_eq!(output.stderr, "", "{input:?}");
        let report = output.json();
        let counted = (report["messages"].as_u64(), report["bytes"].as_u64());
        assert_eq!(counted, (Some(messages), Some(bytes)), "{input:?}");
        let begins_with_a_frame =
            input.iter().any(|byte| *byte == 0x9E || *byte == b'9' || *byte == b'n');
        assert_eq!(report["misread"] == 1, begins_with_a_frame, "{input:?}");
    }
}

/// A line that is longer than the buffer, with a return at the buffer's end and at the line's.
#[test]
fn long_lines_with_carriage_returns() {
    for len in [65_535, 65_536, 65_537, 200_000] {
        let mut line = vec![b'x'; len];
        line[65_534] = b'\r';
        let report = detect(&["--json", "--lines"], &[&line, &b"\r\n{}\n"[..]].concat()).json();
        assert_eq!((&report["messages"], &report["bytes"]), (&json!(2), &json!(len + 2)), "{len}");
    }
}

#[test]
fn the_report_for_people() {
    let output =
        detect(&["--delimited"], &delimited(&[JSON, DAMAGED, MESSAGE_PACK_9E, CONTEXT, JSON]));
    assert_eq!(output.code, 20);
    let expected = "\
messages                             5
bytes                               80

How a reader would take them
bare                                 3   60.00 %  delivered as they are
enveloped                            1   20.00 %  misread: their front would be cut off
unknown_version                      0       0 %  misread: their front would be cut off
damaged                              1   20.00 %  delivered whole, which does no harm

Faults
carrier_past_end                     1   20.00 %

How they begin
magic byte 9e                        3   60.00 %  8 bytes longer each, once sending is on
whole prefix                         2   40.00 %
9e                                   3   60.00 %
7b {                                 2   40.00 %

The first with the whole prefix, misread ones before damaged ones
standard input, message 4: enveloped, 32 of 32 bytes would be cut off
  9e01c1de010300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7
standard input, message 2: damaged, carrier_past_end, delivered whole
  9e01c1de00000100616263

Would be misread: 1 of 5, 20.00 %; of all messages like these no more than 65.74 %, with 95 % confidence.
";
    assert_eq!(output.text(), expected);
    assert_eq!(output.stderr, "");

    let output = detect(&[], JSON);
    assert_eq!((output.code, &*output.stderr), (0, ""));
    let last = "Would be misread: none of 1; \
        of all messages like these no more than 100.00 %, with 95 % confidence.";
    assert_eq!(output.text().lines().last(), Some(last));
}

/// Against the distribution itself, summed with exact binomial coefficients.
#[test]
fn the_bound_of_the_rate() {
    let cases: [(usize, usize, f64); 9] = [
        (0, 1, 1.0),
        (0, 3, 1.0),
        (0, 1000, 0.003),
        (1, 1, 1.0),
        (1, 2, 0.974_679_4),
        (1, 10, 0.394_163_3),
        (2, 12, 0.438_105_4),
        (10, 100, 0.163_717_6),
        (5000, 5000, 1.0),
    ];
    for (seen, of, bound) in cases {
        let mut messages = vec![JSON; of];
        messages[..seen].fill(INTEGER);
        let report = detect(&["--delimited", "--json"], &delimited(&messages)).json();
        let found = report["misread_rate_upper_bound"].as_f64().expect("a number");
        assert!((found - bound).abs() < 1e-6, "{seen} of {of}: {found}");
    }
}

#[test]
fn offenders_are_the_first_and_those_that_do_harm() {
    let messages = [[DAMAGED; 20], [INTEGER; 20]].concat();
    let input = delimited(&messages);
    for (arguments, indices) in
        [(&[][..], 20..30), (&["--offenders", "2"], 20..22), (&["--offenders", "0"], 0..0)]
    {
        let output = detect(&[&["--delimited", "--json"], arguments].concat(), &input);
        let report = output.json();
        let offenders = report["offenders"].as_array().expect("a list");
        assert_eq!(
            offenders.iter().filter_map(|offender| offender["index"].as_u64()).collect::<Vec<_>>(),
            indices.collect::<Vec<_>>()
        );
        assert_eq!((output.code, &report["misread"]), (20, &json!(20)));
    }
}

#[test]
fn the_cap_on_carriers() {
    let message = [b"\x9E\x01\xC1\xDE\x00\x00\x00\x09", &[0; 20][..]].concat();
    let report = detect(&["--json", "--carrier-cap", "8"], &message).json();
    assert_eq!(report["faults"], json!({ "carrier_above_cap": 1 }));
    assert_eq!(
        (&report["misread"], &report["offenders"][0]["fault"]),
        (&json!(1), &json!("carrier_above_cap"))
    );
    assert_eq!(detect(&["--json", "--carrier-cap", "9"], &message).json()["faults"], json!({}));
}

/// What was read before the end is reported, and so is a message that would be misread.
#[test]
fn a_stream_that_is_cut_off() {
    let whole = delimited(&[JSON, b"abc"]);
    let cut_off =
        |len| format!("glassine: standard input ends within message 3 (at byte 22): {len}\n");
    let cases = [
        (&b"\0\0"[..], cut_off("2 of the 4 bytes of its length are there")),
        (b"\0\0\0\x09", cut_off("0 of its 9 bytes are there")),
        (b"\xFF\xFF\xFF\xFFx", cut_off("1 of its 4294967295 bytes are there")),
        (
            b"\0\0\0\x40 more bytes than are kept of a message, but",
            cut_off("43 of its 64 bytes are there"),
        ),
    ];
    for (end, stderr) in cases {
        let output = detect(&["--delimited", "--json"], &[&whole, end].concat());
        assert_eq!((output.code, &*output.stderr), (1, &*stderr));
        let report = output.json();
        assert_eq!(
            (&report["messages"], &report["bytes"], &report["unreadable"]),
            (&json!(2), &json!(14), &json!(1))
        );
    }
    let output = detect(&["--delimited"], &[&delimited(&[INTEGER]), &b"\0"[..]].concat());
    assert_eq!(output.code, 20);
    assert!(
        output.text().contains("\nunreadable                           1\n"),
        "{}",
        output.text()
    );
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_read() {
    let directory = directory("unreadable", &[("a", JSON), ("b", JSON)]);
    let missing = directory.join("missing");
    let output = detect(&["--json", text(&missing), text(&directory)], b"");
    let stderr = format!(
        "glassine: cannot read {}: No such file or directory (os error 2)\n",
        text(&missing)
    );
    assert_eq!((output.code, &*output.stderr), (1, &*stderr));
    let report = output.json();
    assert_eq!((&report["messages"], &report["unreadable"]), (&json!(2), &json!(1)));

    let output = detect(&["--lines", "--in", "hex", "--json"], b"00\n0x\n000\n");
    let stderr = "\
        glassine: line 2 of standard input is not hexadecimal: a character does not belong \
        there, at byte 1\n\
        glassine: line 3 of standard input is not hexadecimal: the last byte is incomplete, at \
        byte 2\n";
    assert_eq!((output.code, &*output.stderr), (1, stderr));
    let report = output.json();
    assert_eq!((&report["messages"], &report["unreadable"]), (&json!(1), &json!(2)));
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_nobody_or_no_one_else_may_read() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    // Nobody can read this one from its beginning.
    let output = detect(&["/proc/self/mem", "-"], JSON);
    assert_eq!(
        (output.code, &*output.stderr),
        (1, "glassine: cannot read /proc/self/mem: Input/output error (os error 5)\n")
    );

    let directory = directory("forbidden", &[("a", JSON), ("forbidden", JSON), ("closed/b", JSON)]);
    symlink(directory.join("a"), directory.join("link")).expect("a link");
    symlink("/", directory.join("root")).expect("a link");
    for name in ["forbidden", "closed"] {
        fs::set_permissions(directory.join(name), fs::Permissions::from_mode(0o000))
            .expect("permissions");
    }
    let may_read_all = fs::File::open(directory.join("forbidden")).is_ok();
    let output = detect(&["--json", text(&directory)], b"");
    fs::set_permissions(directory.join("closed"), fs::Permissions::from_mode(0o755))
        .expect("permissions");
    let report = output.json();
    let (code, messages, unreadable) = if may_read_all { (0, 3, 0) } else { (1, 1, 2) };
    assert_eq!(
        (output.code, &report["messages"], &report["unreadable"]),
        (code, &json!(messages), &json!(unreadable))
    );
    assert_eq!(output.stderr.matches("Permission denied").count(), unreadable, "{}", output.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_do_not_know_their_length() {
    let report = detect(&["--json", "/proc/self/status"], b"").json();
    assert!(report["bytes"].as_u64().expect("a number") > 500, "{report}");
    let piped = [DAMAGED, &[0; 300]].concat();
    let report = detect(&["--json"], &piped).json();
    assert_eq!((&report["bytes"], &report["verdicts"]["enveloped"]), (&json!(311), &json!(1)));
}

#[test]
fn no_message_is_a_failure() {
    let empty = directory("empty", &[]);
    let cases: [(&[&str], &str); 5] = [
        (&["--lines"], ""),
        (&["--delimited", "--json"], ""),
        (&["--lines", "--in", "base64"], ""),
        (&[text(&empty)], ""),
        (&["--pcap"], "glassine: standard input is neither a pcap nor a pcapng capture\n"),
    ];
    for (arguments, stderr) in cases {
        let output = detect(arguments, b"");
        assert_eq!((output.code, output.text()), (1, ""), "{arguments:?}");
        assert_eq!(output.stderr, format!("{stderr}glassine: no message found\n"));
    }
    // An empty file is an empty message.
    assert_eq!(detect(&[], b"").code, 0);
}

#[test]
fn usage() {
    let cases: [&[&str]; 5] = [
        &["--lines", "--delimited"],
        &["--pcap", "--lines"],
        &["--in", "hex"],
        &["--delimited", "--in", "hex"],
        &["--offenders", "-1"],
    ];
    for arguments in cases {
        let output = detect(arguments, b"");
        assert_eq!((output.code, output.text()), (2, ""), "{arguments:?}");
    }
    let help = detect(&["--help"], b"");
    assert_eq!(help.code, 0);
    let help: Vec<_> = help.text().split_whitespace().collect();
    assert!(
        help.join(" ")
            .contains("Exit codes: 0 no message would be misread, 20 some would; 1 failure")
    );
}

/// Nobody reads the report: the exit code is the answer.
#[test]
fn a_closed_pipe() {
    for (message, code) in [(JSON, 0), (INTEGER, 20)] {
        for arguments in [&["--delimited"][..], &["--delimited", "--json"]] {
            let arguments = [&["detect"], arguments].concat();
            let messages = delimited(&vec![message; 100_000]);
            let mut child = tool::start(&arguments, &[], &messages);
            drop(child.stdout.take());
            let mut stderr = String::new();
            child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
            assert_eq!((child.wait().expect("the tool ends").code(), &*stderr), (Some(code), ""));
        }
    }
}

#[test]
fn names_are_safe_to_print() {
    let directory = directory("names", &[("\u{1b}[2J", INTEGER)]);
    let output = detect(&[text(&directory)], b"");
    assert!(
        !output.text().contains('\u{1b}') && output.text().contains("\\u{1b}[2J"),
        "{}",
        output.text()
    );
    let report = detect(&["--json", text(&directory)], b"");
    assert!(!report.text().contains('\u{1b}'));
    assert_eq!(report.json()["offenders"][0]["source"], text(&directory.join("\u{1b}[2J")));
}
