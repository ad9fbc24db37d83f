//! Each line is a message.

use std::io::{self, BufRead};

use crate::commands::detect::front::{FRONT_LEN, Front};
use crate::commands::detect::source::Source;
use crate::message::encoding::{BYTE_ORDER_MARK, Encoding};

/// Counts the lines. A message's index is that of its line.
pub(crate) fn read(
    source: &mut Source<'_>,
    input: impl BufRead,
    encoding: Encoding,
) -> io::Result<()> {
    match encoding {
        Encoding::Raw => raw_lines(source, input),
        Encoding::Hex | Encoding::Base64 => encoded_lines(source, input, encoding),
    }
}

/// Every line is a message, also an empty one: who writes messages as they are, one a line,
/// writes an empty message so.
fn raw_lines(source: &mut Source<'_>, mut input: impl BufRead) -> io::Result<()> {
    skip_byte_order_mark(&mut input)?;
    let mut front = Vec::new();
    for index in 0.. {
        let Some(len) = read_line(&mut input, &mut front, FRONT_LEN)? else { break };
        source.add(index, Front { bytes: &front, len });
    }
    Ok(())
}

/// Empty lines only divide what people and scripts write. As messages they would make the
/// sample look larger, and its bound better, than it is.
fn encoded_lines(
    source: &mut Source<'_>,
    mut input: impl BufRead,
    encoding: Encoding,
) -> io::Result<()> {
    for index in 0.. {
        let mut line = Vec::new();
        if read_line(&mut input, &mut line, usize::MAX)?.is_none() {
            break;
        }
        match encoding.decode(line) {
            Ok(message) if message.is_empty() => {}
            Ok(message) => source.add(index, Front::of_whole(&message)),
            Err(clause) => source.unreadable(format_args!(
                "line {} of {} is {clause}",
                index + 1,
                source.name()
            )),
        }
    }
    Ok(())
}

/// Reads a line: its first bytes, as many as are to be kept, and its length without the line break,
/// which a carriage return may belong to. `None` when there are no more.
fn read_line(
    input: &mut impl BufRead,
    front: &mut Vec<u8>,
    keep: usize,
) -> io::Result<Option<u64>> {
    front.clear();
    let mut len = 0;
    let mut ends_with_return = false;
    loop {
        let available = input.fill_buf()?;
        if available.is_empty() {
            return Ok((len > 0).then_some(len));
        }
        let part = available.split(|byte| *byte == b'\n').next().unwrap_or_default();
        front.extend(part.iter().take(keep - front.len()));
        ends_with_return = part.last().map_or(ends_with_return, |byte| *byte == b'\r');
        let part = part.len();
        let is_end = part < available.len();
        len += part as u64;
        input.consume(part + usize::from(is_end));
        if is_end {
            len -= u64::from(ends_with_return);
            front.truncate(usize::try_from(len).unwrap_or(usize::MAX));
            return Ok(Some(len));
        }
    }
}

/// A mark at the beginning of a file is of the program that wrote it, and of no message.
fn skip_byte_order_mark(input: &mut impl BufRead) -> io::Result<()> {
    let is_there = input.fill_buf()?.starts_with(BYTE_ORDER_MARK);
    input.consume(if is_there { BYTE_ORDER_MARK.len() } else { 0 });
    Ok(())
}
