//! Why a command ends early, and what it says then: one sentence and an exit code.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Whoever reads the output wants no more of it. Not an error.
    ClosedPipe,
    /// Something that was read or is to be written stands against it.
    Failed(String),
    /// The command line asks for what is not possible.
    Usage(String),
}

impl Failure {
    /// Says it on standard error and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::ClosedPipe => ExitCode::SUCCESS,
            Self::Failed(sentence) => {
                say(sentence);
                ExitCode::FAILURE
            }
            Self::Usage(sentence) => {
                say(sentence);
                ExitCode::from(USAGE)
            }
        }
    }

    /// Forgives a closed pipe, where the exit code is the answer whoever reads what was written.
    pub(crate) fn unless_closed(written: Result<(), Self>) -> Result<(), Self> {
        match written {
            Err(Self::ClosedPipe) => Ok(()),
            other => other,
        }
    }
}

/// Errors of writing to standard output; those of reading are told where they occur, with the name
/// of what was read.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Failed(format!("cannot write to standard output: {error}")),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::from(io::Error::from(error))
    }
}

/// One line on standard error. Nobody is left to tell if that is closed.
pub(crate) fn say(sentence: impl Display) {
    let _ = writeln!(io::stderr(), "glassine: {sentence}");
}

/// A line about something that did not stop the command.
pub(crate) fn warn(sentence: impl Display) {
    say(format_args!("warning: {sentence}"));
}

/// The exit code of a command line that cannot be followed, the same as the argument parser's.
pub(crate) const USAGE: u8 = 2;
