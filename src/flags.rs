//! The trace flags.

use core::fmt;
use core::str::FromStr;

use crate::hex;
use crate::w3c::parse_error::{ParseError, ParseErrorKind};

/// Holds the W3C trace-flags byte, all 8 bits of it (specification [section 3]; W3C Trace Context
/// level 2, *trace-flags*).
///
/// Bits that W3C has not defined are carried as they came. As text it is two lower-case hexadecimal
/// digits.
///
/// ```
/// use glassine::TraceFlags;
///
/// let flags = TraceFlags::SAMPLED | TraceFlags::RANDOM;
/// assert!(flags.is_sampled());
/// assert_eq!(flags.to_string(), "03");
/// ```
///
/// [section 3]: crate::spec#3-invariants-of-every-version
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TraceFlags(u8);

impl TraceFlags {
    /// No flag: not sampled.
    pub const NONE: Self = Self(0);
    /// Bit 0: the sender may have recorded this trace.
    pub const SAMPLED: Self = Self(1 << 0);
    /// Bit 1: the right-most 7 bytes of the trace id are random.
    pub const RANDOM: Self = Self(1 << 1);
    /// The bits that W3C Trace Context level 2 defines.
    pub const LEVEL_2: Self = Self(Self::SAMPLED.0 | Self::RANDOM.0);

    /// Makes flags of a byte, all 8 bits of which are kept.
    #[must_use]
    #[inline]
    pub const fn from_u8(bits: u8) -> Self {
        Self(bits)
    }

    /// Returns all 8 bits.
    #[must_use]
    #[inline]
    pub const fn to_u8(self) -> u8 {
        self.0
    }

    /// Tells whether bit 0 is set: the trace is sampled.
    #[must_use]
    #[inline]
    pub const fn is_sampled(self) -> bool {
        self.0 & Self::SAMPLED.0 != 0
    }

    /// Tells whether bit 1 is set: the trace id is random.
    #[must_use]
    #[inline]
    pub const fn is_random(self) -> bool {
        self.0 & Self::RANDOM.0 != 0
    }

    /// Sets or clears bit 0.
    #[must_use]
    #[inline]
    pub const fn with_sampled(self, sampled: bool) -> Self {
        Self(self.0 & !Self::SAMPLED.0 | sampled as u8)
    }

    /// Keeps the bits that are set in both.
    #[must_use]
    #[inline]
    pub const fn masked(self, mask: Self) -> Self {
        Self(self.0 & mask.0)
    }
}

impl core::ops::BitOr for TraceFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for TraceFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}", self.0)
    }
}

impl fmt::Debug for TraceFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceFlags({self})")
    }
}

/// Reads exactly two lower-case hexadecimal digits.
impl FromStr for TraceFlags {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let Ok(digits) = <&[u8; 2]>::try_from(text.as_bytes()) else {
            return Err(ParseError::new(ParseErrorKind::Length, text.len().min(2)));
        };
        let [bits] =
            hex::decode(digits).map_err(|at| ParseError::new(ParseErrorKind::Digit, at))?;
        Ok(Self(bits))
    }
}
