//! `glassine check`: the verdict as an exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use glassine::Verdict;

use crate::io::failure::Failure;
use crate::io::input::MessageInput;
use crate::show::summary::summary;

/// Say by the exit code what a message is
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes: 0 enveloped, 10 bare, 11 damaged, 12 unknown version; 1 failure, 2 usage.")]
pub(crate) struct Check {
    #[command(flatten)]
    input: MessageInput,

    /// Print one line that says it in words
    #[arg(long, short)]
    verbose: bool,
}

impl Check {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let bytes = self.input.read()?;
        let reading = self.input.reading(&bytes);
        if self.verbose {
            let written = writeln!(io::stdout(), "{}", summary(&reading));
            // The exit code is the answer, whoever reads the line.
            Failure::unless_closed(written.map_err(Failure::from))?;
        }
        match reading.as_reading().verdict() {
            Verdict::Enveloped => Ok(ExitCode::SUCCESS),
            Verdict::Bare => Ok(ExitCode::from(10)),
            Verdict::Damaged => Ok(ExitCode::from(11)),
            Verdict::UnknownVersion => Ok(ExitCode::from(12)),
            verdict => Err(Failure::Failed(format!("no exit code stands for {}", verdict.name()))),
        }
    }
}
