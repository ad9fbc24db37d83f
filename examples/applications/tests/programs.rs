//! The programs run to their ends, and print what the README says.

use std::process::Command;

#[test]
fn fleet() {
    assert_runs(env!("CARGO_BIN_EXE_fleet"), "== ");
}

#[test]
fn ractor() {
    assert_runs(env!("CARGO_BIN_EXE_ractor"), "trace bfc84610");
}

#[test]
fn kameo() {
    assert_runs(env!("CARGO_BIN_EXE_kameo"), "trace bfc84610");
}

#[test]
fn actix() {
    assert_runs(env!("CARGO_BIN_EXE_actix"), "trace bfc84610");
}

/// Ids are seeded: what is printed is the same in every run. The README shows parts of it, with an
/// empty line between two.
fn assert_runs(program: &str, begins: &str) {
    let output = Command::new(program).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let shown = include_str!("../README.md")
        .split("```text\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    let shown: Vec<_> = shown.filter(|shown| shown.starts_with(begins)).collect();
    assert!(!shown.is_empty(), "the README shows nothing of {program}");
    for part in shown.iter().flat_map(|shown| shown.split("\n\n")) {
        assert!(printed.contains(part), "printed is\n{printed}and not\n{part}");
    }
}
