//! `glassine unwrap`: the payload, and nothing else.

use std::process::ExitCode;

use glassine::Verdict;

use crate::args::{Channel, Unwrap};
use crate::failure::{Failure, warn};
use crate::output::write_bytes;

pub(crate) fn run(args: &Unwrap) -> Result<ExitCode, Failure> {
    let bytes = args.input.read()?;
    let reader = args.cap.reader();
    let message = match args.channel {
        Channel::Mixed => Ok(reader.read(&bytes)),
        Channel::Closed => reader.read_closed(&bytes),
        Channel::Always => reader.read_always(&bytes),
    };
    let message = message.map_err(|fault| Failure::Failed(fault.to_string()))?;
    if let Some(fault) = message.fault() {
        match message.verdict() {
            Verdict::Damaged => warn(format_args!("damaged, delivered whole: {fault}")),
            _ => warn(format_args!("{fault}; the payload is unharmed")),
        }
    }
    write_bytes(message.payload().to_vec(), args.output.encoding)?;
    Ok(ExitCode::SUCCESS)
}
