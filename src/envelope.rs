//! The only writer of the header and the carrier (specification section 7).

use crate::canonical_order::{GoingOn, Ordered, Written, in_order};
use crate::carrier::Carrier;
use crate::context::TraceContext;
use crate::encode_error::{EncodeError, EncodeErrorKind};
use crate::field::{Field, FieldType, TypesTaken};
use crate::flags::TraceFlags;
use crate::wire::{
    CONTEXT_LEN, DECIDED, FIELD_HEADER_LEN, GUARD, HEADER_LEN, IDS, IDS_LEN, MAGIC,
    MAX_CARRIER_LEN, MAX_FIELDS, VERSION,
};

/// Tells whether a payload must be put in an envelope because of its first byte (specification
/// [section 7], the escape rule: [`R-WRITE-2`]).
///
/// While sending is on, a payload for which this is true never goes bare: it gets its context, the
/// marker, or [`Envelope::escape`]. O(1).
///
/// ```
/// assert!(glassine::needs_escape(&[0x9E, 0x01]));
/// assert!(!glassine::needs_escape(b"{}"));
/// assert!(!glassine::needs_escape(b""));
/// ```
///
/// [`R-WRITE-2`]: crate::spec#7-how-a-message-is-written
/// [section 7]: crate::spec#7-how-a-message-is-written
#[must_use]
#[inline]
pub const fn needs_escape(payload: &[u8]) -> bool {
    matches!(payload, [MAGIC, ..])
}

/// Describes what goes in front of a payload, and writes it: a header of version 1 and its carrier
/// (specification [section 7]).
///
/// Borrows its fields, allocates nothing. The length is known before the first byte is written, and
/// everything that could be refused is refused before the first byte is written. Fields come out in
/// canonical order, in whatever order they are given.
///
/// ```
/// use glassine::{Envelope, Field, Reading, TraceContext};
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let fields = [Field::Tracestate("congo=t61r")];
/// let envelope = Envelope::new(context).with_fields(&fields);
///
/// let payload = b"hi";
/// let mut frame = [0xA5; 64];
/// let at = envelope.encode_to_slice(&mut frame)?;
/// assert_eq!(at, envelope.encoded_len()?);
/// frame[at..at + payload.len()].copy_from_slice(payload);
///
/// let message = Reading::read(&frame[..at + payload.len()]);
/// assert_eq!(message.payload(), payload);
/// assert_eq!(message.context(), Some(context));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [section 7]: crate::spec#7-how-a-message-is-written
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Envelope<'a> {
    says: Says,
    fields: &'a [Field<'a>],
    kept: Carrier<'a>,
}

impl<'a> Envelope<'a> {
    /// Makes an envelope with this context: 32 bytes without fields.
    #[must_use]
    #[inline]
    pub const fn new(context: TraceContext) -> Self {
        Self::saying(Says::Context(context))
    }

    /// Makes the unsampled marker: a decision was taken, do not start a trace here. 8 bytes
    /// without fields.
    #[must_use]
    #[inline]
    pub const fn unsampled() -> Self {
        Self::saying(Says::Unsampled)
    }

    /// Makes the escape: nothing is known, the payload follows. 8 bytes without fields. It is for
    /// payloads that [need it](needs_escape), and for fields that come without a context.
    #[must_use]
    #[inline]
    pub const fn escape() -> Self {
        Self::saying(Says::Nothing)
    }

    #[inline]
    pub(crate) const fn saying(says: Says) -> Self {
        Self { says, fields: &[], kept: Carrier::EMPTY }
    }

