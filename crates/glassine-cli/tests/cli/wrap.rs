//! `glassine wrap`.

use data_encoding::HEXLOWER;

use crate::messages::{
    CONTEXT, ESCAPE, JSON, MARKER, MESSAGE_PACK, MESSAGE_PACK_9E, TEXT_CONTEXT, TEXT_ESCAPE,
    TEXT_MARKER, TRACEPARENT, UNSAMPLED,
};
use crate::tool::{Arguments, Environment, Output, run, run_in, silent};

#[test]
fn what_wrap_writes() {
    let counts = "0400040000000a06000400000064";
    let cases: [(Arguments<'_>, &[u8], String); 10] = [
        (&[], JSON, HEXLOWER.encode(JSON)),
        (&[], MESSAGE_PACK, HEXLOWER.encode(MESSAGE_PACK)),
        (&[], MESSAGE_PACK_9E, format!("{ESCAPE}{}", HEXLOWER.encode(MESSAGE_PACK_9E))),
        (&[], b"", String::new()),
        (&["--traceparent", TRACEPARENT], b"hi", format!("{CONTEXT}6869")),
        (
            &["--traceparent", TRACEPARENT, "--thinning", "100", "--weight", "10"],
            b"hi",
            format!("9e01c1de01030026{}{counts}6869", &CONTEXT[16..]),
        ),
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
    let cases: [(Environment<'_>, Arguments<'_>, &str, &str); 8] = [
        (
            &[
                ("TRACEPARENT", "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                ("TRACESTATE", "a=b"),
            ],
            &[],
            "",
            "TRACEPARENT: not a lower-case hexadecimal digit, at byte 4 ('B'); going on without \
             a context",
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
            "TRACESTATE: the text is empty or has characters other than printable ASCII; going \
             on without it",
        ),
        (
            &[("BAGGAGE", "käse=1")],
            &[],
            "",
            "BAGGAGE: the text is empty or has characters other than printable ASCII; going on \
             without it",
        ),
        (
            &[("TRACEPARENT", UNSAMPLED)],
            &["--weight", "7"],
            "9e01c1de000300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7",
            "--weight needs a sampled context, which TRACEPARENT is not; going on without a weight",
        ),
        (
            &[("TRACEPARENT", UNSAMPLED)],
            &["--thinning", "7"],
            "9e01c1de000300184bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b7",
            "--thinning needs a sampled context, which TRACEPARENT is not; going on without a \
             thinning",
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
