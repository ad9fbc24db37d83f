//! The only writer of the header and the carrier (specification section 7).

use crate::carrier::Carrier;
use crate::context::TraceContext;
use crate::encode_error::{EncodeError, EncodeErrorKind};
use crate::field::{Field, FieldType};
use crate::flags::TraceFlags;
use crate::repeated_keys::repeated_keys;
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
        self.in_order(|fields| Ok(HEADER_LEN + usize::from(self.check(fields)?)))
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
    pub(crate) fn encode_with<W>(
        &self,
        place: impl FnOnce(usize) -> Result<W, EncodeError>,
        mut put: impl FnMut(&mut W, &[u8]),
    ) -> Result<W, EncodeError> {
        self.in_order(|fields| {
            let carrier_len = self.check(fields)?;
            let mut place = place(HEADER_LEN + usize::from(carrier_len))?;
            let (front, len) = self.says.front(carrier_len);
            put(&mut place, front.get(..len).unwrap_or_default());
            for field in fields.iter() {
                field.for_each_piece(|piece| put(&mut place, piece));
            }
            Ok(place)
        })
    }

    /// Judges everything that is to be written, in canonical order, and counts the carrier's bytes.
    /// The one place where lengths are judged.
    fn check(&self, fields: &Ordered<'_, 'a>) -> Result<u16, EncodeError> {
        let mut len = self.says.carrier_len();
        for (field, number) in fields.iter().zip(0..) {
            let fault = match &field {
                _ if number >= MAX_FIELDS => Some(EncodeErrorKind::TooManyFields),
                Written::Given(given) => self.fault(given, || fields.repeats(given, number)),
                // It was judged when it was read.
                Written::Kept(_) => None,
            };
            if let Some(kind) = fault {
                return Err(EncodeError::new(kind, HEADER_LEN + len));
            }
            len += field.len();
            if len > MAX_CARRIER_LEN {
                let at = HEADER_LEN + MAX_CARRIER_LEN;
                return Err(EncodeError::new(EncodeErrorKind::CarrierTooLong, at));
            }
        }
        // Never more than what was just judged.
        Ok(len as u16)
    }

    /// Why a field that is given cannot be written.
    fn fault(
        &self,
        field: &Field<'_>,
        is_repeated: impl FnOnce() -> bool,
    ) -> Option<EncodeErrorKind> {
        if !field.is_well_formed() {
            return Some(EncodeErrorKind::MalformedField);
        }
        if !field.is_in_place(self.context()) {
            return Some(EncodeErrorKind::MisplacedField);
        }
        if field.counts_once() && is_repeated() {
            return Some(EncodeErrorKind::RepeatedField);
        }
        (field.value_len() > usize::from(u16::MAX)).then_some(EncodeErrorKind::FieldTooLong)
    }

    /// Hands over the fields in canonical order: ascending by type, each type's in the order in
    /// which they were given, and kept ones behind them (`R-WRITE-6`).
    fn in_order<R>(&self, then: impl FnOnce(&Ordered<'_, 'a>) -> R) -> R {
        let is_in_order = self.fields.is_sorted_by_key(Field::field_type);
        if is_in_order && !self.kept.may_have_fields() {
            let repeated = self.repeated_entries(&[]).given;
            return then(&Ordered { given: self.fields, kept: &[], order: None, repeated });
        }
        let mut room: [&[u8]; MAX_FIELDS];
        let kept = if self.kept.may_have_fields() {
            room = [&[]; MAX_FIELDS];
            room.iter_mut().zip(self.going_on()).for_each(|(to, field)| *to = field);
            &room[..]
        } else {
            &[]
        };
        let repeated = self.repeated_entries(kept);
        // Where each field is found, behind its type: sorted, that is the canonical order.
        let mut order = [0_u32; 2 * MAX_FIELDS];
        let given = self.fields.iter().map(Field::field_type).zip(0..);
        let kept_ones = kept.iter().zip(FIRST_KEPT..).filter_map(|(field, at)| {
            let is_replaced = repeated.kept != 0 && repeated.kept >> (at - FIRST_KEPT) & 1 == 1;
            field.first().filter(|_| !is_replaced).map(|byte| (FieldType(*byte), at))
        });
        let mut len = 0;
        for (to, (field_type, at)) in order.iter_mut().zip(given.chain(kept_ones)) {
            *to = u32::from(field_type.0) << TYPE_SHIFT | at;
            len += 1;
        }
        let order = order.get_mut(..len).unwrap_or_default();
        order.sort_unstable();
        then(&Ordered { given: self.fields, kept, order: Some(order), repeated: repeated.given })
    }

    /// The kept fields that go on, as they stand on the wire. Those of a type that counts once go
    /// on unless one is given; text-map entries are not compared here.
    fn going_on(&self) -> impl Iterator<Item = &'a [u8]> {
        let given = self.fields.iter().map(Field::field_type);
        let given = given.filter(|given| given.is_known());
        let given = given.fold(0_u8, |given, field_type| given | 1 << field_type.0);
        self.kept.judged().filter_map(move |(raw, judgement)| {
            let field = judgement.ok()?;
            let is_replaced = match field {
                Field::TextMap { .. } => false,
                field => field.counts_once() && given >> field.field_type().0 & 1 == 1,
            };
            let goes_on = raw.field_type().is_kept() && field.is_in_place(self.context());
            (goes_on && !is_replaced).then_some(raw.bytes())
        })
    }

    /// Which text-map entries have a key that stands in front of them: kept ones are replaced by
    /// it, given ones are an error.
    fn repeated_entries(&self, kept: &[&'a [u8]]) -> Repeated {
        let mut repeated = Repeated { given: None, kept: 0 };
        // Of more given ones than there may be, those in front.
        let given = self.fields.iter().zip(0..FIRST_KEPT_KEY);
        let given = given.filter_map(|(field, at)| match field {
            Field::TextMap { key, .. } if key.len() <= usize::from(u8::MAX) => {
                Some((at, key.as_bytes()))
            }
            _ => None,
        });
        // Kept ones were compared with each other when they were read.
        if given.clone().next().is_none() {
            return repeated;
        }
        let kept = kept.iter().zip(FIRST_KEPT_KEY..=u8::MAX);
        let kept = kept.filter_map(|(field, at)| match field {
            [field_type, _, _, len, rest @ ..] if *field_type == FieldType::TEXT_MAP.0 => {
                Some((at, rest.get(..usize::from(*len))?))
            }
            _ => None,
        });
        let mut first = 0;
        repeated_keys::<{ 2 * MAX_FIELDS }>(
            given.chain(kept),
            |key| key,
            |is_first, at, _| match at.checked_sub(FIRST_KEPT_KEY) {
                _ if is_first => first = u32::from(at),
                Some(at) => repeated.kept |= 1_u128.wrapping_shl(u32::from(at)),
                None => repeated.given = Some(repeated.given.unwrap_or(first).min(first)),
            },
        );
        repeated
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

/// The fields of an envelope in canonical order.
struct Ordered<'o, 'a> {
    given: &'o [Field<'a>],
    /// As they stand on the wire; empty ones are none.
    kept: &'o [&'a [u8]],
    /// Where each of them is found, behind its type. `None` if the given ones are all, in order.
    order: Option<&'o [u32]>,
    /// The first given text-map entry whose key is given again.
    repeated: Option<u32>,
}

