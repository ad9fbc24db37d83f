//! Reads and writes the text form, for channels that carry text only (specification [section 10]).
//!
//! [section 10]: crate::spec#10-the-text-form

use alloc::string::String;
use core::fmt;
use core::str::Utf8Error;

use data_encoding::BASE64URL_NOPAD;

use crate::context::TraceContext;
use crate::encode_error::EncodeError;
use crate::envelope::Envelope;
use crate::fault::{Fault, FaultKind};
use crate::head::Head;
use crate::mode::Mode;
use crate::owned_reading::OwnedReading;
use crate::reader::Reader;
use crate::verdict::Verdict;
use crate::wire::{CONTEXT_LEN, HEADER_LEN, LENGTH_AT, MAX_ENCODED_LEN, TEXT_END, TEXT_PREFIX};

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
        let (front, _) = decode_front::<{ CONTEXT_LEN }>(self.encoded)?;
        TraceContext::from_ids(front.last_chunk()?, self.head.flags()?)
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
        let Some(after_prefix) = text.strip_prefix(TEXT_PREFIX.as_bytes()) else {
            return TextReading { text, encoded: &[], head: Head::BARE, fault: None };
        };
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
        // Of the last character, the bits that no byte takes are 0.
        let ends_well = match (end % CHARS, encoded.last()) {
            (1, _) => return Err((FaultKind::TextLength, end)),
            (2, last) => matches!(last, Some(b'A' | b'Q' | b'g' | b'w')),
            (3, last) => matches!(
                last,
                Some(b'A' | b'E' | b'I' | b'M' | b'Q' | b'U' | b'Y' | b'c')
                    | Some(b'g' | b'k' | b'o' | b's' | b'w' | b'0' | b'4' | b'8')
            ),
            _ => true,
        };
        if !ends_well {
            return Err((FaultKind::TextUnusedBits, end - 1));
        }

        let decoded_len = end * BYTES / CHARS;
        let (front, len) =
            decode_front::<HEADER_LEN>(encoded).ok_or((FaultKind::TextNotAFrame, 0))?;
        let head =
            Head::parse(front.get(..len).unwrap_or_default(), decoded_len, self.carrier_cap());
        match (head.verdict(), head.fault(decoded_len)) {
            (Verdict::Bare, _) => Err((FaultKind::TextNotAFrame, 0)),
            (Verdict::Damaged, Some(fault)) => Err(in_text(fault)),
            _ if head.payload_offset() != decoded_len => {
                Err((FaultKind::TextCarrierLength, LENGTH_AT * CHARS / BYTES))
            }
            _ => Ok((head, encoded)),
        }
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
            Some(front) => Ok(joined(&front, payload)),
            None => Ok(joined(&self.encode_to_vec(&[])?, payload)),
        }
    }
}

/// A message in text form: an envelope that is encoded, or none, in front of a payload.
pub(crate) fn joined(envelope: &[u8], payload: &str) -> String {
    let mut text = String::with_capacity(envelope_len(envelope.len()) + payload.len());
    if !envelope.is_empty() {
        text.push_str(TEXT_PREFIX);
        BASE64URL_NOPAD.encode_append(envelope, &mut text);
        text.push(char::from(TEXT_END));
    }
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

/// Decodes the first `N` bytes, or as many as there are, on the stack. Whole groups of four
/// characters only, but for the last group of the text: a cut inside a group would leave bits over.
fn decode_front<const N: usize>(encoded: &[u8]) -> Option<([u8; N], usize)> {
    let chars = encoded.len().min(N.div_ceil(BYTES) * CHARS);
    let mut bytes = [0; CONTEXT_LEN + BYTES];
    let decoded = bytes.get_mut(..chars * BYTES / CHARS)?;
    BASE64URL_NOPAD.decode_mut(encoded.get(..chars)?, decoded).ok()?;
    Some((*bytes.first_chunk()?, N.min(chars * BYTES / CHARS)))
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
        if !chunk.iter().fold(true, |all, byte| all & is_base64url(*byte)) {
            break;
        }
        rest = after;
    }
    let is_in = |byte: &&u8| IS_BASE64URL[usize::from(**byte)];
    text.len() - rest.len() + rest.iter().take_while(is_in).count()
}

static IS_BASE64URL: [bool; 256] = {
    let mut is_in = [false; 256];
    let mut byte = 0;
    while byte < is_in.len() {
        is_in[byte] = is_base64url(byte as u8);
        byte += 1;
    }
    is_in
};

#[inline]
const fn is_base64url(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    letter | (byte.wrapping_sub(b'0') < 10) | (byte == b'-') | (byte == b'_')
}

/// Four characters hold three bytes.
const CHARS: usize = 4;
const BYTES: usize = 3;
