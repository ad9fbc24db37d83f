//! The walker of W3C's comma-separated lists: `tracestate` and `baggage`.

use core::fmt;
use core::marker::PhantomData;

/// Iterates over the members of a list, which are split when they are asked for; borrows the text.
///
/// White space around members and empty members are skipped ([`R-LIST-1`]), members that break
/// W3C's grammar are left out ([`R-LIST-2`]), and so is what follows the most members that the list
/// may have ([`R-LIST-3`]). Lazy; allocates nothing. Named by its two aliases,
/// [`TracestateMembers`](crate::w3c::TracestateMembers) and
/// [`BaggageMembers`](crate::w3c::BaggageMembers).
///
/// [`R-LIST-1`]: crate::spec#131-members-of-lists
/// [`R-LIST-2`]: crate::spec#131-members-of-lists
/// [`R-LIST-3`]: crate::spec#131-members-of-lists
#[derive(Clone)]
pub struct Members<'a, M> {
    rest: Option<&'a str>,
    left: u8,
    member: PhantomData<M>,
}

impl<'a, M: Member<'a>> Members<'a, M> {
    /// Splits a header value. O(1): nothing is looked at yet.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self { rest: Some(text), left: M::MOST, member: PhantomData }
    }

    /// The next part between commas, without the white space around it; never an empty one.
    fn part(&mut self) -> Option<&'a str> {
        loop {
            // Empty members are many in a list that is made to cost much.
            let rest = self.rest.filter(|_| self.left > 0)?;
            let is_between = |byte: u8| matches!(byte, b',' | b' ' | b'\t');
            let start = rest.bytes().position(|byte| !is_between(byte)).unwrap_or(rest.len());
            let rest = rest.get(start..)?;
            let (part, rest) = match split_once(rest, b',') {
                Some((part, rest)) => (part, Some(rest)),
                None => (rest, None),
            };
            self.rest = rest;
            let part = trim(part);
            if !part.is_empty() {
                self.left -= 1;
                return Some(part);
            }
        }
    }
}

impl<'a, M: Member<'a>> Iterator for Members<'a, M> {
    type Item = M;

    fn next(&mut self) -> Option<M> {
        loop {
            let rest = self.rest.filter(|_| self.left > 0)?;
            if let Some((member, after)) = M::parse_front(rest) {
                self.rest = after;
                self.left -= 1;
                return Some(member);
            }
            if let Some(member) = M::parse(self.part()?) {
                return Some(member);
            }
        }
    }
}

impl<'a, M: Member<'a>> core::iter::FusedIterator for Members<'a, M> {}

impl<'a, M: Member<'a> + Clone + fmt::Debug> fmt::Debug for Members<'a, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Reads one member of a list. It is implemented for the members of W3C's two lists, and is not for
/// anything else.
pub trait Member<'a>: Sized {
    /// Says how many members a list has at most.
    const MOST: u8;

    /// Reads the member that this part of a list is. `None` if it breaks W3C's grammar.
    fn parse(part: &'a str) -> Option<Self>;

    /// Reads the member that a list begins with, as most are written: no white space around it,
    /// and a comma or nothing behind it. Gives what is behind the comma as well, for which nobody
    /// has to look then. `None` says nothing about the list.
    #[must_use]
    fn parse_front(list: &'a str) -> Option<(Self, Option<&'a str>)> {
        let _ = list;
        None
    }
}

/// What is behind the comma that a member ends with, if it ends there.
#[inline]
pub(super) fn behind_comma(rest: &str) -> Option<Option<&str>> {
    if rest.is_empty() { Some(None) } else { rest.strip_prefix(',').map(Some) }
}

/// Without W3C's optional white space.
#[inline]
pub(super) fn trim(text: &str) -> &str {
    let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    // Most parts have none, and of those the ends are all that is looked at.
    if is_space(text.as_bytes().first()) || is_space(text.as_bytes().last()) {
        return text.trim_matches([' ', '\t']);
    }
    text
}

/// The text before the first of these ASCII characters, and the text behind it. Unlike the standard
/// library's, it leads to no panic that a compiler could not rule out.
#[inline]
pub(super) fn split_once(text: &str, at: u8) -> Option<(&str, &str)> {
    let (before, rest) = text.split_at_checked(position(text.as_bytes(), at)?)?;
    Some((before, rest.get(1..)?))
}

/// Where a byte stands first: eight bytes at a time, which no look at each can do.
#[inline]
fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let pattern = EACH.wrapping_mul(u64::from(wanted));
    let (mut at, mut rest) = (0_usize, bytes);
    while let Some((eight, after)) = rest.split_first_chunk() {
        let differences = u64::from_le_bytes(*eight) ^ pattern;
        // The lowest bit that is set is the highest of the first byte without a difference.
        let same = differences.wrapping_sub(EACH) & !differences & (EACH << 7);
        if same != 0 {
            return Some(at.wrapping_add((same.trailing_zeros() / u8::BITS) as usize));
        }
        (at, rest) = (at.wrapping_add(size_of::<u64>()), after);
    }
    let last = rest.iter().position(|byte| *byte == wanted)?;
    Some(at.wrapping_add(last))
}
