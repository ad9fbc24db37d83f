//! `glassine inspect`: what a message is made of.

use std::io::Write;
use std::process::ExitCode;

use crate::args::Inspect;
use crate::dump::write_dump;
use crate::failure::Failure;
use crate::output::{screen, write_json};
use crate::reading::Reading;
use crate::received::Received;
use crate::summary::summary;
use crate::tree::write_tree;

pub(crate) fn run(args: &Inspect) -> Result<ExitCode, Failure> {
    if !args.lines {
        let bytes = args.input.read()?;
        show(args, &args.input.received(&bytes))?;
        return Ok(ExitCode::SUCCESS);
    }
    let all_good = args.input.for_each_line(|line| show(args, &args.input.received(line)))?;
    Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(args: &Inspect, received: &Received<'_>) -> Result<(), Failure> {
    if args.json {
        let reading = if args.show_baggage {
            Reading::new(received)
        } else {
            Reading::without_baggage_values(received)
        };
        return write_json(&reading);
    }
    let mut screen = screen();
    if args.lines {
        return Ok(writeln!(screen, "{}", summary(received))?);
    }
    write_dump(&mut screen, received, args.show_baggage)?;
    writeln!(screen)?;
    Ok(write_tree(&mut screen, received, args.show_baggage)?)
}
