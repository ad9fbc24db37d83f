//! Reads and writes the text form, for channels that carry text only (specification [section 10]).
//!
//! [section 10]: crate::spec#10-the-text-form

use alloc::string::String;
use core::fmt;
use core::str::Utf8Error;

use ascii::AsciiStr;
use data_encoding::BASE64URL_NOPAD;

use crate::context::TraceContext;
use crate::encode_error::EncodeError;
use crate::envelope::Envelope;
use crate::fault::{Fault, FaultKind};
use crate::head::Head;
use crate::mode::Mode;
use crate::owned_reading::OwnedReading;
use crate::reader::Reader;
#[cfg(all(feature = "policy", feature = "bytes"))]
use crate::reading::Reading;
use crate::text::front::{BYTES, CHARS, CONTEXT_CHARS, HEADER_CHARS};
use crate::verdict::Verdict;
use crate::wire::{CONTEXT_LEN, LENGTH_AT, MAX_ENCODED_LEN, TEXT_END, TEXT_PREFIX};

mod front;

/// Tells whether a text must be put in an envelope because of how it begins ([`R-TEXT-4`]): the
/// escape rule of text channels. O(1).
///
/// [`R-TEXT-4`]: crate::spec#10-the-text-form
#[must_use]
pub fn needs_escape(payload: &str) -> bool {
    payload.starts_with(TEXT_PREFIX)
}

/// Tells what a message of a text channel says: verdict, context, payload (specification [section
/// 10]). It is a view of the message's bytes, and `Copy`.
///
/// Reading has judged the header and the encoding; it has allocated nothing, and nothing in the
/// carrier is decoded before it is asked for. Whether a channel is binary or text is a matter of
/// configuration: no reader looks for both.
///
/// ```
/// use glassine::{Envelope, Field, TraceContext};
/// use glassine::text::TextReading;
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03".parse()?;
/// let text = Envelope::new(context).encode_to_text("{\"id\":7}")?;
/// assert_eq!(text, "~glassine;ngHB3gMDABhL-S81d7NNpqPOkp0ODkc2APBnqgupArc;{\"id\":7}");
///
/// let message = TextReading::read(&text);
/// assert_eq!(message.payload_str(), Ok("{\"id\":7}"));
/// assert_eq!(message.context(), Some(context));
/// assert_eq!(message.decode().as_reading().carrier().baggage(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [section 10]: crate::spec#10-the-text-form
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TextReading<'a> {
    text: &'a [u8],
    /// The base64url of header and carrier; empty for bare and damaged messages.
    encoded: &'a [u8],
    /// What the decoded header says.
    head: Head,
    /// What is wrong, and where in the text.
    fault: Option<Fault>,
}

impl<'a> TextReading<'a> {
    /// Reads a message of a mixed text channel, with the default cap on the carrier:
    /// [`Reader::read_text`].
    #[must_use]
    pub fn read(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Reader::new().read_text(text)
    }

    /// Gives the reading back if a text channel of this mode takes the message. O(1).
    ///
    /// # Errors
    /// The [`Fault`] that a mixed channel would call damaged, and in always channels
    /// [`FaultKind::NotEnveloped`] for a bare message.
    pub fn require(self, mode: Mode) -> Result<Self, Fault> {
        // What does not begin with the text form's prefix is bare, whatever its first byte is.
        self.head.require(mode, self.fault, &[]).map(|()| self)
    }

