//! Whether a text `traceparent` claims to be sampled, without parsing it.

use crate::w3c::traceparent::Traceparent;

/// Says whether a `traceparent` claims to be sampled, without parsing it: for edges with headers,
/// where most requests are not sampled and parsing every one costs more than the rest of the
/// envelope. Ask this first, and [parse](crate::TraceContext::from_traceparent) where it says yes.
///
/// It looks at the one digit that holds the sampled flag, whose place is the same in every version
/// of W3C Trace Context, and at nothing else. Total; O(1); allocates nothing.
///
/// - On every text that the parser reads, it says what the parser says: there is no false negative.
/// - *Yes* is a claim that nobody has checked. Of a text that the parser refuses it costs the parse
///   that refuses it, and nothing more: start nothing from the answer alone.
/// - *No* is said of a decision against the trace, and of what is no `traceparent`: too short, with
///   white space in front, or with upper-case flags. To W3C a request of the second kind is one
///   without a context. An edge that must tell them apart parses where the answer is no; one that
///   need not hands on `Propagation::Suppress`, which has no ids.
///
/// ```
/// use glassine::w3c::claims_sampled;
///
/// fn edge(traceparent: Option<&[u8]>) -> Option<glassine::TraceContext> {
///     let text = traceparent.filter(|text| claims_sampled(text))?;
///     glassine::TraceContext::from_traceparent(text).ok()
/// }
///
/// assert!(edge(Some(b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")).is_some());
/// assert!(edge(Some(b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")).is_none());
/// assert!(edge(None).is_none());
/// ```
#[must_use]
#[inline]
pub const fn claims_sampled(traceparent: &[u8]) -> bool {
    matches!(
        traceparent.first_chunk::<{ Traceparent::LEN }>(),
        Some([.., b'1' | b'3' | b'5' | b'7' | b'9' | b'b' | b'd' | b'f'])
    )
}