    /// Sets the fields that are written, in any order.
    #[must_use]
    #[inline]
    pub const fn with_fields(self, fields: &'a [Field<'a>]) -> Self {
        Self { fields, ..self }
    }

    /// Carries on the fields of an inbound message, by the copying rule (specification [section
    /// 8]): known ones that count, and unknown ones whose type has bit 7 set. One that
    /// [`with_fields`](Self::with_fields) gives anew is replaced, and one that has no place without
    /// a context is left out.
    ///
    /// [section 8]: crate::spec#8-how-a-frame-is-changed
    #[must_use]
    #[inline]
    pub const fn with_kept_fields(self, carrier: Carrier<'a>) -> Self {
        Self { kept: carrier, ..self }
    }

    /// Returns how many bytes the envelope has on the wire, before the payload. O(fields), and a
    /// sort of them.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written.
    pub fn encoded_len(&self) -> Result<usize, EncodeError> {
        in_order(self.fields, self.going_on().as_mut(), |fields| {
            Ok(HEADER_LEN + usize::from(self.check(fields)?))
        })
    }

    /// Writes the envelope to the front of `out` and returns its length: the payload goes there.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written or `out` is too short; nothing has been
    /// written then.
    #[inline]
    pub fn encode_to_slice(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let Some(context) = self.context_alone() else {
            return self.encode_any_to_slice(out);
        };
        let room = out.len();
        let too_small = EncodeError::new(EncodeErrorKind::BufferTooSmall, room);
        *out.first_chunk_mut().ok_or(too_small)? = context;
        Ok(CONTEXT_LEN)
    }

    /// Writes the whole frame, envelope and a copy of `payload`, to the front of `out`, and returns
    /// its length: for senders without an allocator. O(frame).
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written or `out` is too short; of its contents
    /// nothing counts then.
    ///
    /// ```
    /// use glassine::{Envelope, Reading};
    ///
    /// let mut out = [0; 64];
    /// let len = Envelope::unsampled().encode_frame_to_slice(b"21.5 C", &mut out)?;
    /// assert_eq!(Reading::read(&out[..len]).payload(), b"21.5 C");
    /// # Ok::<(), glassine::EncodeError>(())
    /// ```
    pub fn encode_frame_to_slice(
        &self,
        payload: &[u8],
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        let too_small = EncodeError::new(EncodeErrorKind::BufferTooSmall, out.len());
        let at = self.encode_to_slice(out)?;
        let end = at.saturating_add(payload.len());
        out.get_mut(at..end).ok_or(too_small)?.copy_from_slice(payload);
        Ok(end)
    }

    #[inline(never)]
    fn encode_any_to_slice(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let room = out.len();
        if !self.may_have_fields() {
            let (front, len) = self.says.front(self.says.carrier_len() as u16);
            if let (Some(out), Some(front)) = (out.get_mut(..len), front.get(..len)) {
                out.copy_from_slice(front);
                return Ok(len);
            }
        }
        let mut rest = out;
        let place = |len| {
            let too_small = EncodeError::new(EncodeErrorKind::BufferTooSmall, room);
            if len > room { Err(too_small) } else { Ok(len) }
        };
        self.encode_with(place, |_, piece| {
            if let Some((here, after)) =
                core::mem::take(&mut rest).split_at_mut_checked(piece.len())
            {
                here.copy_from_slice(piece);
                rest = after;
            }
        })
    }

    /// Writes the whole frame, envelope and a copy of `payload`, in one exact allocation.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written.
    #[cfg(feature = "alloc")]
    pub fn encode_to_vec(&self, payload: &[u8]) -> Result<alloc::vec::Vec<u8>, EncodeError> {
        let place = |len: usize| Ok(alloc::vec::Vec::with_capacity(len + payload.len()));
        let mut frame = match self.context_alone() {
            Some(context) => {
                let mut frame = place(CONTEXT_LEN)?;
                frame.extend_from_slice(&context);
                frame
            }
            None => self.encode_with(place, |frame, piece| frame.extend_from_slice(piece))?,
        };
        frame.extend_from_slice(payload);
        Ok(frame)
    }

    /// Appends the envelope to any [`BufMut`](bytes::BufMut); the payload goes after it.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written or `out` has no room for it; nothing
    /// has been written then.
    #[cfg(feature = "bytes")]
    #[inline]
    pub fn encode(&self, out: &mut impl bytes::BufMut) -> Result<(), EncodeError> {
        let room = out.remaining_mut();
        let too_small = EncodeError::new(EncodeErrorKind::BufferTooSmall, room);
        match self.context_alone() {
            Some(_) if room < CONTEXT_LEN => return Err(too_small),
            Some(context) => out.put_slice(&context),
            None => {
                let place = |len| if len > room { Err(too_small) } else { Ok(out) };
                self.encode_with(place, |out, piece| out.put_slice(piece))?;
            }
        }
        Ok(())
    }

    /// Writes any envelope: judges everything, then asks for a place of its length, then puts the
    /// pieces there in order.
    fn encode_with<W>(
        &self,
        place: impl FnOnce(usize) -> Result<W, EncodeError>,
        put: impl FnMut(&mut W, &[u8]),
    ) -> Result<W, EncodeError> {
        self.encode_going_on(self.going_on().as_mut(), place, put)
    }

    /// The same with these fields of another message in place of the kept ones.
    pub(crate) fn encode_going_on<W>(
        &self,
        going_on: Option<&mut GoingOn<'a>>,
        place: impl FnOnce(usize) -> Result<W, EncodeError>,
        mut put: impl FnMut(&mut W, &[u8]),
    ) -> Result<W, EncodeError> {
        in_order(self.fields, going_on, |fields| {
            let carrier_len = self.check(fields)?;
            let mut place = place(HEADER_LEN + usize::from(carrier_len))?;
            let (front, len) = self.says.front(carrier_len);
            put(&mut place, front.get(..len).unwrap_or_default());
            fields.for_each(|field| {
                field.for_each_piece(|piece| put(&mut place, piece));
                Ok(())
            })?;
            Ok(place)
        })
    }

    /// Judges everything that is to be written, and counts the carrier's bytes.
    fn check(&self, fields: &Ordered<'_, 'a>) -> Result<u16, EncodeError> {
        let (mut count, mut len) = fields.going_on();
        len = len.saturating_add(self.says.carrier_len());
        let mut is_sound = !fields.repeats_key();
        let mut taken = TypesTaken::default();
        for field in self.fields {
            count += 1;
            len = len.saturating_add(FIELD_HEADER_LEN).saturating_add(field.value_len());
            is_sound &= self.fault(field).is_none();
            is_sound &= taken.take(field.field_type());
        }
        if is_sound && count <= MAX_FIELDS && len <= MAX_CARRIER_LEN {
            return Ok(len as u16);
        }
        // There is one.
        let none = EncodeError::new(EncodeErrorKind::CarrierTooLong, HEADER_LEN + MAX_CARRIER_LEN);
        Err(self.first_fault(fields).err().unwrap_or(none))
    }

    /// Says what is wrong first in canonical order, and where.
    #[cold]
    fn first_fault(&self, fields: &Ordered<'_, 'a>) -> Result<(), EncodeError> {
        let (mut count, mut len) = (0, self.says.carrier_len());
        fields.for_each(|field| {
            let fault = match field {
                _ if count == MAX_FIELDS => Some(EncodeErrorKind::TooManyFields),
                Written::Given(number, field) => {
                    let repeated = || EncodeErrorKind::RepeatedField;
                    let too_long = || EncodeErrorKind::FieldTooLong;
                    let is_too_long = field.value_len() > usize::from(u16::MAX);
                    self.fault(field)
                        .or_else(|| fields.repeats(field, number).then(repeated))
                        .or_else(|| is_too_long.then(too_long))
                }
                // It was judged when it was read.
                Written::GoingOn(_) => None,
            };
            if let Some(kind) = fault {
                return Err(EncodeError::new(kind, HEADER_LEN + len));
            }
            count += 1;
            len += field.len();
            if len > MAX_CARRIER_LEN {
                let at = HEADER_LEN + MAX_CARRIER_LEN;
                return Err(EncodeError::new(EncodeErrorKind::CarrierTooLong, at));
            }
            Ok(())
        })
    }

    /// Why a field that is given cannot be written, whatever the others are.
    #[inline]
    fn fault(&self, field: &Field<'_>) -> Option<EncodeErrorKind> {
        if !field.is_well_formed() {
            return Some(EncodeErrorKind::MalformedField);
        }
        (!field.is_in_place(self.context())).then_some(EncodeErrorKind::MisplacedField)
    }

    /// The kept fields that go on. Those of a type that counts once do unless one is given.
    pub(crate) fn going_on(&self) -> Option<GoingOn<'a>> {
        if !self.kept.may_have_fields() {
            return None;
        }
        let given: TypesTaken = self.fields.iter().collect();
        let context = self.context();
        // Keys are compared later.
        let goes_on =
            |field: &Field<'_>| !given.contain(field.field_type()) && field.is_in_place(context);
        Some(GoingOn::find(self.kept, FieldType::is_kept, goes_on))
    }

    /// The whole envelope, if it is a context without fields: nothing about it can be refused.
    #[inline]
    pub(crate) fn context_alone(&self) -> Option<[u8; CONTEXT_LEN]> {
        match self.says {
            Says::Context(_) if !self.may_have_fields() => Some(self.says.front(IDS_LEN as u16).0),
            _ => None,
        }
    }

    #[cfg(feature = "bytes")]
    pub(crate) const fn says(&self) -> Says {
        self.says
    }

    /// Most envelopes have no fields, and need not look for them.
    #[inline]
    pub(crate) const fn may_have_fields(&self) -> bool {
        !self.fields.is_empty() || self.kept.may_have_fields()
    }

    const fn context(&self) -> Option<TraceContext> {
        self.says.context()
    }
}

