//! The command-line tool: wraps, unwraps, inspects, checks and counts messages, and verifies
//! vectors.
//!
//! `glassine help` says what each command does. Nothing of the format is known here but names and
//! spellings: everything goes through the library. `commands` uses all other modules, `io` uses
//! `show` and `message`, and `show` uses `message`.
#![forbid(unsafe_code)]

mod commands;
mod io;
mod message;
mod show;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Args;
use crate::io::failure::{self, Failure};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and usage go to pipes that may be closed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::USAGE));
        }
    };
    args.run().unwrap_or_else(Failure::report)
}
