//! Input and command lines that are wrong, and output that nobody reads.

use std::io::Write;

use crate::messages::{TRACEPARENT, UNSAMPLED, frame};
use crate::tool::{Arguments, Output, command, file, run};

/// Bad input gets one sentence on standard error, and nothing on standard output.
#[test]
fn bad_input_gets_one_sentence() {
    let long_key = format!("{}=1", "k".repeat(256));
    let long_value = format!("b3={}", "v".repeat(65_536));
    let key_rule = "--text-map: a key is 1 to 255 printable ASCII characters, and none of \
        traceparent, tracestate and baggage";
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
        (vec!["wrap", "--thinning", "7"], b"", 2, {
            "--thinning: needs a sampled context, from --traceparent or TRACEPARENT".to_owned()
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

/// A file is named, so that a script over many of them tells which one it was.
#[test]
fn what_is_wrong_with_a_file_is_said_of_the_file() {
    let damaged = frame("9e01c1de00100000", b"hi");
    let path = file("wrong\u{1b}", &damaged);
    let path = path.to_str().expect("a path that is text");
    let name = path.replace('\u{1b}', "\\u{1b}");
    let fault = "reserved bits of the shape are set, at byte 5";
    let not_utf8 = "the text form cannot carry a payload that is not UTF-8, at byte 0";
    let cases: [(Arguments<'_>, i32, &[u8], String); 3] = [
        (&["unwrap"], 0, &damaged, format!("warning: {name}: damaged, delivered whole: {fault}")),
        (&["unwrap", "--channel", "closed"], 1, b"", format!("{name}: {fault}")),
        (&["wrap", "--out", "text"], 1, b"", format!("{name}: {not_utf8}")),
    ];
    for (arguments, code, stdout, sentence) in cases {
        let output = run(&[arguments, &[path]].concat(), b"");
        let stderr = format!("glassine: {sentence}\n");
        assert_eq!(output, Output { code, stdout: stdout.to_vec(), stderr });
    }
}

#[test]
fn the_wrong_command_line_is_exit_code_2() {
    let cases: [Arguments<'_>; 12] = [
        &[],
        &["detonate"],
        // Payloads have no text form.
        &["wrap", "--in", "text"],
        &["unwrap", "--out", "text"],
        &["unwrap", "--in", "octal"],
        &["unwrap", "--carrier-cap", "65536"],
        &["wrap", "--weight", "0"],
        &["wrap", "--thinning", "0"],
        &["wrap", "--unsampled", "--thinning", "7"],
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
