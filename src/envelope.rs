//! The only writer of the header and the carrier (specification section 7).

use crate::carrier::Carrier;
use crate::context::TraceContext;
use crate::encode_error::{EncodeError, EncodeErrorKind};
use crate::field::Field;
use crate::flags::TraceFlags;
use crate::id::TraceId;
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
    pub const fn new(context: TraceContext) -> Self {
        Self::saying(Says::Context(context))
    }

    /// Makes the unsampled marker: a decision was taken, do not start a trace here. 8 bytes
    /// without fields.
    #[must_use]
    pub const fn unsampled() -> Self {
        Self::saying(Says::Unsampled)
    }

    /// Makes the escape: nothing is known, the payload follows. 8 bytes without fields. It is for
    /// payloads that [need it](needs_escape), and for fields that come without a context.
    #[must_use]
    pub const fn escape() -> Self {
        Self::saying(Says::Nothing)
    }

    pub(crate) const fn saying(says: Says) -> Self {
        Self { says, fields: &[], kept: Carrier::EMPTY }
    }

    /// Sets the fields that are written, in any order.
    #[must_use]
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
    pub const fn with_kept_fields(self, carrier: Carrier<'a>) -> Self {
        Self { kept: carrier, ..self }
    }

    /// Returns how many bytes the envelope has on the wire, before the payload. O(fields),
    /// O(fields²) for many fields of one type.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written.
    pub fn encoded_len(&self) -> Result<usize, EncodeError> {
        Ok(HEADER_LEN + usize::from(self.check()?))
    }

    /// Writes the envelope to the front of `out` and returns its length: the payload goes there.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written or `out` is too short; nothing has been
    /// written then.
    pub fn encode_to_slice(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let room = out.len();
        if !self.may_have_fields() {
            let (front, len) = self.says.front(self.says.carrier_len() as u16);
            if let (Some(out), Some(front)) = (out.get_mut(..len), front.get(..len)) {
                out.copy_from_slice(front);
                return Ok(len);
            }
        }
        let carrier_len = self.check()?;
        let len = HEADER_LEN + usize::from(carrier_len);
        let Some(mut rest) = out.get_mut(..len) else {
            return Err(EncodeError::new(EncodeErrorKind::BufferTooSmall, room));
        };
        self.emit(carrier_len, |piece| {
            if let Some((here, after)) =
                core::mem::take(&mut rest).split_at_mut_checked(piece.len())
            {
                here.copy_from_slice(piece);
                rest = after;
            }
        });
        Ok(len)
    }

    /// Writes the whole frame, envelope and a copy of `payload`, in one exact allocation.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written.
    #[cfg(feature = "alloc")]
    pub fn encode_to_vec(&self, payload: &[u8]) -> Result<alloc::vec::Vec<u8>, EncodeError> {
        let carrier_len = self.check()?;
        let mut frame =
            alloc::vec::Vec::with_capacity(HEADER_LEN + usize::from(carrier_len) + payload.len());
        self.emit(carrier_len, |piece| frame.extend_from_slice(piece));
        frame.extend_from_slice(payload);
        Ok(frame)
    }

    /// Appends the envelope to any [`BufMut`](bytes::BufMut); the payload goes after it.
    ///
    /// # Errors
    /// An [`EncodeError`] if the envelope cannot be written or `out` has no room for it; nothing
    /// has been written then.
    #[cfg(feature = "bytes")]
    pub fn encode(&self, out: &mut impl bytes::BufMut) -> Result<(), EncodeError> {
        let carrier_len = self.check()?;
        if out.remaining_mut() < HEADER_LEN + usize::from(carrier_len) {
            return Err(EncodeError::new(EncodeErrorKind::BufferTooSmall, out.remaining_mut()));
        }
        self.emit(carrier_len, |piece| out.put_slice(piece));
        Ok(())
    }

    /// Judges everything that is to be written, in canonical order, and counts the carrier's bytes.
    /// The one place where lengths are judged.
    pub(crate) fn check(&self) -> Result<u16, EncodeError> {
        let mut len = self.says.carrier_len();
        if self.may_have_fields() {
            let mut count = 0_usize;
            let mut result = Ok(());
            self.for_each_field(|field| {
                if result.is_ok() {
                    count += 1;
                    let fault = self.fault(&field, count);
                    result =
                        fault.map_or(Ok(()), |kind| Err(EncodeError::new(kind, HEADER_LEN + len)));
                    len = len.saturating_add(FIELD_HEADER_LEN).saturating_add(field.value_len());
                    if result.is_ok() && len > MAX_CARRIER_LEN {
                        result = Err(EncodeError::new(
                            EncodeErrorKind::CarrierTooLong,
                            HEADER_LEN + MAX_CARRIER_LEN,
                        ));
                    }
                }
            });
            result?;
        }
        // Never more than what was just judged.
        Ok(len as u16)
    }

    /// Why the `count`-th field cannot be written.
    fn fault(&self, field: &Field<'_>, count: usize) -> Option<EncodeErrorKind> {
        if count > MAX_FIELDS {
            return Some(EncodeErrorKind::TooManyFields);
        }
        if !field.is_well_formed() {
            return Some(EncodeErrorKind::MalformedField);
        }
        if !field.is_in_place(self.context()) {
            return Some(EncodeErrorKind::MisplacedField);
        }
        if self.fields.iter().filter(|other| field.repeats(other)).count() > 1 {
            return Some(EncodeErrorKind::RepeatedField);
        }
        (field.value_len() > usize::from(u16::MAX)).then_some(EncodeErrorKind::FieldTooLong)
    }

    /// The bytes, in order, in pieces. Everything has been judged: `carrier_len` is what
    /// [`check`](Self::check) counted.
    fn emit(&self, carrier_len: u16, mut put: impl FnMut(&[u8])) {
        let (front, len) = self.says.front(carrier_len);
        put(front.get(..len).unwrap_or_default());
        self.for_each_field(|field| {
            // A value's length was judged.
            let [len_0, len_1] = (field.value_len() as u16).to_be_bytes();
            put(&[field.field_type().0, len_0, len_1]);
            field.for_each_piece(&mut put);
        });
    }

    /// The fields in canonical order: ascending by type, each type's in the order in which they
    /// were given (`R-WRITE-6`).
    fn for_each_field(&self, mut each: impl FnMut(Field<'a>)) {
        if !self.may_have_fields() {
            return;
        }
        let mut room;
        let kept = if self.kept.may_have_fields() {
            room = [None; MAX_FIELDS];
            room.iter_mut().zip(self.going_on()).for_each(|(to, field)| *to = Some(field));
            &room[..]
        } else {
            &[]
        };
        // Where each field is found, behind its type: sorted, that is the canonical order.
        let mut order = [0_u32; 2 * MAX_FIELDS];
        let given = self.fields.iter().zip(0_u32..);
        let kept_ones = kept.iter().flatten().zip(FIRST_KEPT..);
        let mut len = 0;
        for (to, (field, at)) in order.iter_mut().zip(given.chain(kept_ones)) {
            *to = u32::from(field.field_type().0) << TYPE_SHIFT | at;
            len += 1;
        }
        let order = order.get_mut(..len).unwrap_or_default();
        order.sort_unstable();
        for at in order.iter().map(|at| at & ((1 << TYPE_SHIFT) - 1)) {
            let field = match at.checked_sub(FIRST_KEPT) {
                Some(at) => kept.get(at as usize).copied().flatten(),
                None => self.fields.get(at as usize).copied(),
            };
            field.into_iter().for_each(&mut each);
        }
    }

    /// The kept fields that go on, and that no given one replaces.
    fn going_on(&self) -> impl Iterator<Item = Field<'a>> {
        self.kept.fields().filter(|field| {
            field.field_type().is_kept()
                && field.is_in_place(self.context())
                && !self.fields.iter().any(|given| field.repeats(given))
        })
    }

    #[cfg(feature = "bytes")]
    pub(crate) const fn says(&self) -> Says {
        self.says
    }

    /// Most envelopes have no fields, and need not look for them.
    pub(crate) const fn may_have_fields(&self) -> bool {
        !self.fields.is_empty() || self.kept.may_have_fields()
    }

    const fn context(&self) -> Option<TraceContext> {
        self.says.context()
    }
}

/// Where the type stands in what fields are sorted by.
const TYPE_SHIFT: u32 = 24;

/// The place of the first kept field, behind all given ones: of those, no more than 256 are looked
/// at.
const FIRST_KEPT: u32 = 1 << 16;

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
        let (trace_id, span_id) = ids.split_at_mut(TraceId::LEN);
        trace_id.copy_from_slice(context.trace_id().as_bytes());
        span_id.copy_from_slice(context.span_id().as_bytes());
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
