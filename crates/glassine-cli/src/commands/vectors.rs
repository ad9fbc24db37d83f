//! `glassine vectors`: the library against the machine-readable examples
//! (`spec/vectors/README.md`).

pub(crate) mod difference;
pub(crate) mod file;
mod hex;
mod kind;
mod lists;
mod policy;
mod read;
mod thinning;
mod traceparent;
mod write;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::commands::vectors::file::verify;
use crate::io::failure::{Failure, say};
use crate::show::printable::printable_path;

/// Verify vector files against this program
///
/// Prints a line for each vector that disagrees, with what differs, and a summary. A JSON Schema
/// among the files is passed over, so that `spec/vectors/*.json` may be given. Of a file whose name
/// ends in `.jsonl`, each line is a vector.
#[derive(clap::Args)]
#[command(after_help = "\
Exit codes: 0 all vectors passed, 1 a vector failed, a file is wrong or there are no vectors, \
2 usage.")]
pub(crate) struct Vectors {
    /// The vector files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Vectors {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let (mut passed, mut failed) = (0, 0);
        let mut all_good = true;
        for path in &self.files {
            let result = verify(path, |vector, differences| {
                if differences.is_empty() {
                    passed += 1;
                    return Ok(());
                }
                failed += 1;
                let differences = differences.join("; ");
                print(&format!("{}: {vector}: {differences}", printable_path(path)))
            });
            match result {
                Err(Failure::Failed(sentence)) => {
                    say(sentence);
                    all_good = false;
                }
                other => other?,
            }
        }
        let all = passed + failed;
        print(&format!("{all} vectors: {passed} passed, {failed} failed"))?;
        Ok(if all_good && failed == 0 && all > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// One line. The exit code is still the answer where nobody reads it.
fn print(line: &str) -> Result<(), Failure> {
    Failure::unless_closed(writeln!(io::stdout(), "{line}").map_err(Failure::from))
}
