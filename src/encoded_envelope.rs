//! An envelope as bytes, ready to go in front of payloads.

use core::fmt;

use bytes::{Buf, Bytes, BytesMut};

use crate::canonical_order::GoingOn;
use crate::context::TraceContext;
use crate::encode_error::EncodeError;
use crate::envelope::{Envelope, Says};
use crate::wire::{CONTEXT_LEN, FIELD_HEADER_LEN, HEADER_LEN, IDS_LEN};

/// Holds an envelope as bytes, ready to go in front of any number of payloads. Cheap to clone.
///
/// Up to 39 bytes (a context and a fan-out weight) are held in place, without an allocation; longer
/// ones in one shared allocation.
pub struct EncodedEnvelope(Repr);

impl EncodedEnvelope {
    /// Returns the encoded bytes.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.chunk().unwrap_or_default()
    }

    /// The bytes. `None` if there are none.
    #[inline]
    pub(crate) fn chunk(&self) -> Option<&[u8]> {
        // One by one: in a `match` they are told apart by a table.
        if let Repr::Empty = self.0 {
            return None;
        }
        if let Repr::Context(bytes) = &self.0 {
            return Some(bytes);
        }
        if let Repr::Header(bytes) = &self.0 {
            return Some(bytes);
        }
        Some(self.0.other_bytes())
    }

    /// Tells whether there are no bytes: the payload goes as it is.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Repr::Empty)
    }

    /// A copy, if it is a context without fields. Who asks for one kind after the other has each
    /// copied whole, where a clone is moved in pieces.
    #[cfg(feature = "policy")]
    #[inline]
    pub(crate) const fn copied_context(&self) -> Option<Self> {
        if let Repr::Context(bytes) = self.0 { Some(Self(Repr::Context(bytes))) } else { None }
    }

    /// A copy, if it is the marker or the escape.
    #[cfg(feature = "policy")]
    #[inline]
    pub(crate) const fn copied_header(&self) -> Option<Self> {
        if let Repr::Header(bytes) = self.0 { Some(Self(Repr::Header(bytes))) } else { None }
    }

    /// No bytes. A function, because a constant is copied with all of its 41 bytes.
    #[inline]
    pub(crate) const fn empty() -> Self {
        Self(Repr::Empty)
    }

    /// An envelope without fields, about which nothing can be refused.
    #[inline]
    pub(crate) fn without_fields(says: Says) -> Self {
        let (front, _) = says.front(says.carrier_len() as u16);
        match (says, front.first_chunk()) {
            (Says::Nothing | Says::Unsampled, Some(header)) => Self(Repr::Header(*header)),
            _ => Self(Repr::Context(front)),
        }
    }

    /// An envelope with fields that a writer has written before, in canonical order, and that leave
    /// room for what is said: they are copied as they are. One allocation above 39 bytes.
    #[cfg(feature = "policy")]
    pub(crate) fn with_fields(says: Says, fields: &[u8]) -> Self {
        let carrier_len = says.carrier_len() + fields.len();
        // Kept fields are shortened to less than a carrier's most.
        let (front, len) = says.front(carrier_len as u16);
        let front = front.get(..len).unwrap_or_default();
        let end = len + fields.len();
        let mut inline = [0; INLINE];
        if let Some((to_front, to_fields)) =
            inline.get_mut(..end).and_then(|bytes| bytes.split_at_mut_checked(len))
        {
            to_front.copy_from_slice(front);
            to_fields.copy_from_slice(fields);
            return Self(Repr::Inline { bytes: inline, len: end as u8 });
        }
        let mut bytes = BytesMut::with_capacity(end);
        bytes.extend_from_slice(front);
        bytes.extend_from_slice(fields);
        Self(Repr::Shared(bytes.freeze()))
    }

    #[inline]
    pub(crate) fn advance(&mut self, count: usize) {
        if count == self.as_bytes().len() {
            self.0 = Repr::Empty;
        }
        if let Repr::Header(_) | Repr::Context(_) = &self.0 {
            let mut bytes = [0; INLINE];
            let whole = self.as_bytes();
            let len = whole.len() as u8;
            bytes.iter_mut().zip(whole).for_each(|(to, from)| *to = *from);
            self.0 = Repr::Inline { bytes, len };
        }
        match &mut self.0 {
            Repr::Empty | Repr::Header(_) | Repr::Context(_) => {}
            // What is left moves to the front, which costs less than a start beside the length
            // whenever the bytes are asked for. `count` is at most the length.
            Repr::Inline { bytes, len } => {
                bytes.copy_within(count..usize::from(*len), 0);
                *len -= count as u8;
            }
            Repr::Shared(bytes) => bytes.advance(count),
        }
    }
}

