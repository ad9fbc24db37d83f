//! Base64url of what nearly every message in text form begins with: 8 bytes of header, 24 of ids.
//! Their lengths are known, so that nothing is asked on the way. All other base64 is the library's.

use core::ops::Range;

use ascii::AsciiChar;

use crate::wire::{CONTEXT_LEN, HEADER_LEN, IDS_LEN, TEXT_END, TEXT_PREFIX};

/// Four characters hold three bytes.
pub(super) const CHARS: usize = 4;
pub(super) const BYTES: usize = 3;
/// Characters of a header; the last of them has bits of the byte behind it.
pub(super) const HEADER_CHARS: usize = (HEADER_LEN * 8).div_ceil(6);
/// Characters of header and ids.
pub(super) const CONTEXT_CHARS: usize = (CONTEXT_LEN * 8).div_ceil(6);
/// Bytes of a text in front of the payload, with a context and no fields.
pub(super) const TEXT_LEN: usize = TEXT_PREFIX.len() + CONTEXT_CHARS + 1;

/// Decodes a header, of which all characters are of the alphabet.
#[inline]
pub(super) fn decode_header(chars: &[u8; HEADER_CHARS]) -> [u8; HEADER_LEN] {
    // Ten characters are 60 bits.
    (bits(chars, 0..10) << 4 | bits(chars, 10..11) >> 2).to_be_bytes()
}

/// Decodes the ids behind a header, of which all characters are of the alphabet.
#[inline(always)]
pub(super) fn decode_ids(chars: &[u8; CONTEXT_CHARS]) -> [u8; IDS_LEN] {
    // Eleven characters are 66 bits: those in front, which belong to the word before, fall off.
    let words = [
        bits(chars, 10..21) << 2 | bits(chars, 21..22) >> 4,
        bits(chars, 21..32),
        bits(chars, 32..42) << 4 | bits(chars, 42..43) >> 2,
    ];
    let mut ids = [0; IDS_LEN];
    for (ids, word) in ids.chunks_exact_mut(size_of::<u64>()).zip(words) {
        ids.copy_from_slice(&word.to_be_bytes());
    }
    ids
}

/// Decodes both.
#[cfg(all(feature = "policy", feature = "bytes"))]
pub(super) fn decode_context(chars: &[u8; CONTEXT_CHARS]) -> [u8; CONTEXT_LEN] {
    let mut bytes = [0; CONTEXT_LEN];
    let (header, ids) = bytes.split_at_mut(HEADER_LEN);
    header.copy_from_slice(&chars.first_chunk().map_or([0; HEADER_LEN], decode_header));
    ids.copy_from_slice(&decode_ids(chars));
    bytes
}

/// Writes header and ids and, behind these [`CONTEXT_CHARS`], what ends them in a text. Of what is
/// ASCII by its type, nobody asks whether it is UTF-8.
pub(super) fn encode_context(bytes: &[u8; CONTEXT_LEN]) -> [AsciiChar; CHARS * GROUPS] {
    let mut padded = [0; BYTES * GROUPS + 1];
    padded.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let mut groups = [[0; CHARS]; GROUPS];
    for (group, from) in groups.iter_mut().zip(padded.windows(CHARS).step_by(BYTES)) {
        let bits = from.first_chunk().map_or(0, |from| u32::from_be_bytes(*from));
        // The first character in the lowest byte, and so on.
        let sixes = bits >> 26
            | bits >> 12 & 0x0000_3F00
            | bits << 2 & 0x003F_0000
            | bits << 16 & 0x3F00_0000;
        *group = sixes.to_le_bytes();
    }
    let mut chars = [END; CHARS * GROUPS];
    for (char, six) in chars.iter_mut().zip(groups.as_flattened()) {
        // It always is ASCII; asked without a way out, it is asked of a vector.
        *char = AsciiChar::from_ascii(char_of(*six)).unwrap_or_default();
    }
    if let Some(end) = chars.get_mut(CONTEXT_CHARS) {
        *end = END;
    }
    chars
}

/// The six bits of a character. `None` if it is not of the alphabet.
#[inline]
pub(super) fn value_of(char: u8) -> Option<u8> {
    Some(VALUES[usize::from(char)]).filter(|value| *value != NO_VALUE)
}

/// Whether all characters of a context are of the alphabet.
#[inline]
pub(super) fn is_context(chars: &[u8; CONTEXT_CHARS]) -> bool {
    let (front, back) = (chars.first_chunk::<32>(), chars.last_chunk::<16>());
    // Some of them twice: as many at a time as a vector holds.
    front.is_some_and(is_all) & back.is_some_and(is_all)
}