    /// Returns what the message is.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        self.head.verdict()
    }

    /// Returns what is wrong with the form or the header of a damaged message, or that the carrier
    /// is above the cap. The offset counts in the text.
    #[must_use]
    pub const fn fault(self) -> Option<Fault> {
        self.fault
    }

    /// Tells whether the header claims that the trace is sampled, as
    /// [`Reading::claims_sampled`](crate::Reading::claims_sampled) does. O(1).
    #[must_use]
    pub const fn claims_sampled(self) -> bool {
        self.head.claims_sampled()
    }

    /// Returns the context that the message carries. O(1): decodes the ids, without allocating.
    #[must_use]
    pub fn context(self) -> Option<TraceContext> {
        if !self.head.has_ids() {
            return None;
        }
        let ids = front::decode_ids(self.encoded.first_chunk()?);
        TraceContext::from_ids(&ids, self.head.flags()?)
    }

    /// Decodes header and carrier: the frame in binary, without the payload. It is for the
    /// decision, `tracestate`, `baggage` and all other fields, whose offsets count in the decoded
    /// bytes. O(carrier), one allocation. Bare and damaged messages have none of these.
    #[must_use]
    pub fn decode(self) -> OwnedReading {
        // The encoding was judged when the message was read.
        let bytes = BASE64URL_NOPAD.decode(self.encoded).unwrap_or_default();
        OwnedReading::new(bytes.into(), self.head)
    }

    /// The context of a message that has one, and no fields.
    #[cfg(all(feature = "policy", feature = "bytes"))]
    pub(crate) fn context_alone(self) -> Option<TraceContext> {
        if self.encoded.len() == CONTEXT_CHARS { self.context() } else { None }
    }

    /// Hands over what [`decode`](Self::decode) decodes; without an allocation if it is a context
    /// and no fields.
    #[cfg(all(feature = "policy", feature = "bytes"))]
    pub(crate) fn with_decoded<R>(self, then: impl FnOnce(Reading<'_>) -> R) -> R {
        let Ok(chars) = <&[u8; CONTEXT_CHARS]>::try_from(self.encoded) else {
            return then(self.decode().as_reading());
        };
        then(Reading::new(&front::decode_context(chars), self.head))
    }

    /// Returns where the payload begins in the text: 0 for bare and damaged messages.
    #[must_use]
    pub const fn payload_offset(self) -> usize {
        match self.encoded.len() {
            0 => 0,
            encoded => TEXT_PREFIX.len() + encoded + 1,
        }
    }

    /// Returns all bytes of the message.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.text
    }

    /// Returns the payload, as it was sent: all of the text if it is bare or damaged. Nothing is
    /// asked of it: it need not be UTF-8. O(1).
    #[must_use]
    pub fn payload(self) -> &'a [u8] {
        self.text.get(self.payload_offset()..).unwrap_or_default()
    }

    /// Returns the payload as a string. O(payload). Whoever has the whole text as a string gets it
    /// for nothing, from [`payload_offset`](Self::payload_offset) on.
    ///
    /// # Errors
    /// A [`Utf8Error`] if it is not UTF-8.
    pub fn payload_str(self) -> Result<&'a str, Utf8Error> {
        core::str::from_utf8(self.payload())
    }
}

impl Reader {
    /// Reads a message of a mixed text channel. Total, like [`read`](Self::read). O(encoded header
    /// and carrier), allocates nothing.
    #[must_use]
    pub fn read_text(self, text: &(impl AsRef<[u8]> + ?Sized)) -> TextReading<'_> {
        let text = text.as_ref();
        match text.strip_prefix(TEXT_PREFIX.as_bytes()) {
            Some(after_prefix) => self.read_after_prefix(text, after_prefix),
            None => TextReading { text, encoded: &[], head: Head::BARE, fault: None },
        }
    }

    /// The same of a text that begins with the prefix.
    // Not inlined, so that bare messages save no registers for it.
    #[inline(never)]
    fn read_after_prefix<'a>(self, text: &'a [u8], after_prefix: &'a [u8]) -> TextReading<'a> {
        match self.text_context(after_prefix) {
            Some((head, encoded)) => TextReading { text, encoded, head, fault: None },
            None => self.read_any(text, after_prefix),
        }
    }

    /// The same of what is no context without fields.
    #[cold]
    #[inline(never)]
    fn read_any<'a>(self, text: &'a [u8], after_prefix: &'a [u8]) -> TextReading<'a> {
        let behind_prefix =
            |(kind, offset)| Some(Fault::new(kind, TEXT_PREFIX.len().saturating_add(offset)));
        match self.text_head(after_prefix) {
            Ok((head, encoded)) => {
                let fault = head.fault(after_prefix.len()).map(in_text).and_then(behind_prefix);
                TextReading { text, encoded, head, fault }
            }
            Err(fault) => {
                let head = Head::damaged(fault.0);
                TextReading { text, encoded: &[], head, fault: behind_prefix(fault) }
            }
        }
    }

    /// What nearly every message begins with: a context without fields. `None` for any other. Of
    /// its length it is known what is asked.
    #[inline]
    fn text_context(self, text: &[u8]) -> Option<(Head, &[u8])> {
        let (context, [TEXT_END, ..]) = text.split_first_chunk::<CONTEXT_CHARS>()? else {
            return None;
        };
        if !front::is_context(context) || !front::is_whole(context) {
            return None;
        }
        let header = front::decode_header(context.first_chunk()?);
        let flags = Head::flags_of_context(&header, CONTEXT_LEN, self.carrier_cap())?;
        Some((Head::context(flags), context))
    }

    /// The table of specification section 10, row by row. Offsets count from behind the prefix.
    fn text_head(self, text: &[u8]) -> Result<(Head, &[u8]), (FaultKind, usize)> {
        let within = text.get(..text.len().min(MAX_ENCODED_LEN + 1)).unwrap_or_default();
        // The alphabet ends at the end, unless something is wrong.
        let end = alphabet_len(within);
        let (encoded, rest) = within.split_at(end);
        if rest.first() != Some(&TEXT_END) {
            let longest = text.len().min(MAX_ENCODED_LEN);
            let is_terminated = rest.contains(&TEXT_END);
            let unterminated = (FaultKind::TextUnterminated, longest);
            return Err(if is_terminated { (FaultKind::TextAlphabet, end) } else { unterminated });
        }
        self.encoded_head(encoded)
    }

    /// The rest of the table, of characters that are all of the alphabet.
    fn encoded_head(self, encoded: &[u8]) -> Result<(Head, &[u8]), (FaultKind, usize)> {
        let end = encoded.len();
        // Of the last character, the bits that no byte takes are 0.
        let unused = match end % CHARS {
            1 => return Err((FaultKind::TextLength, end)),
            2 => 0b00_1111,
            3 => 0b00_0011,
            _ => 0,
        };
        let last = encoded.last().and_then(|last| front::value_of(*last));
        if last.is_some_and(|last| last & unused != 0) {
            return Err((FaultKind::TextUnusedBits, end - 1));
        }

        let decoded_len = end * BYTES / CHARS;
        let cap = self.carrier_cap();
        let head = match encoded.first_chunk() {
            Some(chars) => Head::parse(&front::decode_header(chars), decoded_len, cap),
            None => parse_short(encoded, decoded_len, cap),
        };
        // 0 bytes are no frame.
        if end > 0 && head.payload_offset() == decoded_len {
            return Ok((head, encoded));
        }
        Err(match (head.verdict(), head.fault(decoded_len)) {
            (Verdict::Bare, _) => (FaultKind::TextNotAFrame, 0),
            (Verdict::Damaged, Some(fault)) => in_text(fault),
            _ => (FaultKind::TextCarrierLength, LENGTH_AT * CHARS / BYTES),
        })
    }
}