impl Envelope<'_> {
    /// Encodes the envelope once, for use in front of many payloads. Allocates only above 39 bytes.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written.
    #[inline]
    pub fn to_encoded(&self) -> Result<EncodedEnvelope, EncodeError> {
        if self.may_have_fields() {
            return self.encoded_with_fields();
        }
        Ok(EncodedEnvelope::without_fields(self.says()))
    }

    #[inline(never)]
    fn encoded_with_fields(&self) -> Result<EncodedEnvelope, EncodeError> {
        self.encoded_going_on(self.going_on().as_mut())
    }
}

impl<'a> Envelope<'a> {
    /// The same with these fields of another message in place of the kept ones.
    pub(crate) fn encoded_going_on(
        &self,
        going_on: Option<&mut GoingOn<'a>>,
    ) -> Result<EncodedEnvelope, EncodeError> {
        let place = |len| {
            Ok(if len <= INLINE {
                Place::Inline { bytes: [0; INLINE], end: 0 }
            } else {
                Place::Shared(BytesMut::with_capacity(len))
            })
        };
        let written = self.encode_going_on(going_on, place, |place, piece| match place {
            Place::Inline { bytes, end } => {
                let start = usize::from(*end);
                // No more than what there is room for.
                *end += piece.len() as u8;
                if let Some(here) = bytes.get_mut(start..usize::from(*end)) {
                    here.copy_from_slice(piece);
                }
            }
            Place::Shared(bytes) => bytes.extend_from_slice(piece),
        })?;
        Ok(EncodedEnvelope(match written {
            Place::Inline { bytes, end } => Repr::Inline { bytes, len: end },
            Place::Shared(bytes) => Repr::Shared(bytes.freeze()),
        }))
    }
}

impl Clone for EncodedEnvelope {
    // Apart, so that who copies a context or the marker saves no registers for the others.
    #[inline(never)]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl From<TraceContext> for EncodedEnvelope {
    /// Encodes a context without fields: 32 bytes. Allocates nothing.
    #[inline]
    fn from(context: TraceContext) -> Self {
        Self(Repr::Context(Says::Context(context).front(IDS_LEN as u16).0))
    }
}

impl fmt::Debug for EncodedEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodedEnvelope({} bytes)", self.as_bytes().len())
    }
}

/// What is held in place: a context and a fan-out weight.
const INLINE: usize = CONTEXT_LEN + FIELD_HEADER_LEN + size_of::<u32>();

/// Where an envelope is written before it is one.
enum Place {
    Inline { bytes: [u8; INLINE], end: u8 },
    Shared(BytesMut),
}

#[derive(Clone)]
enum Repr {
    Empty,
    /// The marker, or the escape.
    Header([u8; HEADER_LEN]),
    /// A context without fields, as nearly all are: its length is known.
    Context([u8; CONTEXT_LEN]),
    Inline {
        bytes: [u8; INLINE],
        len: u8,
    },
    Shared(Bytes),
}

impl Repr {
    /// The bytes of what has fields. Apart, so that the others are inlined.
    #[inline(never)]
    fn other_bytes(&self) -> &[u8] {
        match self {
            Self::Empty => &[],
            Self::Header(bytes) => bytes,
            Self::Context(bytes) => bytes,
            Self::Inline { bytes, len } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Shared(bytes) => bytes,
        }
    }
}
