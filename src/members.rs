//! The members of `tracestate` and `baggage` lists, split when they are asked for.

use core::fmt;

use crate::Carrier;

impl<'a> Carrier<'a> {
    /// The members of [`tracestate`](Self::tracestate), in their order (W3C Trace Context level 2, *list-members*). Members that break W3C's grammar are left
    /// out, and so are those after the 32nd. Lazy; allocates nothing.
    #[must_use]
    pub fn tracestate_members(self) -> TracestateMembers<'a> {
        TracestateMembers::new(self.tracestate().unwrap_or_default())
    }

    /// The members of [`baggage`](Self::baggage), in their order (W3C Baggage, *list-member*). Members that break W3C's grammar are left out, and so are those
    /// after the 180th. Lazy; allocates nothing.
    #[must_use]
    pub fn baggage_members(self) -> BaggageMembers<'a> {
        BaggageMembers::new(self.baggage().unwrap_or_default())
    }
}

/// The members of a `tracestate` list: an iterator that borrows the text.
///
/// ```
/// use glassine::TracestateMembers;
///
/// let members: Vec<_> = TracestateMembers::new("rojo=00f067aa0ba902b7, Congo=t61,congo=t61rcWkgMzE").collect();
/// assert_eq!(members[1].key(), "congo"); // keys are lower case, so the second one is no member
/// assert_eq!(members[1].value(), "t61rcWkgMzE");
/// ```
#[derive(Clone)]
pub struct TracestateMembers<'a>(List<'a>);

/// One member of a `tracestate` list. `Debug` shows the key, never the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TracestateMember<'a> {
    key: &'a str,
    value: &'a str,
}

impl<'a> TracestateMembers<'a> {
    /// Splits a `tracestate` header value.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(List { rest: Some(text), left: MAX_TRACESTATE_MEMBERS })
    }
}

impl<'a> Iterator for TracestateMembers<'a> {
    type Item = TracestateMember<'a>;

    fn next(&mut self) -> Option<TracestateMember<'a>> {
        self.0.find_map(|member| {
            let (key, value) = member.split_once('=')?;
            let starts = key.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
            let sound = starts
                && (1..=256).contains(&key.len())
                && key.bytes().all(is_tracestate_key)
                && (1..=256).contains(&value.len())
                && value.bytes().all(is_tracestate_value);
            sound.then_some(TracestateMember { key, value })
        })
    }
}

impl core::iter::FusedIterator for TracestateMembers<'_> {}

impl<'a> TracestateMember<'a> {
    /// The vendor's key.
    #[must_use]
    pub const fn key(self) -> &'a str {
        self.key
    }

    /// The vendor's value, opaque.
    #[must_use]
    pub const fn value(self) -> &'a str {
        self.value
    }
}

impl fmt::Debug for TracestateMembers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl fmt::Debug for TracestateMember<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=({} bytes)", self.key, self.value.len())
    }
}

/// The members of a `baggage` list: an iterator that borrows the text.
///
/// ```
/// use glassine::BaggageMembers;
///
/// let mut members = BaggageMembers::new("userId=Am%C3%A9lie;ttl=60 , flag=");
/// let user = members.next().unwrap();
/// assert_eq!((user.key(), user.value()), ("userId", "Am%C3%A9lie"));
/// assert!(user.decoded_value().eq("Amélie".bytes()));
/// assert_eq!(user.properties(), "ttl=60");
/// assert_eq!(members.next().unwrap().value(), "");
/// assert_eq!(members.next(), None);
/// ```
#[derive(Clone)]
pub struct BaggageMembers<'a>(List<'a>);

/// One member of a `baggage` list. `Debug` shows the key, never the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BaggageMember<'a> {
    key: &'a str,
    value: &'a str,
    properties: &'a str,
}

impl<'a> BaggageMembers<'a> {
    /// Splits a `baggage` header value.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(List { rest: Some(text), left: MAX_BAGGAGE_MEMBERS })
    }
}

impl<'a> Iterator for BaggageMembers<'a> {
    type Item = BaggageMember<'a>;

    fn next(&mut self) -> Option<BaggageMember<'a>> {
        self.0.find_map(|member| {
            let (pair, properties) = member.split_once(';').unwrap_or((member, ""));
            let (key, value) = pair.split_once('=')?;
            let (key, value) = (trim(key), trim(value));
            let sound = !key.is_empty() && key.bytes().all(is_token) && value.bytes().all(is_baggage_value);
            sound.then_some(BaggageMember { key, value, properties: trim(properties) })
        })
    }
}

impl core::iter::FusedIterator for BaggageMembers<'_> {}

impl<'a> BaggageMember<'a> {
    /// The key, as it was sent.
    #[must_use]
    pub const fn key(self) -> &'a str {
        self.key
    }

    /// The value, as it was sent: percent-encoded.
    #[must_use]
    pub const fn value(self) -> &'a str {
        self.value
    }

    /// The value, percent-decoded byte by byte, which allocates nothing. The bytes are UTF-8 if the sender kept W3C's rules. A `%` that two hexadecimal digits
    /// do not follow stands for itself.
    #[must_use]
    pub fn decoded_value(self) -> PercentDecoded<'a> {
        PercentDecoded { rest: self.value.as_bytes() }
    }

    /// What follows the first `;`: W3C's properties, not split. Empty if there are none.
    #[must_use]
    pub const fn properties(self) -> &'a str {
        self.properties
    }
}

impl fmt::Debug for BaggageMembers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl fmt::Debug for BaggageMember<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=({} bytes)", self.key, self.value.len())
    }
}

/// The bytes of a percent-encoded text; made by [`BaggageMember::decoded_value`].
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

/// The parts of a list that commas separate, without the white space around them and without empty ones.
#[derive(Clone)]
struct List<'a> {
    rest: Option<&'a str>,
    left: u8,
}

impl<'a> Iterator for List<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let rest = self.rest.filter(|_| self.left > 0)?;
            let (member, rest) = rest.split_once(',').map_or((rest, None), |(member, rest)| (member, Some(rest)));
            self.rest = rest;
            let member = trim(member);
            if !member.is_empty() {
                self.left -= 1;
                return Some(member);
            }
        }
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

const fn is_tracestate_key(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@')
}

const fn is_tracestate_value(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'=')
}

/// RFC 9110, *tokens*.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

/// W3C Baggage, *baggage-octet*.
const fn is_baggage_value(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~') && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

/// W3C Trace Context level 2: a list has at most 32 members.
const MAX_TRACESTATE_MEMBERS: u8 = 32;
/// W3C Baggage: the grammar has at most 180 members.
const MAX_BAGGAGE_MEMBERS: u8 = 180;
