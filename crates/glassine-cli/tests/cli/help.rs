//! Help, and colours.

use crate::messages::everything;
use crate::tool::{Arguments, Environment, run, run_in};

#[test]
fn help_tells_the_exit_codes() {
    let general = [
        "--help",
        "wrap --help",
        "unwrap --help",
        "inspect --help",
        "check --help",
        "vectors --help",
        "conform --help",
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
