//! The command-line tool: wraps, unwraps, inspects, checks and counts messages, and verifies
//! vectors.
//!
//! `glassine help` says what each command does. Nothing of the format is known here but names and
//! spellings: everything goes through the library.
#![forbid(unsafe_code)]

mod args;
mod baggage;
mod check;
mod detect;
mod dump;
mod encoding;
mod failure;
mod form;
mod input;
mod inspect;
mod layout;
mod output;
mod printable;
mod reading;
mod received;
mod style;
mod summary;
mod tree;
mod unwrap;
mod vectors;
mod words;
mod wrap;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and usage go to pipes that may be closed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::USAGE));
        }
    };
    run(args).unwrap_or_else(Failure::report)
}

fn run(args: Args) -> Result<ExitCode, Failure> {
    anstream::ColorChoice::from(args.color).write_global();
    match args.command {
        Command::Wrap(wrap) => wrap::run(&wrap),
        Command::Unwrap(unwrap) => unwrap::run(&unwrap),
        Command::Inspect(inspect) => inspect::run(&inspect),
        Command::Check(check) => check::run(&check),
        Command::Detect(detect) => detect::run(&detect),
        Command::Vectors(vectors) => vectors::run(&vectors),
    }
}