impl<'a> Ordered<'_, 'a> {
    fn iter(&self) -> impl Iterator<Item = Written<'_, 'a>> {
        let len = self.order.map_or(self.given.len(), <[u32]>::len);
        (0..len).filter_map(|number| self.get(number))
    }

    fn get(&self, number: usize) -> Option<Written<'_, 'a>> {
        let at = self.at(number)?;
        match at.checked_sub(FIRST_KEPT) {
            Some(at) => self.kept.get(at as usize).copied().map(Written::Kept),
            None => self.given.get(at as usize).map(Written::Given),
        }
    }

    fn at(&self, number: usize) -> Option<u32> {
        match self.order {
            Some(order) => order.get(number).map(|at| at & ((1 << TYPE_SHIFT) - 1)),
            // No more than 129 are looked at.
            None => Some(number as u32),
        }
    }

    /// Whether the field with this number, which is given, is given again.
    fn repeats(&self, field: &Field<'_>, number: usize) -> bool {
        match field {
            Field::TextMap { .. } => self.repeated.is_some() && self.repeated == self.at(number),
            field => self.get(number + 1).is_some_and(|next| match next {
                Written::Given(next) => next.repeats(field),
                Written::Kept(_) => false,
            }),
        }
    }
}

/// A field that is written.
enum Written<'o, 'a> {
    Given(&'o Field<'a>),
    /// All of its bytes.
    Kept(&'a [u8]),
}

impl Written<'_, '_> {
    fn len(&self) -> usize {
        match self {
            Self::Given(field) => FIELD_HEADER_LEN.saturating_add(field.value_len()),
            Self::Kept(bytes) => bytes.len(),
        }
    }

    fn for_each_piece(&self, mut piece: impl FnMut(&[u8])) {
        match self {
            Self::Given(field) => {
                // A value's length was judged.
                let [len_0, len_1] = (field.value_len() as u16).to_be_bytes();
                piece(&[field.field_type().0, len_0, len_1]);
                field.for_each_piece(piece);
            }
            Self::Kept(bytes) => piece(bytes),
        }
    }
}

/// Which text-map entries have a key that stands in front of them.
struct Repeated {
    /// The first given one whose key is given again.
    given: Option<u32>,
    /// A bit for each kept one.
    kept: u128,
}

/// Where the type stands in what fields are sorted by.
const TYPE_SHIFT: u32 = 24;

/// The place of the first kept field, behind all given ones: of those, no more than 256 are looked
/// at.
const FIRST_KEPT: u32 = 1 << 16;

/// The place of the first kept field among keys, behind as many given ones as there may be.
const FIRST_KEPT_KEY: u8 = MAX_FIELDS as u8;

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
