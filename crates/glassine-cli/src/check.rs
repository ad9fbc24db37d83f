//! `glassine check`: the verdict as an exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use glassine::Verdict;

use crate::args::Check;
use crate::failure::Failure;
use crate::summary::summary;

pub(crate) fn run(args: &Check) -> Result<ExitCode, Failure> {
    let bytes = args.input.read()?;
    let received = args.input.received(&bytes);
    if args.verbose {
        match writeln!(io::stdout(), "{}", summary(&received)).map_err(Failure::from) {
            // The exit code is the answer, whoever reads the line.
            Ok(()) | Err(Failure::ClosedPipe) => {}
            Err(failure) => return Err(failure),
        }
    }
    match received.message().verdict() {
        Verdict::Enveloped => Ok(ExitCode::SUCCESS),
        Verdict::Bare => Ok(ExitCode::from(10)),
        Verdict::Damaged => Ok(ExitCode::from(11)),
        Verdict::UnknownVersion => Ok(ExitCode::from(12)),
        verdict => Err(Failure::Failed(format!("no exit code stands for {}", verdict.name()))),
    }
}
