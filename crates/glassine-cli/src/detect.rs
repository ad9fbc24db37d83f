//! `glassine detect`: the dry run before a rollout. How a reader would take the messages of today.

mod bound;
mod capture;
mod front;
mod progress;
mod report;
mod sources;
mod tally;

use std::fs;
use std::process::ExitCode;

use crate::args::Detect;
use crate::detect::progress::Progress;
use crate::detect::report::{write_json_report, write_report};
use crate::detect::sources::{Division, Sources, is_standard_input};
use crate::detect::tally::Tally;
use crate::failure::Failure;

pub(crate) fn run(args: &Detect) -> Result<ExitCode, Failure> {
    let progress = if args.quiet { Progress::none() } else { Progress::new(total(args)) };
    let mut tally = Tally::new(args.cap.reader(), args.offenders);
    Sources::new(args, &progress, &mut tally).read();
    progress.end();

    if tally.messages == 0 {
        return Err(Failure::Failed("no message found".to_owned()));
    }
    let written = if args.json {
        write_json_report(&tally)
    } else {
        write_report(&tally, Division::new(args))
    };
    match written {
        // The exit code is the answer, whoever reads the report.
        Ok(()) | Err(Failure::ClosedPipe) => {}
        Err(failure) => return Err(failure),
    }
    // What could not be read cannot take back what was found, but without a find it leaves the
    // question open.
    Ok(match (tally.misread, tally.unreadable) {
        (1.., _) => ExitCode::from(MISREAD),
        (0, 1..) => ExitCode::FAILURE,
        (0, 0) => ExitCode::SUCCESS,
    })
}

/// How many bytes there are to read, where that can be known before.
fn total(args: &Detect) -> Option<u64> {
    let len =
        |path| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
    let paths = || args.paths.iter();
    let is_known = !args.paths.is_empty() && !paths().any(|path| is_standard_input(path));
    if is_known { paths().map(len).sum() } else { None }
}

/// The exit code if a message would be read as a frame.
const MISREAD: u8 = 20;
