//! The tool, started as a user starts it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

pub(crate) type Arguments<'a> = &'a [&'a str];
pub(crate) type Environment<'a> = &'a [(&'a str, &'a str)];

/// What the tool said, and its exit code.
#[derive(Debug, PartialEq)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Output {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("the output is text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.text()).expect("the output is one JSON value")
    }
}

/// The tool, without what this test's own environment says.
pub(crate) fn command(arguments: Arguments<'_>, environment: Environment<'_>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassine"));
    for name in ["TRACEPARENT", "TRACESTATE", "BAGGAGE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(environment.iter().copied());
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn start(arguments: Arguments<'_>, environment: Environment<'_>, input: &[u8]) -> Child {
    let mut child = command(arguments, environment).spawn().expect("the tool starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A tool that ends early does not read all of it.
    thread::spawn(move || stdin.write_all(&input));
    child
}

pub(crate) fn run_in(
    environment: Environment<'_>,
    arguments: Arguments<'_>,
    input: &[u8],
) -> Output {
    let output = start(arguments, environment, input).wait_with_output().expect("the tool ends");
    let stderr = String::from_utf8(output.stderr).expect("messages are text");
    Output { code: output.status.code().expect("no signal"), stdout: output.stdout, stderr }
}

pub(crate) fn run(arguments: Arguments<'_>, input: &[u8]) -> Output {
    run_in(&[], arguments, input)
}

pub(crate) fn silent(code: i32, stdout: &[u8]) -> Output {
    Output { code, stdout: stdout.to_vec(), stderr: String::new() }
}

/// A file for one test, with this content.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("a temporary file");
    path
}
