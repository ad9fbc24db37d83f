//! Lower-case hexadecimal, strictly: what W3C Trace Context calls `HEXDIGLC`.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Writes two digits for each byte of `bytes`; stops where `out` ends.
pub(crate) fn encode(bytes: &[u8], out: &mut [u8]) {
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 0xF]) {
            *digit = DIGITS[usize::from(nibble)];
        }
    }
}

/// Reads `N` bytes from exactly `2 * N` digits, or says which character is not a digit. Characters
/// past the end of a text that is too short are at fault too.
pub(crate) fn decode<const N: usize>(text: &[u8]) -> Result<[u8; N], usize> {
    let mut bytes = [0; N];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = (digit(text, 2 * i)? << 4) | digit(text, 2 * i + 1)?;
    }
    Ok(bytes)
}

fn digit(text: &[u8], at: usize) -> Result<u8, usize> {
    match text.get(at) {
        Some(c @ b'0'..=b'9') => Ok(c - b'0'),
        Some(c @ b'a'..=b'f') => Ok(c - b'a' + 10),
        _ => Err(at),
    }
}
