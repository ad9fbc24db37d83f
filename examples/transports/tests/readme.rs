//! The table of the README is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

struct Row<'a> {
    command: &'a str,
    file: &'a str,
    lines: usize,
    tested_with: &'a str,
}

/// Runs the program that the tests run.
const RUN: &str = "cargo run -p glassine-transports -- ";

fn rows() -> Vec<Row<'static>> {
    let rows: Vec<_> = include_str!("../README.md")
        .lines()
        .filter(|line| line.contains("](src/"))
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let [_, _, command, file, lines, tested_with, _] = cells[..] else { panic!("{line}") };
            let (_, file) = file.split_once("](").unwrap();
            let command = command.trim_matches('`').strip_prefix(RUN).expect(line);
            let file = file.trim_end_matches(')');
            Row { command, file, lines: lines.parse().unwrap(), tested_with }
        })
        .collect();
    assert!(!rows.is_empty());
    rows
}

#[test]
fn an_example_has_as_many_lines_as_it_says() {
    for Row { file, lines, .. } in rows() {
        let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        assert_eq!(lines_of(&source), lines, "{file}");
    }
    assert_eq!(lines_of("// no\n\nyes\n    /// no\n    yes // yes\n"), 2, "the control");
}

fn lines_of(source: &str) -> usize {
    let counts = |line: &&str| !line.is_empty() && !line.starts_with("//");
    source.lines().map(str::trim).filter(counts).count()
}

/// Every file of a transport is in a row, and no other.
#[test]
fn every_example_has_a_row() {
    let transports = include_str!("../src/lib.rs").split("pub mod telemetry;").nth(1).unwrap();
    let (transports, _) = transports.split_once("///").unwrap();
    let modules = transports.lines().filter_map(|line| line.strip_prefix("pub mod "));
    let files: BTreeSet<_> =
        modules.map(|module| format!("src/{}.rs", module.trim_end_matches(';'))).collect();
    assert_eq!(rows().iter().map(|row| row.file.to_owned()).collect::<BTreeSet<_>>(), files);
}

#[test]
fn every_command_runs() {
    let mut has_run = 0;
    for Row { command, tested_with, .. } in rows() {
        let needs_server = ["Debian", "kinesalite"].iter().any(|name| tested_with.contains(name));
        let is_missing = needs_server && !has_servers();
        if is_missing {
            eprintln!("{command}: not run, a server is missing: examples/transports/install");
            continue;
        }
        let output =
            Command::new(env!("CARGO_BIN_EXE_glassine-transports")).arg(command).output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{command}: {stderr}");
        assert_eq!(stdout.matches(" below ").count(), 1, "{command}: {stdout}");
        assert!(!stdout.contains("not what was sent"), "{command}: {stdout}");
        has_run += 1;
    }
    assert!(has_run > 0);
}

/// In CI they are there, or another test fails.
fn has_servers() -> bool {
    cfg!(all(has_chromium, has_kinesalite, has_mosquitto, has_postgresql, has_rabbitmq, has_redis))
}

/// A name that is not there is an error that says where the names are.
#[test]
fn an_unknown_transport_is_an_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_glassine-transports")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("README.md"));
}