impl Envelope<'_> {
    /// Writes the whole message in text form. A payload is text by its type; one that is not cannot
    /// be sent in this form ([`R-TEXT-3`]). O(frame).
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written.
    ///
    /// [`R-TEXT-3`]: crate::spec#10-the-text-form
    pub fn encode_to_text(&self, payload: &str) -> Result<String, EncodeError> {
        match self.context_alone() {
            Some(front) => Ok(joined_context(&front, payload)),
            None => Ok(joined(&self.encode_to_vec(&[])?, payload)),
        }
    }
}

/// A message in text form: an envelope that is encoded, or none, in front of a payload.
pub(crate) fn joined(envelope: &[u8], payload: &str) -> String {
    if let Ok(context) = envelope.try_into() {
        return joined_context(context, payload);
    }
    let mut text = String::with_capacity(envelope_len(envelope.len()) + payload.len());
    if !envelope.is_empty() {
        text.push_str(TEXT_PREFIX);
        BASE64URL_NOPAD.encode_append(envelope, &mut text);
        text.push(char::from(TEXT_END));
    }
    text.push_str(payload);
    text
}

/// The same of an envelope that is a context without fields.
#[inline]
fn joined_context(envelope: &[u8; CONTEXT_LEN], payload: &str) -> String {
    let front = front::encode_context(envelope);
    let front: &AsciiStr = front.get(..=CONTEXT_CHARS).unwrap_or_default().into();
    let mut text = String::with_capacity(front::TEXT_LEN + payload.len());
    text.push_str(TEXT_PREFIX);
    text.push_str(front.as_str());
    text.push_str(payload);
    text
}

/// How many bytes of a text an envelope takes that has `len` bytes. 0 for none.
pub(crate) const fn envelope_len(len: usize) -> usize {
    if len == 0 { 0 } else { TEXT_PREFIX.len() + (len * CHARS).div_ceil(BYTES) + 1 }
}

/// How many bytes an envelope may have to take at most `room` bytes of a text.
#[cfg(all(feature = "policy", feature = "bytes"))]
pub(crate) const fn room_for_envelope(room: usize) -> usize {
    // Six bits a character: whole bytes only.
    room.saturating_sub(TEXT_PREFIX.len() + 1) / CHARS * BYTES
        + (room.saturating_sub(TEXT_PREFIX.len() + 1) % CHARS * BYTES / CHARS)
}

impl fmt::Debug for TextReading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextReading")
            .field("verdict", &self.verdict())
            .field("fault", &self.fault().map(Fault::kind))
            .field("context", &self.context())
            .field("payload_len", &self.payload().len())
            .finish_non_exhaustive()
    }
}

/// What the header says if less than a header is encoded.
#[cold]
fn parse_short(encoded: &[u8], decoded_len: usize, cap: u16) -> Head {
    let mut chars = [b'A'; HEADER_CHARS];
    chars.iter_mut().zip(encoded).for_each(|(to, from)| *to = *from);
    let front = front::decode_header(&chars);
    Head::parse(front.get(..decoded_len).unwrap_or_default(), decoded_len, cap)
}

/// Where a fault of the decoded bytes shows in the text.
const fn in_text(fault: Fault) -> (FaultKind, usize) {
    (fault.kind(), fault.offset() * CHARS / BYTES)
}

/// How many characters of base64url a text begins with.
fn alphabet_len(text: &[u8]) -> usize {
    let mut rest = text;
    // As many at a time as a vector holds, to the end of each.
    while let Some((chunk, after)) = rest.split_first_chunk::<16>() {
        if !front::is_all(chunk) {
            break;
        }
        rest = after;
    }
    let is_in = |char: &&u8| front::value_of(**char).is_some();
    text.len() - rest.len() + rest.iter().take_while(is_in).count()
}
