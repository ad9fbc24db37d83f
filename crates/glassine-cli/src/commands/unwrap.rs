//! `glassine unwrap`: the payload, and nothing else.

use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use glassine::{Mode, Verdict};

use crate::io::failure::{Failure, warn};
use crate::io::input::MessageInput;
use crate::io::output::write_bytes;
use crate::message::encoding::Encoding;

/// Write a message's payload to standard output, and nothing else
///
/// A bare message is its own payload. A damaged message is delivered whole, with its fault on
/// standard error: tracing never loses a message, so the exit code is 0.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Unwrap {
    #[command(flatten)]
    input: MessageInput,

    /// How to write the payload
    #[arg(id = "out", long, value_enum, value_name = "ENCODING", default_value_t = Encoding::Raw)]
    encoding: Encoding,

    /// How the channel is run that the message comes from
    #[arg(long = "channel", value_name = "WAY", default_value = "mixed", value_parser = mode())]
    mode: Mode,
}

impl Unwrap {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let bytes = self.input.read()?;
        let reading = self.input.reading(&bytes).require(self.mode);
        let reading = reading.map_err(|fault| Failure::Failed(self.input.about(fault)))?;
        if let Some(fault) = reading.fault() {
            warn(self.input.about(match reading.as_reading().verdict() {
                Verdict::Damaged => format!("damaged, delivered whole: {fault}"),
                _ => format!("{fault}; the payload is unharmed"),
            }));
        }
        write_bytes(reading.payload().to_vec(), self.encoding)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The modes of a channel, each with its help.
fn mode() -> impl TypedValueParser<Value = Mode> {
    PossibleValuesParser::new([
        PossibleValue::new("mixed").help("Old senders still exist: whatever is no frame is bare"),
        PossibleValue::new("closed").help(
            "Every sender escapes: what begins with 9E, in text form with `~glassine;`, \
             and is no frame is an error",
        ),
        PossibleValue::new("always")
            .help("Every sender wraps every message: whatever is no frame is an error"),
    ])
    .map(|name| match name.as_str() {
        "closed" => Mode::Closed,
        "always" => Mode::Always,
        _ => Mode::Mixed,
    })
}

const AFTER_HELP: &str = "\
Examples:
  glassine unwrap order.frame > order.json
  redis-cli -D '' get job:7 | glassine unwrap --channel closed
  glassine unwrap --in text notification.txt

Exit codes: 0 success (also for a damaged message in a mixed channel), 1 failure, 2 usage.";
