//! Lower-case hexadecimal, strictly: what W3C Trace Context calls `HEXDIGLC`. By two tables, over
//! arrays whose lengths are known.

/// Writes two digits for each byte. `D` is twice `N`.
#[inline]
pub(crate) fn encode<const N: usize, const D: usize>(bytes: &[u8; N]) -> [u8; D] {
    const { assert!(D == 2 * N, "two digits for a byte") };
    let mut digits = [0; D];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&DIGITS[usize::from(*byte)]);
    }
    digits
}

/// Reads a byte from each two digits, or says which character is not a digit. `D` is twice `N`.
#[inline]
pub(crate) fn decode<const N: usize, const D: usize>(digits: &[u8; D]) -> Result<[u8; N], usize> {
    const { assert!(D == 2 * N, "two digits for a byte") };
    let mut bytes = [0; N];
    let mut all = 0;
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        if let [high, low] = pair {
            let (high, low) = (VALUES[usize::from(*high)], VALUES[usize::from(*low)]);
            *byte = high << 4 | low;
            all |= high | low;
        }
    }
    if all == NO_DIGIT { Err(first_fault(digits)) } else { Ok(bytes) }
}

#[cold]
fn first_fault(digits: &[u8]) -> usize {
    let is_digit = |digit: &u8| VALUES[usize::from(*digit)] != NO_DIGIT;
    digits.iter().position(|digit| !is_digit(digit)).unwrap_or_default()
}

/// The digits of each byte.
static DIGITS: [[u8; 2]; 256] = {
    let mut digits = [[0; 2]; 256];
    let mut byte = 0;
    while byte < digits.len() {
        digits[byte] = [ALL[byte >> 4], ALL[byte & 0xF]];
        byte += 1;
    }
    digits
};

/// The value of each character; `NO_DIGIT` if it is none.
static VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < ALL.len() {
        values[ALL[value] as usize] = value as u8;
        value += 1;
    }
    values
};

const ALL: &[u8; 16] = b"0123456789abcdef";
const NO_DIGIT: u8 = 0xFF;
