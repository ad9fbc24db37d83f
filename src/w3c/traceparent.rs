//! W3C `traceparent` text, read strictly and written without allocating (specification section 13).

use core::fmt;
use core::ops::Range;
use core::str::FromStr;

use crate::context::TraceContext;
use crate::flags::TraceFlags;
use crate::hex;
use crate::id::{SpanId, TraceId};
use crate::w3c::parse_error::{ParseError, ParseErrorKind};
use crate::wire::IDS_LEN;

/// Holds the text of a `traceparent` of version `00`: always 55 ASCII characters, in place.
///
/// ```
/// use glassine::{SpanId, TraceContext, TraceFlags, TraceId};
///
/// let context = TraceContext::new(
///     TraceId::from_u128(1).unwrap(),
///     SpanId::from_u64(2).unwrap(),
///     TraceFlags::SAMPLED,
/// );
/// let text = "00-00000000000000000000000000000001-0000000000000002-01";
/// assert_eq!(context.to_traceparent().as_str(), text);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Traceparent([u8; Self::LEN]);

impl Traceparent {
    /// Length in bytes, which are ASCII characters.
    pub const LEN: usize = 55;

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Nothing but ASCII is ever written here, so the other arm is not reached.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn new(context: TraceContext, mask: TraceFlags) -> Self {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        let mut put = |range: Range<usize>, digits: &[u8]| {
            if let Some(place) = text.get_mut(range) {
                place.copy_from_slice(digits);
            }
        };
        put(TRACE_ID, &hex::encode::<16, 32>(context.trace_id().as_bytes()));
        put(SPAN_ID, &hex::encode::<8, 16>(context.span_id().as_bytes()));
        put(FLAGS, &hex::encode::<1, 2>(&[context.flags().masked(mask).to_u8()]));
        Self(text)
    }
}

impl AsRef<str> for Traceparent {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Traceparent({self})")
    }
}

impl TraceContext {
    /// Reads a `traceparent` value, strictly as W3C Trace Context level 2 says: 55 characters in
    /// version `00`, lower-case digits, no white space, no id that is all zero. Versions `01` to
    /// `fe` are read as their three known fields and, of the flags, the sampled bit (*versioning of
    /// traceparent*). Allocates nothing.
    ///
    /// # Errors
    /// A [`ParseError`] that names what is wrong and the first byte at fault ([`R-W3C-3`]).
    ///
    /// [`R-W3C-3`]: crate::spec#13-w3c-trace-context
    #[inline]
    pub fn from_traceparent(text: &[u8]) -> Result<Self, ParseError> {
        match text.try_into().ok().and_then(read_usual) {
            Some(context) => Ok(context),
            None => Self::from_any_traceparent(text),
        }
    }

    /// The same part by part, for later versions and for what is no `traceparent`.
    #[cold]
    fn from_any_traceparent(text: &[u8]) -> Result<Self, ParseError> {
        let Some((front, after)) = text.split_first_chunk() else {
            return Err(ParseError::new(ParseErrorKind::Length, text.len()));
        };
        let [version] = digits::<1, 2>(front, VERSION)?;
        if version == 0xFF {
            return Err(ParseError::new(ParseErrorKind::Version, VERSION.start));
        }
        dash(front, VERSION.end)?;
        let trace_id = TraceId::from_bytes(digits::<16, 32>(front, TRACE_ID)?)
            .ok_or(ParseError::new(ParseErrorKind::ZeroTraceId, TRACE_ID.start))?;
        dash(front, TRACE_ID.end)?;
        let span_id = SpanId::from_bytes(digits::<8, 16>(front, SPAN_ID)?)
            .ok_or(ParseError::new(ParseErrorKind::ZeroSpanId, SPAN_ID.start))?;
        dash(front, SPAN_ID.end)?;
        let [bits] = digits::<1, 2>(front, FLAGS)?;
        let flags = match (version, after.first()) {
            (0, None) => TraceFlags::from_u8(bits),
            (1.., None | Some(b'-')) => TraceFlags::from_u8(bits).masked(TraceFlags::SAMPLED),
            _ => return Err(ParseError::new(ParseErrorKind::Length, FLAGS.end)),
        };
        Ok(Self::new(trace_id, span_id, flags))
    }

    /// Writes the `traceparent` text of version `00`, with the flags that W3C Trace Context level 2
    /// defines ([`R-W3C-2`]). Allocates nothing.
    ///
    /// [`R-W3C-2`]: crate::spec#13-w3c-trace-context
    #[must_use]
    pub fn to_traceparent(self) -> Traceparent {
        Traceparent::new(self, TraceFlags::LEVEL_2)
    }

    /// Writes the `traceparent` text with the sampled flag alone, for peers that refuse any other.
    #[must_use]
    pub fn to_traceparent_level_1(self) -> Traceparent {
        Traceparent::new(self, TraceFlags::SAMPLED)
    }
}

/// Reads a `traceparent`: [`TraceContext::from_traceparent`].
impl FromStr for TraceContext {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::from_traceparent(text.as_bytes())
    }
}

/// Writes a `traceparent`: [`TraceContext::to_traceparent`].
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_traceparent().fmt(f)
    }
}

/// Reads a `traceparent` of version `00`, all digits of the ids at once. `None` if there is
/// anything that would have to be looked at part by part.
#[inline]
fn read_usual(text: &[u8; Traceparent::LEN]) -> Option<TraceContext> {
    let (b"00-", rest) = text.split_first_chunk()? else { return None };
    let (trace_id, rest) = rest.split_first_chunk::<32>()?;
    let (b"-", rest) = rest.split_first_chunk()? else { return None };
    let (span_id, rest) = rest.split_first_chunk::<16>()?;
    let (b"-", flags) = rest.split_first_chunk()? else { return None };
    let mut digits = [0; 2 * IDS_LEN];
    let (trace_id_digits, span_id_digits) = digits.split_at_mut(trace_id.len());
    trace_id_digits.copy_from_slice(trace_id);
    span_id_digits.copy_from_slice(span_id);
    let ids = hex::decode(&digits).ok()?;
    let digits = *flags.first_chunk()?;
    let flags = match u16::from_ne_bytes(digits) {
        SAMPLED => TraceFlags::SAMPLED.to_u8(),
        NO_FLAGS => 0,
        _ => hex::decode_byte(digits).ok()?,
    };
    TraceContext::from_ids(&ids, TraceFlags::from_u8(flags))
}

/// The flags that nearly all have, as a word.
const SAMPLED: u16 = u16::from_ne_bytes(*b"01");
const NO_FLAGS: u16 = u16::from_ne_bytes(*b"00");

const VERSION: Range<usize> = 0..2;
const TRACE_ID: Range<usize> = 3..35;
const SPAN_ID: Range<usize> = 36..52;
const FLAGS: Range<usize> = 53..55;

#[inline]
fn digits<const N: usize, const D: usize>(
    text: &[u8; Traceparent::LEN],
    range: Range<usize>,
) -> Result<[u8; N], ParseError> {
    let start = range.start;
    let digits = text.get(range).and_then(|digits| digits.first_chunk::<D>());
    hex::decode(digits.unwrap_or(&[0; D]))
        .map_err(|at| ParseError::new(ParseErrorKind::Digit, start.saturating_add(at)))
}

#[inline]
fn dash(text: &[u8; Traceparent::LEN], at: usize) -> Result<(), ParseError> {
    match text.get(at) {
        Some(b'-') => Ok(()),
        _ => Err(ParseError::new(ParseErrorKind::Separator, at)),
    }
}
