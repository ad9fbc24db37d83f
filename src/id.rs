//! Trace id and span id: bytes that are never all zero.

use core::fmt;
use core::str::FromStr;

use crate::hex;
use crate::w3c::parse_error::{ParseError, ParseErrorKind};

/// Everything that the two ids share; they differ in their width and in the integer of that width.
macro_rules! id {
    (
        $(#[$doc:meta])*
        $name:ident, $len:literal, $int:ident, $from_int:ident, $to_int:ident, $zero:ident
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Length in bytes. As text it is twice as long.
            pub const LEN: usize = $len;

            /// The zeros that no id is, where there is none.
            #[cfg(all(feature = "bytes", feature = "policy"))]
            pub(crate) const ABSENT: Self = Self([0; $len]);

            /// Makes the id with these bytes, in the order of the wire. `None` if all of them are
            /// zero.
            #[must_use]
            #[inline]
            pub const fn from_bytes(bytes: [u8; $len]) -> Option<Self> {
                Self::$from_int($int::from_be_bytes(bytes))
            }

            /// Makes the id that is this integer in big-endian bytes. `None` for 0.
            #[must_use]
            #[inline]
            pub const fn $from_int(value: $int) -> Option<Self> {
                if value == 0 { None } else { Some(Self(value.to_be_bytes())) }
            }

            /// Returns the bytes, in the order of the wire.
            #[must_use]
            #[inline]
            pub const fn to_bytes(self) -> [u8; $len] {
                self.0
            }

            /// Borrows the bytes, in the order of the wire.
            #[must_use]
            #[inline]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Returns the big-endian integer that the bytes are. Never 0.
            #[must_use]
            #[inline]
            pub const fn $to_int(self) -> $int {
                $int::from_be_bytes(self.0)
            }
        }

        /// Writes lower-case hexadecimal, as W3C spells the id. Allocates nothing.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text: [u8; 2 * $len] = hex::encode(&self.0);
                f.pad(core::str::from_utf8(&text).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        /// Reads exactly twice [`LEN`](Self::LEN) lower-case hexadecimal digits, not all zero.
        impl FromStr for $name {
            type Err = ParseError;

            fn from_str(text: &str) -> Result<Self, ParseError> {
                let Ok(digits) = <&[u8; 2 * $len]>::try_from(text.as_bytes()) else {
                    return Err(ParseError::new(ParseErrorKind::Length, text.len().min(2 * $len)));
                };
                let digit = |at| ParseError::new(ParseErrorKind::Digit, at);
                let bytes = hex::decode(digits).map_err(digit)?;
                Self::from_bytes(bytes).ok_or(ParseError::new(ParseErrorKind::$zero, 0))
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl From<$name> for [u8; $len] {
            fn from(id: $name) -> Self {
                id.to_bytes()
            }
        }

        impl From<$name> for $int {
            fn from(id: $name) -> Self {
                id.$to_int()
            }
        }
    };
}

id! {
    /// Names a whole trace: 16 bytes, never all zero (specification [section 5.1]; W3C Trace
    /// Context, *trace-id*).
    ///
    /// Orders like its bytes. As text it is 32 lower-case hexadecimal digits.
    ///
    /// ```
    /// use glassine::TraceId;
    ///
    /// let id: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".parse()?;
    /// assert_eq!(id.to_u128(), 0x4bf92f3577b34da6a3ce929d0e0e4736);
    /// assert_eq!(TraceId::from_u128(0), None);
    /// # Ok::<(), glassine::w3c::ParseError>(())
    /// ```
    ///
    /// [section 5.1]: crate::spec#51-ids
    TraceId, 16, u128, from_u128, to_u128, ZeroTraceId
}

id! {
    /// Names one span, the parent of what follows: 8 bytes, never all zero (specification [section
    /// 5.1]; W3C Trace Context, *parent-id*).
    ///
    /// Orders like its bytes. As text it is 16 lower-case hexadecimal digits.
    ///
    /// ```
    /// use glassine::SpanId;
    ///
    /// let id: SpanId = "00f067aa0ba902b7".parse()?;
    /// assert_eq!(id.to_string(), "00f067aa0ba902b7");
    /// # Ok::<(), glassine::w3c::ParseError>(())
    /// ```
    ///
    /// [section 5.1]: crate::spec#51-ids
    SpanId, 8, u64, from_u64, to_u64, ZeroSpanId
}