/// Whether the bits of a context's last character that no byte takes are 0. All of its characters
/// are of the alphabet.
#[inline]
pub(super) fn is_whole(chars: &[u8; CONTEXT_CHARS]) -> bool {
    bits(chars, 42..43) & 0b11 == 0
}

/// Whether all of so many characters are of the alphabet: to the end, whatever is found.
#[inline]
pub(super) fn is_all<const N: usize>(chars: &[u8; N]) -> bool {
    chars.iter().fold(true, |all, char| all & is_base64url(*char))
}

#[inline]
const fn is_base64url(char: u8) -> bool {
    let letter = (char | 0x20).wrapping_sub(b'a') < 26;
    letter | (char.wrapping_sub(b'0') < 10) | (char == b'-') | (char == b'_')
}

/// The bits of some characters, the last 64 of them.
#[inline]
fn bits(chars: &[u8], range: Range<usize>) -> u64 {
    let chars = chars.get(range).unwrap_or_default();
    chars.iter().fold(0, |bits, char| bits << 6 | u64::from(VALUES[usize::from(*char)]))
}

/// The character of six bits. Not by a table: compilers make vectors of it.
#[inline]
const fn char_of(six: u8) -> u8 {
    let mut char = b'A' + six;
    // Where the next part of the alphabet begins, the distance is another.
    if six >= 26 {
        char += b'a' - (b'Z' + 1);
    }
    if six >= 52 {
        char -= (b'z' + 1) - b'0';
    }
    if six >= 62 {
        char -= (b'9' + 1) - b'-';
    }
    if six >= 63 {
        char += b'_' - (b'-' + 1);
    }
    char
}

/// The six bits of each character of the alphabet.
static VALUES: [u8; 256] = {
    let mut values = [NO_VALUE; 256];
    let mut six = 0;
    while six < 64 {
        values[char_of(six) as usize] = six;
        six += 1;
    }
    values
};

const NO_VALUE: u8 = u8::MAX;

const END: AsciiChar = AsciiChar::new(TEXT_END as char);

/// Groups of three bytes and four characters: of a context, and one more, so that four together,
/// which are a vector, leave none over.
const GROUPS: usize = CONTEXT_LEN.div_ceil(BYTES).next_multiple_of(4);

#[cfg(test)]
mod tests {
    use ascii::AsciiStr;
    use data_encoding::BASE64URL_NOPAD;

    use super::*;

    /// Of every six bits, every value, in front of and behind bits of both kinds.
    #[test]
    fn each_character_is_what_the_library_makes_of_it() {
        for (place, value, others) in (0..CONTEXT_CHARS)
            .flat_map(|place| (0..64_u8).map(move |value| (place, value)))
            .flat_map(|(place, value)| [0, u8::MAX].map(|others| (place, value, others)))
        {
            let mut bits = [others; CONTEXT_LEN + 4];
            for bit in 0..6 {
                let (at, shift) = ((place * 6 + bit) / 8, 7 - (place * 6 + bit) % 8);
                let is_set = value >> (5 - bit) & 1 == 1;
                bits[at] = bits[at] & !(1 << shift) | u8::from(is_set) << shift;
            }
            let bytes = bits.first_chunk().unwrap();
            let encoded = BASE64URL_NOPAD.encode(bytes);
            let text = encode_context(bytes);
            let text = <&AsciiStr>::from(&text[..=CONTEXT_CHARS]);
            assert_eq!(text.as_str(), [&encoded, ";"].concat());

            let chars = encoded.as_bytes().try_into().unwrap();
            let (header, ids) = bytes.split_at(HEADER_LEN);
            assert_eq!(decode_ids(chars), *ids);
            assert!(is_context(chars) && is_whole(chars));
            // What is behind the header shares its last character.
            assert_eq!(decode_header(chars.first_chunk().unwrap()), *header);
        }
    }

    #[test]
    fn the_alphabet_is_the_library_s() {
        for char in 0..=u8::MAX {
            let decoded = BASE64URL_NOPAD.decode(&[b'A', b'A', b'A', char]).ok();
            assert_eq!(value_of(char), decoded.map(|bytes| bytes[2]), "{char:02x}");
            for place in 0..CONTEXT_CHARS {
                let mut chars = [b'A'; CONTEXT_CHARS];
                chars[place] = char;
                assert_eq!(is_context(&chars), value_of(char).is_some(), "{char:02x} at {place}");
            }
        }
    }
}
