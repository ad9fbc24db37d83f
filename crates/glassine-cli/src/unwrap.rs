//! `glassine unwrap`: the payload, and nothing else.

use std::process::ExitCode;

use glassine::Verdict;

use crate::args::Unwrap;
use crate::failure::{Failure, warn};
use crate::output::write_bytes;
use crate::received::Received;

pub(crate) fn run(args: &Unwrap) -> Result<ExitCode, Failure> {
    let bytes = args.input.read()?;
    let received = Received::of_mode(args.input.cap.reader(), args.input.form, args.mode, &bytes);
    let received = received.map_err(|fault| Failure::Failed(fault.to_string()))?;
    if let Some(fault) = received.message().fault() {
        match received.message().verdict() {
            Verdict::Damaged => warn(format_args!("damaged, delivered whole: {fault}")),
            _ => warn(format_args!("{fault}; the payload is unharmed")),
        }
    }
    write_bytes(received.payload().to_vec(), args.encoding)?;
    Ok(ExitCode::SUCCESS)
}
