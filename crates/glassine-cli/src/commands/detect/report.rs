//! What was found: for people, and as JSON.

use std::collections::BTreeMap;
use std::io::Write;

use glassine::wire::{HEADER_LEN, MAGIC};
use glassine::{FaultKind, Verdict};
use indicatif::HumanCount;
use serde::Serialize;

use crate::commands::detect::bound::upper_bound;
use crate::commands::detect::division::Division;
use crate::commands::detect::tally::{Offender, Tally};
use crate::io::failure::Failure;
use crate::io::output::{screen, write_json};
use crate::show::printable::printable;
use crate::show::style::{FAULT, TITLE};

/// Writes a report for people.
pub(crate) fn write_report(tally: &Tally, division: Division) -> Result<(), Failure> {
    let mut out = screen();
    let row = |name: &str, count: u64| format!("{name:<22} {:>15}", HumanCount(count).to_string());
    let share = |count| format!("{:>9}", percent(tally.share(count)));

    writeln!(out, "{}", row("messages", tally.messages))?;
    writeln!(out, "{}", row("bytes", tally.bytes))?;
    if tally.unreadable > 0 {
        writeln!(out, "{}", row("unreadable", tally.unreadable))?;
    }
    if !tally.passed_over.is_empty() {
        writeln!(out, "\n{TITLE}Passed over{TITLE:#}")?;
    }
    for (reason, count) in tally.passed_over.counts() {
        writeln!(out, "{}", row(&reason, count))?;
    }

    writeln!(out, "\n{TITLE}How a reader would take them{TITLE:#}")?;
    for (verdict, count) in &tally.verdicts {
        let meaning = match verdict {
            Verdict::Bare => "delivered as they are",
            Verdict::Damaged => "delivered whole, which does no harm",
            _ => "misread: their front would be cut off",
        };
        writeln!(out, "{} {}  {meaning}", row(verdict.name(), *count), share(*count))?;
    }
    if !tally.faults.is_empty() {
        writeln!(out, "\n{TITLE}Faults{TITLE:#}")?;
    }
    for (fault, count) in &tally.faults {
        writeln!(out, "{} {}", row(fault.name(), *count), share(*count))?;
    }

    writeln!(out, "\n{TITLE}How they begin{TITLE:#}")?;
    let magic = format!("magic byte {MAGIC:02x}");
    let escape = format!("{HEADER_LEN} bytes longer each, once sending is on");
    writeln!(out, "{} {}  {escape}", row(&magic, tally.magic), share(tally.magic))?;
    writeln!(out, "{} {}", row("whole prefix", tally.prefix), share(tally.prefix))?;
    for (byte, count) in most_frequent(&tally.first_bytes) {
        let name = match byte {
            b'!'..=b'~' => format!("{byte:02x} {}", char::from(byte)),
            _ => format!("{byte:02x}"),
        };
        writeln!(out, "{} {}", row(&name, count), share(count))?;
    }

    if tally.offenders().next().is_some() {
        writeln!(
            out,
            "\n{TITLE}The first with the whole prefix, misread ones before damaged ones{TITLE:#}"
        )?;
    }
    for offender in tally.offenders() {
        write_offender(&mut out, offender, division)?;
    }

    let bound = percent(upper_bound(tally.misread, tally.messages));
    let (misread, messages) = (HumanCount(tally.misread), HumanCount(tally.messages));
    match tally.misread {
        0 => write!(out, "\n{TITLE}Would be misread: none of {messages}{TITLE:#}")?,
        _ => {
            let rate = percent(tally.share(tally.misread));
            write!(out, "\n{FAULT}Would be misread: {misread} of {messages}{FAULT:#}, {rate}")?;
        }
    }
    Ok(writeln!(out, "; of all messages like these no more than {bound}, with 95 % confidence.")?)
}

fn write_offender(
    out: &mut impl Write,
    offender: &Offender,
    division: Division,
) -> Result<(), Failure> {
    let Offender { source, index, len, verdict, fault, hex, cut } = offender;
    let source = printable(source.as_bytes());
    let place = division.unit().map_or(String::new(), |unit| format!(", {unit} {}", index + 1));
    let fault = fault.map_or(String::new(), |fault| format!(", {fault}"));
    let harm = if *cut == 0 {
        "delivered whole".to_owned()
    } else {
        format!("{cut} of {len} bytes would be cut off")
    };
    writeln!(out, "{source}{place}: {verdict}{fault}, {harm}")?;
    Ok(writeln!(out, "  {hex}{}", if hex.len() as u64 / 2 < *len { "…" } else { "" })?)
}

/// The report as one JSON object, on one line.
pub(crate) fn write_json_report(tally: &Tally) -> Result<(), Failure> {
    write_json(&Report {
        messages: tally.messages,
        bytes: tally.bytes,
        verdicts: tally.verdicts.iter().map(|(verdict, count)| (verdict.name(), *count)).collect(),
        faults: tally
            .faults
            .iter()
            .map(|(fault, count)| (FaultKind::name(*fault), *count))
            .collect(),
        magic: tally.magic,
        prefix: tally.prefix,
        escape_rate: tally.share(tally.magic),
        misread: tally.misread,
        misread_rate_upper_bound: upper_bound(tally.misread, tally.messages),
        first_bytes: &tally.first_bytes,
        offenders: tally.offenders().collect(),
        unreadable: tally.unreadable,
        passed_over: tally.passed_over.counts().collect(),
    })
}

#[derive(Serialize)]
struct Report<'a> {
    messages: u64,
    bytes: u64,
    verdicts: BTreeMap<&'static str, u64>,
    faults: BTreeMap<&'static str, u64>,
    magic: u64,
    prefix: u64,
    escape_rate: f64,
    misread: u64,
    misread_rate_upper_bound: f64,
    first_bytes: &'a [u64],
    offenders: Vec<&'a Offender>,
    unreadable: u64,
    passed_over: BTreeMap<String, u64>,
}

/// First bytes and their counts, the most frequent first.
fn most_frequent(first_bytes: &[u64; 256]) -> Vec<(u8, u64)> {
    let mut counts: Vec<_> =
        (0..=u8::MAX).zip(*first_bytes).filter(|(_, count)| *count > 0).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(FIRST_BYTES);
    counts
}

/// At least two decimals, and for small rates two digits that are not 0.
fn percent(rate: f64) -> String {
    let percent = rate * 100.0;
    if percent == 0.0 {
        return "0 %".to_owned();
    }
    let decimals = (1.0 - percent.log10().floor()).max(2.0) as usize;
    format!("{percent:.decimals$} %")
}

/// First bytes that are shown.
const FIRST_BYTES: usize = 8;
