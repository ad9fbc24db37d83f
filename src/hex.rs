//! Lower-case hexadecimal, strictly: what W3C Trace Context calls `HEXDIGLC`. Two digits at a time,
//! by arithmetic on both, in loops without a way out over arrays whose lengths are known: compilers
//! make vectors of them.

/// Writes two digits for each byte. `D` is twice `N`.
#[inline]
pub(crate) fn encode<const N: usize, const D: usize>(bytes: &[u8; N]) -> [u8; D] {
    const { assert!(D == 2 * N, "two digits for a byte") };
    let mut digits = [0; D];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        // The high digit stands first.
        let values = u16::from(*byte >> 4) | u16::from(*byte & 0x0F) << 8;
        let letters = (values + EACH * 6) >> 4 & EACH;
        pair.copy_from_slice(
            &(values + EACH * u16::from(b'0') + letters * TO_LETTER).to_le_bytes(),
        );
    }
    digits
}

/// Reads a byte from each two digits, or says which character is not a digit. `D` is twice `N`.
// Inlined, its loops would be unrolled before anything could become a vector.
#[inline(never)]
pub(crate) fn decode<const N: usize, const D: usize>(digits: &[u8; D]) -> Result<[u8; N], usize> {
    const { assert!(D == 2 * N, "two digits for a byte") };
    let is_sound = digits.iter().fold(true, |all, digit| all & is_digit(*digit));
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digits.first_chunk().map_or(0, |digits| byte_of(*digits));
    }
    if is_sound { Ok(bytes) } else { Err(first_fault(digits)) }
}

/// Reads a byte from two digits.
#[inline]
pub(crate) fn decode_byte(digits: [u8; 2]) -> Result<u8, usize> {
    let [high, low] = digits;
    if is_digit(high) && is_digit(low) { Ok(byte_of(digits)) } else { Err(first_fault(&digits)) }
}

#[cold]
fn first_fault(digits: &[u8]) -> usize {
    digits.iter().position(|digit| !is_digit(*digit)).unwrap_or_default()
}

#[inline]
const fn is_digit(character: u8) -> bool {
    character.wrapping_sub(b'0') < 10 || character.wrapping_sub(b'a') < 6
}

/// The byte of two characters that are digits.
#[inline]
const fn byte_of(digits: [u8; 2]) -> u8 {
    let digits = u16::from_le_bytes(digits);
    // Bit 6 tells letters from the digits below 10.
    let letters = digits >> 6 & EACH;
    let values = (digits & (EACH * 0x0F)) + letters * 9;
    (values << 4 | values >> 8) as u8
}

const EACH: u16 = 0x0101;
/// From a digit of this value, if it were one below 10, to the letter.
const TO_LETTER: u16 = (b'a' - 10 - b'0') as u16;