/// The header of any version. Whoever calls this has seen to it that the invariants hold.
pub(crate) const fn header(
    version: u8,
    flags: TraceFlags,
    shape: u8,
    carrier_len: u16,
) -> [u8; HEADER_LEN] {
    let [guard_0, guard_1] = GUARD;
    let [len_0, len_1] = carrier_len.to_be_bytes();
    [MAGIC, version, guard_0, guard_1, flags.to_u8(), shape, len_0, len_1]
}

/// What an envelope says: the three shapes of version 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Says {
    Nothing,
    Unsampled,
    Context(TraceContext),
}

impl Says {
    /// What is said in front of a payload if there is this to say: the one place that asks for the
    /// escape (`R-WRITE-2`).
    #[cfg(any(feature = "bytes", feature = "policy"))]
    #[inline]
    pub(crate) fn or_escape(says: Option<Self>, payload: &[u8]) -> Option<Self> {
        match says {
            None if needs_escape(payload) => Some(Self::Nothing),
            says => says,
        }
    }

    /// Header and ids, and how many bytes they are.
    #[inline]
    pub(crate) fn front(self, carrier_len: u16) -> ([u8; CONTEXT_LEN], usize) {
        let (flags, shape) = match self {
            Self::Nothing => (TraceFlags::NONE, 0),
            Self::Unsampled => (TraceFlags::NONE, DECIDED),
            Self::Context(context) => (context.flags(), DECIDED | IDS),
        };
        let mut front = [0; CONTEXT_LEN];
        let (to_header, ids) = front.split_at_mut(HEADER_LEN);
        to_header.copy_from_slice(&header(VERSION, flags, shape, carrier_len));
        let Self::Context(context) = self else { return (front, HEADER_LEN) };
        ids.copy_from_slice(&context.to_ids());
        (front, CONTEXT_LEN)
    }

    /// Bytes of carrier that it takes by itself.
    pub(crate) const fn carrier_len(self) -> usize {
        match self {
            Self::Context(_) => IDS_LEN,
            Self::Nothing | Self::Unsampled => 0,
        }
    }

    pub(crate) const fn context(self) -> Option<TraceContext> {
        match self {
            Self::Context(context) => Some(context),
            Self::Nothing | Self::Unsampled => None,
        }
    }
}
