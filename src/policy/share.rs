//! A share of all traces, the same in every program and every language.

use core::fmt::{self, Write};
use core::str::FromStr;

use crate::id::TraceId;
use crate::policy::hash;
use crate::setting::ParseSettingError;

/// A share of all traces, in millionths (specification section 17). A trace is in it or not as a
/// whole, in every program and every language: a hash of the trace id decides. Who is in a smaller
/// share is in every larger one.
///
/// As text it is a percentage (`30 %`), or a part of 1 with a decimal point (`0.3`). A number
/// without either could be meant as one or as the other, and is an error.
///
/// ```
/// use glassine::policy::Share;
///
/// assert_eq!("0.25 %".parse(), Ok(Share::from_millionths(2_500).unwrap()));
/// assert_eq!("0.25".parse(), Ok(Share::from_millionths(250_000).unwrap()));
/// assert_eq!(Share::from_millionths(2_500).unwrap().to_string(), "0.25 %");
/// assert!("1".parse::<Share>().is_err()); // all traces, or one in a hundred?
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Share {
    pub(super) millionths: u32,
}

impl Share {
    /// So many millionths of all traces: 10,000 are 1 %. `None` above 1,000,000.
    #[must_use]
    pub const fn from_millionths(millionths: u32) -> Option<Self> {
        if millionths > MILLION { None } else { Some(Self { millionths }) }
    }

    /// The share in millionths.
    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.millionths
    }

    /// Whether a trace is in the share (`R-SHARE-2`). One hash of 16 bytes.
    #[must_use]
    pub fn contains(self, trace_id: TraceId) -> bool {
        let threshold = (u64::from(self.millionths) << 32) / u64::from(MILLION);
        hash::of_trace(trace_id) >> 32 < threshold
    }
}

impl fmt::Display for Share {
    /// Writes it in per cent, exactly: `30 %`, `0.0001 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Text { bytes: [0; 9], len: 0 };
        let (whole, mut part) = (self.millionths / ONE_PER_CENT, self.millionths % ONE_PER_CENT);
        write!(text, "{whole}")?;
        if part > 0 {
            let mut digits = 4;
            while part % 10 == 0 {
                part /= 10;
                digits -= 1;
            }
            write!(text, ".{part:0digits$}")?;
        }
        text.write_str(" %")?;
        f.pad(text.as_str())
    }
}

impl FromStr for Share {
    type Err = ParseSettingError;

    /// Reads per cent (`30 %`, `0.25%`) or a part of 1 (`0.3`, `1.0`), exactly: what is finer than
    /// a millionth is an error.
    fn from_str(text: &str) -> Result<Self, ParseSettingError> {
        let share = match text.strip_suffix('%') {
            Some(number) => decimal(number.trim_end_matches(' '), ONE_PER_CENT),
            None if text.contains('.') => decimal(text, MILLION),
            None => None,
        };
        share.and_then(Self::from_millionths).ok_or(ParseSettingError::or_share(&[]))
    }
}

/// The text of a share, so that it can be padded as a whole.
struct Text {
    bytes: [u8; 9], // of "99.9999 %"
    len: usize,
}

impl Text {
    fn as_str(&self) -> &str {
        let text = self.bytes.get(..self.len).unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
    }
}

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.len + part.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(part.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// A decimal number, in units of which `one` make 1. `None` if it is not a whole number of them.
fn decimal(text: &str, one: u32) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    if part.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut sum = whole.parse::<u32>().ok()?.checked_mul(one)?;
    let mut unit = one;
    for digit in part.chars() {
        let digit = digit.to_digit(10)?;
        unit /= 10;
        if unit == 0 && digit > 0 {
            return None;
        }
        sum = sum.checked_add(digit * unit)?;
    }
    Some(sum)
}

const ONE_PER_CENT: u32 = MILLION / 100;

pub(crate) const MILLION: u32 = 1_000_000;
