//! `serde` for ids, flags and contexts: W3C text in formats that people read, the bytes of the wire
//! in all others. Settings of a channel are in rooms of their own; the enums derive theirs where
//! they are defined.

#[cfg(all(feature = "policy", feature = "bytes"))]
mod allow_list;
#[cfg(feature = "policy")]
mod settings;

use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::context::TraceContext;
use crate::field::{Field, FieldType};
use crate::flags::TraceFlags;
use crate::id::{SpanId, TraceId};
use crate::w3c::parse_error::{ParseError, ParseErrorKind};
use crate::wire::FURTHER_CONTEXT_LEN;

/// A value whose text is its [`FromStr`] and [`Display`](fmt::Display), and that has a form of `N`
/// bytes.
trait TextOrBytes<const N: usize>: FromStr<Err = ParseError> {
    /// What an error says was expected.
    const EXPECTED: &'static str;

    fn to_wire(&self) -> [u8; N];

    fn from_wire(bytes: [u8; N]) -> Result<Self, ParseError>;
}

impl TextOrBytes<{ Self::LEN }> for TraceId {
    const EXPECTED: &'static str = "a trace id of 32 hexadecimal digits or 16 bytes";

    fn to_wire(&self) -> [u8; Self::LEN] {
        self.to_bytes()
    }

    fn from_wire(bytes: [u8; Self::LEN]) -> Result<Self, ParseError> {
        Self::from_bytes(bytes).ok_or(ParseError::new(ParseErrorKind::ZeroTraceId, 0))
    }
}

impl TextOrBytes<{ Self::LEN }> for SpanId {
    const EXPECTED: &'static str = "a span id of 16 hexadecimal digits or 8 bytes";

    fn to_wire(&self) -> [u8; Self::LEN] {
        self.to_bytes()
    }

    fn from_wire(bytes: [u8; Self::LEN]) -> Result<Self, ParseError> {
        Self::from_bytes(bytes).ok_or(ParseError::new(ParseErrorKind::ZeroSpanId, 0))
    }
}

impl TextOrBytes<1> for TraceFlags {
    const EXPECTED: &'static str = "trace flags of 2 hexadecimal digits or 1 byte";

    fn to_wire(&self) -> [u8; 1] {
        [self.to_u8()]
    }

    fn from_wire([bits]: [u8; 1]) -> Result<Self, ParseError> {
        Ok(Self::from_u8(bits))
    }
}

impl TextOrBytes<FURTHER_CONTEXT_LEN> for TraceContext {
    const EXPECTED: &'static str = "a traceparent of 55 characters or a context of 25 bytes";

    fn to_wire(&self) -> [u8; FURTHER_CONTEXT_LEN] {
        let mut bytes = [0; FURTHER_CONTEXT_LEN];
        let mut to = bytes.iter_mut();
        Field::FurtherContext(*self)
            .for_each_piece(|piece| piece.iter().zip(&mut to).for_each(|(from, to)| *to = *from));
        bytes
    }

    fn from_wire(bytes: [u8; FURTHER_CONTEXT_LEN]) -> Result<Self, ParseError> {
        match Field::parse(FieldType::FURTHER_CONTEXT, &bytes) {
            Some(Field::FurtherContext(context)) => Ok(context),
            // Of this length, nothing can be wrong but an id.
            _ if bytes.starts_with(&[0; TraceId::LEN]) => {
                Err(ParseError::new(ParseErrorKind::ZeroTraceId, 0))
            }
            _ => Err(ParseError::new(ParseErrorKind::ZeroSpanId, TraceId::LEN)),
        }
    }
}

/// `serde`'s traits take no blanket implementation.
macro_rules! text_or_bytes {
    ($type:ident, $(#[$serialize:meta])* Serialize, $(#[$deserialize:meta])* Deserialize) => {
        $(#[$serialize])*
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.to_wire())
                }
            }
        }

        $(#[$deserialize])*
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(Expected(PhantomData))
                } else {
                    deserializer.deserialize_bytes(Expected(PhantomData))
                }
            }
        }
    };
}

text_or_bytes! {
    TraceId,
    /// Writes 32 lower-case hexadecimal digits in formats that people read, 16 bytes in all others.
    Serialize,
    /// Reads as strictly as [`FromStr`]: errors say what is wrong, and at which digit or byte.
    Deserialize
}

text_or_bytes! {
    SpanId,
    /// Writes 16 lower-case hexadecimal digits in formats that people read, 8 bytes in all others.
    Serialize,
    /// Reads as strictly as [`FromStr`]: errors say what is wrong, and at which digit or byte.
    Deserialize
}

text_or_bytes! {
    TraceFlags,
    /// Writes two lower-case hexadecimal digits in formats that people read, one byte in all
    /// others: all 8 bits in both.
    Serialize,
    /// Reads as strictly as [`FromStr`]: errors say what is wrong, and at which digit or byte.
    Deserialize
}

text_or_bytes! {
    TraceContext,
    /// Writes the `traceparent` in formats that people read; in all others the 25 bytes of a
    /// further context: trace id, span id, trace flags (specification [section 5.2]).
    ///
    /// Text is written with the flags that W3C Trace Context level 2 defines, so that **other flags
    /// do not survive formats that people read** ([`R-W3C-2`]). Bytes keep all 8.
    ///
    /// ```
    /// use glassine::TraceContext;
    ///
    /// let json = "\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"";
    /// let context: TraceContext = serde_json::from_str(json)?;
    /// assert_eq!(serde_json::to_string(&context)?, json);
    ///
    /// let bytes = rmp_serde::to_vec(&context)?;
    /// assert_eq!(bytes.len(), 2 + 25); // MessagePack puts a type and a length in front
    /// assert_eq!(rmp_serde::from_slice::<TraceContext>(&bytes)?, context);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [section 5.2]: crate::spec#52-fields
    /// [`R-W3C-2`]: crate::spec#13-w3c-trace-context
    Serialize,
    /// Reads as strictly as [`from_traceparent`](TraceContext::from_traceparent): errors say what
    /// is wrong, and at which character or byte.
    Deserialize
}

/// Takes text and bytes from every format that tells them apart: a format's values that `serde` has
/// buffered, as for `#[serde(flatten)]`, claim to be for people whatever the format is.
struct Expected<T, const N: usize>(PhantomData<T>);

impl<'de, T: TextOrBytes<N>, const N: usize> Visitor<'de> for Expected<T, N> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
        let bytes = bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))?;
        T::from_wire(bytes).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let mut bytes = [0; N];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(at, &self))?;
        }
        if seq.next_element::<IgnoredAny>()?.is_some() {
            return Err(A::Error::invalid_length(N + 1, &self));
        }
        T::from_wire(bytes).map_err(A::Error::custom)
    }
}
