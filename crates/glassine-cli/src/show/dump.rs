//! The bytes of a message, with what they mean beside them.

use std::io::{self, Write};

use data_encoding::HEXLOWER;
use glassine::Fault;

use crate::message::any_reading::AnyReading;
use crate::show::layout::{Part, Shows, parts, text_parts};
use crate::show::style::{FAULT, LENGTH, TITLE};
use crate::show::words::counted;

/// Writes every part of the message: long ones abbreviated, hidden ones as their length. What a
/// text form encodes follows it, with offsets of its own.
pub(crate) fn write_dump(
    out: &mut impl Write,
    any: &AnyReading<'_>,
    show_baggage: bool,
) -> io::Result<()> {
    let reading = any.as_reading();
    let parts = parts(reading, show_baggage);
    let carrier_faults = reading.carrier().faults();
    match any {
        AnyReading::Binary(_) => write_parts(
            out,
            &parts,
            reading.as_bytes(),
            any.fault().into_iter().chain(carrier_faults).collect(),
        ),
        AnyReading::Text { text, .. } => {
            let bytes = text.as_bytes();
            let shows_all = parts.iter().all(|part| part.shows != Shows::Nothing);
            let text_parts = text_parts(*text, shows_all);
            write_parts(out, &text_parts, bytes, any.fault().into_iter().collect())?;
            if reading.version().is_none() {
                return Ok(());
            }
            writeln!(out, "\n{TITLE}header and carrier, decoded{TITLE:#}")?;
            write_parts(out, &parts, reading.as_bytes(), carrier_faults.collect())
        }
    }
}

fn write_parts(
    out: &mut impl Write,
    parts: &[Part],
    bytes: &[u8],
    mut faults: Vec<Fault>,
) -> io::Result<()> {
    for part in parts {
        let (here, elsewhere) =
            faults.into_iter().partition(|fault| part.range.contains(&fault.offset()));
        faults = elsewhere;
        write_part(out, part, bytes.get(part.range.clone()).unwrap_or_default(), &here)?;
    }
    if !faults.is_empty() || bytes.is_empty() {
        let range = bytes.len()..bytes.len();
        let end = Part {
            range,
            meaning: "end of message".to_owned(),
            style: LENGTH,
            shows: Shows::Bytes,
        };
        write_part(out, &end, &[], &faults)?;
    }
    Ok(())
}

/// The part's bytes in rows, with its meaning and its faults beside the first.
fn write_part(out: &mut impl Write, part: &Part, bytes: &[u8], faults: &[Fault]) -> io::Result<()> {
    let style = part.style;
    let is_hidden = part.shows == Shows::Nothing;
    let shown = if is_hidden { &[] } else { bytes.get(..LONGEST).unwrap_or(bytes) };
    let (first, rest) = shown.split_at(shown.len().min(PER_ROW));

    write!(out, "{:>6}  {style}{:<HEX_WIDTH$}{style:#}  ", part.range.start, hex(first))?;
    write!(out, "{}{style}{}{style:#}", text(first, part), part.meaning)?;
    if is_hidden {
        write!(out, " (hidden; see --show-baggage)")?;
    }
    for fault in faults {
        write!(out, "  {FAULT}<- {}{FAULT:#}", fault.kind().name())?;
    }
    writeln!(out)?;

    let mut offset = part.range.start + first.len();
    for row in rest.chunks(PER_ROW) {
        writeln!(
            out,
            "{offset:>6}  {style}{:<HEX_WIDTH$}{style:#}  {}",
            hex(row),
            text(row, part).trim_end()
        )?;
        offset += row.len();
    }
    if !is_hidden && offset < part.range.end {
        writeln!(out, "{offset:>6}  … {} more", counted(part.range.end - offset, "byte"))?;
    }
    Ok(())
}

fn hex(row: &[u8]) -> String {
    row.iter().map(|byte| HEXLOWER.encode(&[*byte])).collect::<Vec<_>>().join(" ")
}

/// The bytes as characters where they may be some, with a gap behind.
fn text(row: &[u8], part: &Part) -> String {
    if row.is_empty() || part.shows != Shows::BytesAndText {
        return String::new();
    }
    let printable = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
    format!("|{}|  ", row.iter().map(printable).collect::<String>())
}

const PER_ROW: usize = 16;
const HEX_WIDTH: usize = PER_ROW * 3 - 1;
/// How many bytes of a part are shown.
const LONGEST: usize = 4 * PER_ROW;
