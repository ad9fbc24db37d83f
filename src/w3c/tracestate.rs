//! The members of `tracestate`.

use core::fmt;

use crate::carrier::Carrier;
use crate::w3c::list::{Member, Members, behind_comma};
use crate::w3c::octets::Octets;

/// Iterates over the members of a `tracestate` list; borrows the text.
///
/// ```
/// use glassine::w3c::TracestateMembers;
///
/// let text = "rojo=00f067aa0ba902b7, Congo=t61,congo=t61rcWkgMzE";
/// let members: Vec<_> = TracestateMembers::new(text).collect();
/// assert_eq!(members[1].key(), "congo"); // keys are lower case, so the second one is no member
/// assert_eq!(members[1].value(), "t61rcWkgMzE");
/// ```
pub type TracestateMembers<'a> = Members<'a, TracestateMember<'a>>;

/// Holds one member of a `tracestate` list. `Debug` shows the key, never the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TracestateMember<'a> {
    key: &'a str,
    value: &'a str,
}

impl<'a> TracestateMember<'a> {
    /// Returns the vendor's key.
    #[must_use]
    pub const fn key(self) -> &'a str {
        self.key
    }

    /// Returns the vendor's value, opaque.
    #[must_use]
    pub const fn value(self) -> &'a str {
        self.value
    }
}

impl<'a> TracestateMember<'a> {
    /// The member that a text begins with, and what no value goes on with.
    #[inline]
    fn split(text: &'a str) -> Option<(Self, &'a str)> {
        let (key, rest) = Octets::TRACESTATE_KEY.split(text)?;
        let (value, rest) = Octets::TRACESTATE_VALUE.split(rest.strip_prefix('=')?)?;
        let starts = matches!(key.as_bytes().first(), Some(b'a'..=b'z' | b'0'..=b'9'));
        let is_sound = starts && key.len() <= 256 && (1..=256).contains(&value.len());
        is_sound.then_some((Self { key, value }, rest))
    }
}

impl fmt::Debug for TracestateMember<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=({} bytes)", self.key, self.value.len())
    }
}

impl<'a> Member<'a> for TracestateMember<'a> {
    /// W3C Trace Context level 2, *list* (`R-LIST-3`).
    const MOST: u8 = 32;

    /// `R-LIST-4`.
    #[inline]
    fn parse(part: &'a str) -> Option<Self> {
        let (member, rest) = Self::split(part)?;
        rest.is_empty().then_some(member)
    }

    #[inline]
    fn parse_front(list: &'a str) -> Option<(Self, Option<&'a str>)> {
        let (member, rest) = Self::split(list)?;
        // Space at its end is not the value's.
        if member.value.ends_with(' ') { None } else { Some((member, behind_comma(rest)?)) }
    }
}

impl<'a> Carrier<'a> {
    /// Iterates over the members of [`tracestate`](Self::tracestate), in their order (W3C Trace
    /// Context level 2, *list-members*). Members that break W3C's grammar are left out, and so are
    /// those after the 32nd. Lazy; allocates nothing.
    #[must_use]
    pub fn tracestate_members(self) -> TracestateMembers<'a> {
        TracestateMembers::new(self.tracestate().unwrap_or_default())
    }
}
