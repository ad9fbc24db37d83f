//! The command line, and a file for each command: its arguments, its help, and what it does.
//!
//! A new command is a file here, a variant of [`Command`] and its line in [`Args::run`].

mod check;
mod conform;
mod detect;
mod inspect;
mod unwrap;
mod vectors;
mod wrap;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::check::Check;
use crate::commands::conform::Conform;
use crate::commands::detect::Detect;
use crate::commands::inspect::Inspect;
use crate::commands::unwrap::Unwrap;
use crate::commands::vectors::Vectors;
use crate::commands::wrap::Wrap;
use crate::io::failure::Failure;

/// Put a trace context around messages, take it off again, and look inside
#[derive(Parser)]
#[command(name = "glassine", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,

    /// Whether to use colours; `auto` also obeys the variable NO_COLOR
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    #[arg(display_order = LAST)]
    color: Color,
}

#[derive(Subcommand)]
enum Command {
    Wrap(Wrap),
    Unwrap(Unwrap),
    Inspect(Inspect),
    Check(Check),
    Detect(Detect),
    Vectors(Vectors),
    Conform(Conform),
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Args {
    /// Does what the command line says, and gives the exit code.
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        anstream::ColorChoice::from(self.color).write_global();
        match self.command {
            Command::Wrap(wrap) => wrap.run(),
            Command::Unwrap(unwrap) => unwrap.run(),
            Command::Inspect(inspect) => inspect.run(),
            Command::Check(check) => check.run(),
            Command::Detect(detect) => detect.run(),
            Command::Vectors(vectors) => vectors.run(),
            Command::Conform(conform) => conform.run(),
        }
    }
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// Behind the options of the command, in front of the help option.
const LAST: usize = 100;

const AFTER_HELP: &str = "\
Examples:
  export TRACEPARENT=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
  glassine wrap order.json > order.frame
  glassine inspect order.frame
  glassine unwrap order.frame

Exit codes: 0 success, 1 failure, 2 usage; `check` has its own: 0 enveloped, 10 bare, 11 damaged,
12 unknown version; so has `detect`: 0 no message would be misread, 20 some would. A closed pipe is
no failure.";
