//! The members of `baggage`.

use core::fmt;

use crate::carrier::Carrier;
use crate::w3c::list::{Member, Members, behind_comma, split_once, trim};
use crate::w3c::octets::Octets;

/// Iterates over the members of a `baggage` list; borrows the text.
///
/// ```
/// use glassine::w3c::BaggageMembers;
///
/// let mut members = BaggageMembers::new("userId=Am%C3%A9lie;ttl=60 , flag=");
/// let user = members.next().unwrap();
/// assert_eq!((user.key(), user.value()), ("userId", "Am%C3%A9lie"));
/// assert!(user.decoded_value().eq("Amélie".bytes()));
/// assert_eq!(user.properties(), "ttl=60");
/// assert_eq!(members.next().unwrap().value(), "");
/// assert_eq!(members.next(), None);
/// ```
pub type BaggageMembers<'a> = Members<'a, BaggageMember<'a>>;

/// Holds one member of a `baggage` list. `Debug` shows the key, never the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BaggageMember<'a> {
    key: &'a str,
    value: &'a str,
    properties: &'a str,
}

impl<'a> BaggageMember<'a> {
    /// Returns the key, as it was sent.
    #[must_use]
    pub const fn key(self) -> &'a str {
        self.key
    }

    /// Returns the value, as it was sent: percent-encoded.
    #[must_use]
    pub const fn value(self) -> &'a str {
        self.value
    }

    /// Decodes the value's percent-encoding byte by byte; allocates nothing. The bytes are UTF-8 if
    /// the sender kept W3C's rules. A `%` that two hexadecimal digits do not follow stands for
    /// itself.
    #[must_use]
    pub fn decoded_value(self) -> PercentDecoded<'a> {
        PercentDecoded { rest: self.value.as_bytes() }
    }

    /// Returns what follows the first `;`: W3C's properties, not split. Empty if there are none.
    #[must_use]
    pub const fn properties(self) -> &'a str {
        self.properties
    }
}

impl fmt::Debug for BaggageMember<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=({} bytes)", self.key, self.value.len())
    }
}

impl<'a> Member<'a> for BaggageMember<'a> {
    /// W3C Baggage, *baggage-string*: the grammar has at most 180 members (`R-LIST-3`).
    const MOST: u8 = 180;

    /// `R-LIST-5`.
    #[inline]
    fn parse(part: &'a str) -> Option<Self> {
        match Self::split(part) {
            Some((member, "")) => Some(member),
            _ => Self::parse_any(part),
        }
    }

    #[inline]
    fn parse_front(list: &'a str) -> Option<(Self, Option<&'a str>)> {
        let (member, rest) = Self::split(list)?;
        Some((member, behind_comma(rest)?))
    }
}

impl<'a> BaggageMember<'a> {
    /// The member without properties that a text begins with, and what no value goes on with.
    #[inline]
    fn split(text: &'a str) -> Option<(Self, &'a str)> {
        let (key, rest) = Octets::TOKEN.split(text)?;
        let (value, rest) = Octets::BAGGAGE_VALUE.split(rest.strip_prefix('=')?)?;
        if key.is_empty() { None } else { Some((Self { key, value, properties: "" }, rest)) }
    }

    /// Reads any other.
    #[inline(never)]
    fn parse_any(part: &'a str) -> Option<Self> {
        let (pair, properties) = match split_once(part, b';') {
            Some((pair, properties)) => (pair, Some(properties)),
            None => (part, None),
        };
        let (key, value) = split_once(pair, b'=')?;
        let (key, value) = (trim(key), trim(value));
        let is_sound = is_key(key) && Octets::BAGGAGE_VALUE.contain_all(value);
        let properties = properties.map(trim);
        let are_sound = properties.is_none_or(are_properties);
        let properties = properties.unwrap_or_default();
        (is_sound && are_sound).then_some(Self { key, value, properties })
    }
}

impl<'a> Carrier<'a> {
    /// Iterates over the members of [`baggage`](Self::baggage), in their order (W3C Baggage,
    /// *list-member*). Members that break W3C's grammar are left out, and so are those after the
    /// 180th. Lazy; allocates nothing.
    #[must_use]
    pub fn baggage_members(self) -> BaggageMembers<'a> {
        BaggageMembers::new(self.baggage().unwrap_or_default())
    }
}

/// Iterates over the bytes of a percent-encoded text; made by [`BaggageMember::decoded_value`].
#[derive(Clone)]
pub struct PercentDecoded<'a> {
    rest: &'a [u8],
}

impl Iterator for PercentDecoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if let [b'%', high, low, rest @ ..] = self.rest {
            let digit = |byte: &u8| char::from(*byte).to_digit(16);
            if let (Some(high), Some(low)) = (digit(high), digit(low)) {
                self.rest = rest;
                // Two digits of 16 fit into a byte.
                return Some((high << 4 | low) as u8);
            }
        }
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }
}

impl core::iter::FusedIterator for PercentDecoded<'_> {}

impl fmt::Debug for PercentDecoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PercentDecoded({} bytes)", self.clone().count())
    }
}

/// Whether each part between semicolons is a property.
fn are_properties(mut rest: &str) -> bool {
    while let Some((property, after)) = split_once(rest, b';') {
        if !is_property(property) {
            return false;
        }
        rest = after;
    }
    is_property(rest)
}

/// W3C Baggage, *property*: a key, or a key and a value.
fn is_property(text: &str) -> bool {
    match split_once(text, b'=') {
        Some((key, value)) => is_key(trim(key)) && Octets::BAGGAGE_VALUE.contain_all(trim(value)),
        None => is_key(trim(text)),
    }
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && Octets::TOKEN.contain_all(text)
}
