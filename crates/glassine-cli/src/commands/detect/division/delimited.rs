//! Each message has its length in front, 32 bits, big-endian.

use std::io::{self, BufRead, Read};

use crate::commands::detect::front::{FRONT_LEN, Front, read_front};
use crate::commands::detect::source::Source;

/// Counts the messages. A message's index says how many are in front of it.
pub(crate) fn read(source: &mut Source<'_>, mut input: impl BufRead) -> io::Result<()> {
    let mut offset = 0;
    for index in 0.. {
        let mut len = [0; 4];
        let got = read_front(&mut input, &mut len)?.len() as u64;
        if got == 0 {
            break;
        }
        let name = source.name();
        let place = || format!("{name} ends within message {} (at byte {offset})", index + 1);
        if got < len.len() as u64 {
            source.unreadable(format_args!(
                "{}: {got} of the 4 bytes of its length are there",
                place()
            ));
            break;
        }
        let len = u32::from_be_bytes(len);
        let mut buffer = [0; FRONT_LEN];
        let room = usize::try_from(len).unwrap_or(FRONT_LEN).min(FRONT_LEN);
        let bytes = read_front(&mut input, buffer.get_mut(..room).unwrap_or_default())?;
        let len = u64::from(len);
        let rest = len - room as u64;
        let got = bytes.len() as u64 + io::copy(&mut (&mut input).take(rest), &mut io::sink())?;
        if got < len {
            source.unreadable(format_args!("{}: {got} of its {len} bytes are there", place()));
            break;
        }
        source.add(index, Front { bytes, len });
        offset += 4 + len;
    }
    Ok(())
}
