//! `glassine inspect`: what a message is made of.

use std::io::Write;
use std::process::ExitCode;

use crate::io::failure::Failure;
use crate::io::input::MessageInput;
use crate::io::output::{screen, write_json};
use crate::message::any_reading::AnyReading;
use crate::show::dump::write_dump;
use crate::show::json::ReadingJson;
use crate::show::summary::summary;
use crate::show::tree::write_tree;

/// Show what a message is made of: every byte, every field, every fault
///
/// Baggage values are hidden unless they are asked for, and so are the bytes of carriers that
/// cannot be read, which may hold some. Payloads are shown, and a damaged message is its own
/// payload. Text from the message is shown with control characters escaped.
///
/// With `--in text`, the parts of the text come first, then header and carrier as they are decoded.
/// Offsets of fields and of faults in the carrier count in the decoded bytes, all others in the
/// text.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Inspect {
    #[command(flatten)]
    input: MessageInput,

    /// Print one JSON object, on one line, for each message
    #[arg(long)]
    json: bool,

    /// Read one message a line, and print one line for each, also for empty ones. A byte order mark
    /// at the beginning, and carriage returns in front of line breaks, belong to no message
    #[arg(long)]
    lines: bool,

    /// Show baggage values
    #[arg(long)]
    show_baggage: bool,
}

impl Inspect {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        if !self.lines {
            let bytes = self.input.read()?;
            self.show(&self.input.reading(&bytes))?;
            return Ok(ExitCode::SUCCESS);
        }
        let all_good = self.input.for_each_line(|line| self.show(&self.input.reading(line)))?;
        Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn show(&self, reading: &AnyReading<'_>) -> Result<(), Failure> {
        if self.json {
            let json = if self.show_baggage {
                ReadingJson::new(reading)
            } else {
                ReadingJson::without_baggage_values(reading)
            };
            return write_json(&json);
        }
        let mut screen = screen();
        if self.lines {
            return Ok(writeln!(screen, "{}", summary(reading))?);
        }
        write_dump(&mut screen, reading, self.show_baggage)?;
        writeln!(screen)?;
        Ok(write_tree(&mut screen, reading, self.show_baggage)?)
    }
}

const AFTER_HELP: &str = "\
Examples:
  glassine inspect order.frame
  glassine inspect --json order.frame | jq .trace_id
  glassine inspect --lines --in hex --json frames.txt
  glassine inspect --in text notification.txt

The keys of --json are those of a vector's `reading`; see spec/vectors/README.md.

Exit codes: 0 success (whatever the message is), 1 failure, 2 usage.";
