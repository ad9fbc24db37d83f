//! A new span id for a frame that passes through a hop (specification section 8).

use crate::canonical_order::Places;
use crate::field::FieldType;
use crate::id::SpanId;
use crate::reader::Reader;
use crate::wire::{CONTEXT_LEN, HEADER_LEN, LENGTH_AT, SPAN_ID_AT};

/// Gives a frame another span id, in place, and returns the frame.
///
/// Writes 8 bytes when every field may stay. Fields that the copying rule drops ([`R-COPY-1`] to
/// [`R-COPY-3`]: unknown ones whose type has bit 7 clear, malformed, misplaced and repeated ones, a
/// remainder) make the frame shorter: it then begins *later* in the same buffer, and the payload
/// does not move. What is in front of the returned slice is no longer part of the message. Trace
/// id, flags, payload and the order of the fields stay as they were.
///
/// `None`, with nothing changed, for anything that is not an enveloped message with a usable
/// context within the default cap on the carrier ([`R-COPY-5`]). O(carrier), without allocating;
/// the payload is not touched.
///
/// ```
/// use glassine::{Envelope, Reading, SpanId, TraceContext, reparent};
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let mut frame = [0; 34];
/// let at = Envelope::new(context).encode_to_slice(&mut frame)?;
/// frame[at..].copy_from_slice(b"hi");
///
/// let mine = SpanId::from_u64(7).unwrap();
/// let frame = reparent(&mut frame, mine).expect("a frame with a context");
/// assert_eq!(Reading::read(frame).context(), Some(context.with_span_id(mine)));
/// assert_eq!(Reading::read(frame).payload(), b"hi");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`R-COPY-1`]: crate::spec#8-how-a-frame-is-changed
/// [`R-COPY-3`]: crate::spec#8-how-a-frame-is-changed
/// [`R-COPY-5`]: crate::spec#8-how-a-frame-is-changed
#[must_use = "the frame may begin later in the buffer than before"]
pub fn reparent(frame: &mut [u8], span_id: SpanId) -> Option<&mut [u8]> {
    Reader::new().reparent(frame, span_id)
}

impl Reader {
    /// The same within this reader's cap.
    #[inline]
    pub(crate) fn reparent(self, frame: &mut [u8], span_id: SpanId) -> Option<&mut [u8]> {
        let frame = match self.read_context(frame) {
            Some(_) => frame,
            None => self.without_dropped_fields(frame)?,
        };
        frame.get_mut(SPAN_ID_AT..CONTEXT_LEN)?.copy_from_slice(span_id.as_bytes());
        Some(frame)
    }

    /// The frame with the fields that stay, at the end of the same buffer, if it has a context.
    fn without_dropped_fields(self, frame: &mut [u8]) -> Option<&mut [u8]> {
        let message = self.read(frame);
        message.context()?;
        let payload_at = message.payload_offset();
        let stays = Places::find(message.carrier(), FieldType::is_kept, |_| true);
        if CONTEXT_LEN + stays.len() == payload_at {
            return Some(frame);
        }
        // What stays closes up behind the ids, then header, ids and fields move up to the payload.
        let mut end = 0;
        let fields = frame.get_mut(CONTEXT_LEN..payload_at)?;
        for field in stays.ranges() {
            let (start, len) = (field.start, field.len());
            if start != end && fields.len() >= field.end {
                fields.copy_within(field, end);
            }
            end += len;
        }
        let end = CONTEXT_LEN + end;
        let carrier_len = u16::try_from(end - HEADER_LEN).ok()?;
        let start = payload_at - end;
        frame.copy_within(..end, start);

        let frame = frame.get_mut(start..)?;
        frame.get_mut(LENGTH_AT..HEADER_LEN)?.copy_from_slice(&carrier_len.to_be_bytes());
        Some(frame)
    }
}
