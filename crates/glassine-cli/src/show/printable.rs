//! Text from a message, made safe to print: nothing in it moves a terminal's cursor, hides or turns
//! text around.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde_json::ser::Formatter;

/// The bytes as text, with everything escaped that is not a printable character, and the backslash.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_plain(c) {
                text.push(c);
            } else {
                text.extend(c.escape_debug());
            }
        }
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// A file's name, safe to print.
pub(crate) fn printable_path(path: &Path) -> String {
    printable(path.to_string_lossy().as_bytes())
}

/// Compact JSON whose strings hold printable characters only: JSON itself does not ask for C1
/// controls and the like to be escaped.
pub(crate) struct PrintableJson;

impl Formatter for PrintableJson {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.chars().all(is_plain) {
            return writer.write_all(fragment.as_bytes());
        }
        for c in fragment.chars() {
            if is_plain(c) {
                write!(writer, "{c}")?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a character shows as itself. The backslash does not, so that an escape cannot be
/// imitated.
fn is_plain(c: char) -> bool {
    match c {
        '\\' => false,
        ' '..='~' => true,
        _ => c.escape_debug().len() == 1,
    }
}
