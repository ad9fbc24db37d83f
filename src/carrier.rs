//! Ids and fields, parsed when they are asked for and not before: the carrier.

use core::fmt;
use core::num::NonZeroU32;

use crate::context::TraceContext;
use crate::fault::{Fault, FaultKind};
use crate::field::{Field, FieldType, TypesTaken, parse_text};
use crate::flags::TraceFlags;
use crate::id::TraceId;
use crate::repeated_keys::{Among, Keys, repeated_keys};
use crate::wire::{CONTEXT_LEN, FIELD_HEADER_LEN, HEADER_LEN, IDS_LEN, MAX_FIELDS, SPAN_ID_AT};

/// Gives access to what a frame carries beside its payload: ids and fields (specification [section
/// 5]). It is a view of the bytes, and `Copy`; every method is lazy, allocates nothing and never
/// panics.
///
/// A message that has no readable carrier (bare, damaged, of an unknown version, above the cap) has
/// an empty one, so that asking is always safe.
///
/// ```
/// use glassine::{Envelope, Field, Reading, TraceContext};
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let fields = [Field::Tracestate("congo=t61r"), Field::TextMap { key: "b3", value: "0" }];
/// let mut buffer = [0; 64];
/// let len = Envelope::new(context).with_fields(&fields).encode_to_slice(&mut buffer)?;
///
/// let carrier = Reading::read(&buffer[..len]).carrier();
/// assert_eq!(carrier.context(), Some(context));
/// assert_eq!(carrier.tracestate(), Some("congo=t61r"));
/// assert_eq!(carrier.text_map("B3"), Some("0"));
/// assert_eq!(carrier.baggage(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [section 5]: crate::spec#5-the-carrier
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Carrier<'a> {
    /// The first 24 bytes, if the shape has IDS.
    ids: Option<&'a [u8; IDS_LEN]>,
    flags: TraceFlags,
    /// What follows the ids.
    fields: &'a [u8],
}

impl<'a> Carrier<'a> {
    pub(crate) const EMPTY: Self = Self { ids: None, flags: TraceFlags::NONE, fields: &[] };

    /// `bytes` is the whole carrier; the header's rules hold.
    #[inline]
    pub(crate) fn new(bytes: &'a [u8], has_ids: bool, flags: TraceFlags) -> Self {
        match bytes.split_first_chunk() {
            Some((ids, fields)) if has_ids => Self { ids: Some(ids), flags, fields },
            _ => Self { ids: None, flags, fields: bytes },
        }
    }

    /// Returns the context. `None` without ids, and where either id is all zero ([`R-CARRIER-1`]).
    /// O(1).
    ///
    /// [`R-CARRIER-1`]: crate::spec#51-ids
    #[must_use]
    #[inline]
    pub fn context(self) -> Option<TraceContext> {
        TraceContext::from_ids(self.ids?, self.flags)
    }

    /// All that follows the ids, as it stands on the wire.
    pub(crate) const fn field_bytes(self) -> &'a [u8] {
        self.fields
    }

    pub(crate) const fn may_have_fields(self) -> bool {
        !self.fields.is_empty()
    }

    /// Returns the text of `tracestate`, if there is a context that it belongs to ([`R-FIELD-5`]).
    /// O(fields before it).
    ///
    /// [`R-FIELD-5`]: crate::spec#52-fields
    #[must_use]
    pub fn tracestate(self) -> Option<&'a str> {
        self.context()?;
        self.raw_of(FieldType::TRACESTATE).find_map(|raw| parse_text(raw.value))
    }

    /// Returns the text of `baggage`. O(fields before it).
    #[must_use]
    pub fn baggage(self) -> Option<&'a str> {
        self.raw_of(FieldType::BAGGAGE).find_map(|raw| parse_text(raw.value))
    }

    /// Returns the value of a text-map key, which is compared without regard to ASCII case
    /// ([`R-FIELD-3`]). O(fields before it).
    ///
    /// [`R-FIELD-3`]: crate::spec#52-fields
    #[must_use]
    pub fn text_map(self, key: &str) -> Option<&'a str> {
        self.well_formed(FieldType::TEXT_MAP).find_map(|field| match field {
            Field::TextMap { key: this, value } if this.eq_ignore_ascii_case(key) => Some(value),
            _ => None,
        })
    }

    /// Returns how many messages this sampled one stands for, if there is a sampled context
    /// ([`R-FIELD-6`]). It is a claim, like every inbound field. O(fields before it).
    ///
    /// [`R-FIELD-6`]: crate::spec#52-fields
    #[must_use]
    pub fn fan_out_weight(self) -> Option<NonZeroU32> {
        self.context().filter(|context| context.is_sampled())?;
        self.well_formed(FieldType::FAN_OUT_WEIGHT).find_map(|field| match field {
            Field::FanOutWeight(weight) => Some(weight),
            _ => None,
        })
    }

    /// Returns one in how many receivers keeps the sampled context, where this one copy goes to
    /// many of them. `None` if nothing was said, which is as one in one, and without a sampled
    /// context ([`R-FIELD-8`]). O(fields before it).
    ///
    /// What the readings say is the frame's, and the same for every receiver. Whether *this* one
    /// keeps the context is for it to find out, by its name and the [weight](Self::fan_out_weight)
    /// of the same frame ([`R-THIN-1`]); for one that was not told its name the context stays
    /// sampled ([`R-THIN-3`]). It is a claim, like every inbound field.
    ///
    /// [`R-FIELD-8`]: crate::spec#52-fields
    /// [`R-THIN-1`]: crate::spec#17-shares-and-fan-out
    /// [`R-THIN-3`]: crate::spec#17-shares-and-fan-out
    #[must_use]
    pub fn thinning(self) -> Option<NonZeroU32> {
        self.context().filter(|context| context.is_sampled())?;
        self.well_formed(FieldType::THINNING).find_map(|field| match field {
            Field::Thinning(one_in) => Some(one_in),
            _ => None,
        })
    }

    /// Iterates over the further contexts, in the carrier's order.
    pub fn further_contexts(self) -> impl Iterator<Item = TraceContext> + 'a {
        self.well_formed(FieldType::FURTHER_CONTEXT).filter_map(|field| match field {
            Field::FurtherContext(context) => Some(context),
            _ => None,
        })
    }

    /// Iterates over the fields that count, in the carrier's order, unknown ones among them: no
    /// malformed, misplaced or repeated ones. There are at most 128. A whole pass is O(carrier).
    #[must_use]
    pub fn fields(self) -> Fields<'a> {
        Fields { judged: self.judged() }
    }

    /// Every field that fits into the carrier, with the judgement whether it counts.
    pub(crate) fn judged(self) -> Judged<'a> {
        Judged {
            carrier: self,
            rest: self.raw_fields(),
            taken: TypesTaken::default(),
            first_key: "",
            keys: None,
            repeated: None,
        }
    }

    /// Iterates over every field that fits into the carrier, whether it counts or not, in the
    /// carrier's order. There are at most 128.
    #[must_use]
    pub fn raw_fields(self) -> RawFields<'a> {
        RawFields { rest: self.fields, offset: self.fields_at() as u32, read: 0 }
    }

    /// Iterates over what is wrong inside the carrier, in ascending order of offset (specification
    /// [section 5.3]). It is for tools and logs: the readings above leave out by themselves what is
    /// wrong.
    ///
    /// [section 5.3]: crate::spec#53-faults-inside-the-carrier
    pub fn faults(self) -> impl Iterator<Item = Fault> + 'a {
        let zero = |bytes: &[u8], kind, offset| {
            bytes.iter().all(|byte| *byte == 0).then_some(Fault::new(kind, offset))
        };
        let ids = self.ids.into_iter().flat_map(move |ids| {
            let (trace_id, span_id) = ids.split_at(TraceId::LEN);
            let trace_id = zero(trace_id, FaultKind::ZeroTraceId, HEADER_LEN);
            let span_id = zero(span_id, FaultKind::ZeroSpanId, SPAN_ID_AT);
            trace_id.into_iter().chain(span_id)
        });
        let mut judged = self.judged();
        let fields = core::iter::from_fn(move || judged.next_fault());
        let end = core::iter::once_with(move || {
            let mut all = self.raw_fields();
            all.by_ref().for_each(drop);
            all.remainder()
        });
        ids.chain(fields).chain(end.flatten())
    }

    /// Where the fields begin, counted from the start of the message.
    pub(crate) const fn fields_at(self) -> usize {
        if self.ids.is_some() { CONTEXT_LEN } else { HEADER_LEN }
    }

    /// The text-map entries whose key stands in a well-formed one in front of them, a bit for each
    /// field.
    #[inline(never)]
    fn repeated_entries(self) -> u128 {
        let mut rest = self.raw_fields();
        let numbered = core::iter::from_fn(|| {
            let number = rest.read;
            rest.next().map(|raw| (number, raw))
        });
        let entries = numbered.filter(|(_, raw)| raw.field_type == FieldType::TEXT_MAP);
        let mut repeated = 0;
        let mut has_counted = false;
        repeated_keys::<MAX_FIELDS>(
            entries.map(|(number, raw)| (number, raw.value)),
            |value| key_of(value).unwrap_or_default(),
            |is_first, number, value| {
                has_counted &= !is_first;
                if has_counted {
                    repeated |= bit(number);
                } else {
                    has_counted = Field::parse(FieldType::TEXT_MAP, value).is_some();
                }
            },
        );
        repeated
    }

    fn raw_of(self, field_type: FieldType) -> impl Iterator<Item = RawField<'a>> {
        self.raw_fields().filter(move |raw| raw.field_type == field_type)
    }

    fn well_formed(self, field_type: FieldType) -> impl Iterator<Item = Field<'a>> {
        self.raw_of(field_type).filter_map(move |raw| Field::parse(field_type, raw.value))
    }
}

impl fmt::Debug for Carrier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carrier")
            .field("context", &self.context())
            .field("fields_len", &self.fields.len())
            .finish_non_exhaustive()
    }
}

/// Iterates over the fields of a [`Carrier`] that count; made by [`Carrier::fields`].
#[derive(Clone)]
pub struct Fields<'a> {
    judged: Judged<'a>,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        self.judged.next_counting(|_| true).map(|(_, field)| field)
    }
}

impl core::iter::FusedIterator for Fields<'_> {}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Goes through all fields that fit into a carrier, and judges each: whether it counts, and if not,
/// why.
#[derive(Clone)]
pub(crate) struct Judged<'a> {
    carrier: Carrier<'a>,
    rest: RawFields<'a>,
    /// The types of which a field has counted.
    taken: TypesTaken,
    /// The key of the first text-map entry that has counted: empty before it.
    first_key: &'a str,
    /// All of these keys, if there is a second.
    keys: Option<Keys>,
    /// The text-map entries whose key stands in front of them, if their marks leave it open.
    repeated: Option<u128>,
}

impl<'a> Judged<'a> {
    /// The next field that counts, of the types that are wanted: others are not looked at.
    #[inline]
    pub(crate) fn next_counting(
        &mut self,
        wanted: impl Fn(FieldType) -> bool,
    ) -> Option<(RawField<'a>, Field<'a>)> {
        loop {
            let raw = self.rest.find(|raw| wanted(raw.field_type))?;
            if let Some(field) = Field::parse_inline(raw.field_type, raw.value) {
                if self.fault(&field).is_none() {
                    return Some((raw, field));
                }
            }
        }
    }

    /// The next field that does not count, and why.
    fn next_fault(&mut self) -> Option<Fault> {
        loop {
            let raw = self.rest.next()?;
            let fault = match Field::parse_inline(raw.field_type, raw.value) {
                None => Some(FaultKind::MalformedField),
                Some(field) => self.fault(&field),
            };
            if let Some(kind) = fault {
                return Some(Fault::new(kind, raw.offset()));
            }
        }
    }

    /// Why the well-formed field that was read last does not count.
    #[inline]
    fn fault(&mut self, field: &Field<'a>) -> Option<FaultKind> {
        match field {
            Field::Unknown { .. } | Field::FurtherContext(_) => None,
            Field::TextMap { key, .. } => {
                self.is_repeated_key(key).then_some(FaultKind::RepeatedField)
            }
            _ if !field.is_in_place(self.carrier.context()) => Some(FaultKind::MisplacedField),
            field => (!self.taken.take(field.field_type())).then_some(FaultKind::RepeatedField),
        }
    }

    /// Whether a text-map entry with the key of the one that was read last has counted: now one
    /// has.
    #[inline]
    fn is_repeated_key(&mut self, key: &'a str) -> bool {
        if self.first_key.is_empty() {
            self.first_key = key;
            return false;
        }
        self.is_among_others(key)
    }

    #[inline(never)]
    fn is_among_others(&mut self, key: &'a str) -> bool {
        let fields = self.carrier.fields;
        // Where the entry's value is, one before its key: there are no more than 65,535 bytes.
        let tag = |key: &str| {
            let key_at = key.as_ptr().addr().wrapping_sub(fields.as_ptr().addr());
            key_at.wrapping_sub(1) as u16
        };
        let keys = self.keys.get_or_insert_with(|| {
            let mut keys = Keys::new();
            keys.add(self.first_key.as_bytes(), tag(self.first_key), |_| None);
            keys
        });
        match keys.add(key.as_bytes(), tag(key), |tag| key_of(fields.get(usize::from(tag)..)?)) {
            Among::No => false,
            Among::Yes => true,
            Among::Open => self.is_repeated_entry(),
        }
    }

    /// The same of a key that has another's mark.
    #[cold]
    fn is_repeated_entry(&mut self) -> bool {
        let carrier = self.carrier;
        let repeated = *self.repeated.get_or_insert_with(|| carrier.repeated_entries());
        repeated & bit(self.rest.read.wrapping_sub(1)) != 0
    }
}

/// Holds one field as it stands in the carrier, not judged. `Debug` shows where it is and how long,
/// never the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawField<'a> {
    field_type: FieldType,
    offset: u32,
    value: &'a [u8],
    /// Type, length and value.
    bytes: &'a [u8],
}

impl<'a> RawField<'a> {
    /// Returns the type.
    #[must_use]
    pub const fn field_type(self) -> FieldType {
        self.field_type
    }

    /// Returns where the field begins (its type byte), counted from the start of the message.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset as usize
    }

    /// All of its bytes: type, length and value.
    pub(crate) const fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the bytes of its value.
    #[must_use]
    pub const fn value(self) -> &'a [u8] {
        self.value
    }
}

impl fmt::Debug for RawField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RawField({:02x} at {}, {} bytes)",
            self.field_type.0,
            self.offset,
            self.value.len()
        )
    }
}

/// Iterates over all fields that fit into a [`Carrier`]; made by [`Carrier::raw_fields`].
#[derive(Clone)]
pub struct RawFields<'a> {
    rest: &'a [u8],
    offset: u32,
    read: u8,
}

impl RawFields<'_> {
    /// What stopped the iteration, once it has stopped, if the carrier did not end there.
    fn remainder(&self) -> Option<Fault> {
        let kind = match self.rest {
            [] => return None,
            _ if usize::from(self.read) == MAX_FIELDS => FaultKind::TooManyFields,
            _ => FaultKind::FieldPastEnd,
        };
        Some(Fault::new(kind, self.offset as usize))
    }
}

impl<'a> Iterator for RawFields<'a> {
    type Item = RawField<'a>;

    fn next(&mut self) -> Option<RawField<'a>> {
        if usize::from(self.read) == MAX_FIELDS {
            return None;
        }
        let [field_type, len @ ..] = *self.rest.first_chunk::<FIELD_HEADER_LEN>()?;
        // A carrier has at most 65,535 bytes, so no sum is near its type's end.
        let len = FIELD_HEADER_LEN.wrapping_add(usize::from(u16::from_be_bytes(len)));
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        let value = bytes.get(FIELD_HEADER_LEN..).unwrap_or_default();
        let field_type = FieldType(field_type);
        let field = RawField { field_type, offset: self.offset, value, bytes };
        self.rest = rest;
        self.offset = self.offset.wrapping_add(len as u32);
        self.read = self.read.wrapping_add(1);
        Some(field)
    }
}

impl core::iter::FusedIterator for RawFields<'_> {}

impl fmt::Debug for RawFields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Whether one of a carrier's fields may be of these types, of which each is a
/// [bit](FieldType::bit): *no* is certain. Types and lengths alone are looked at, also those behind
/// the fields that count. O(fields).
#[cfg(all(feature = "policy", feature = "bytes"))]
#[inline]
pub(crate) fn may_have(fields: &[u8], types: u64) -> bool {
    let Some(last) = fields.len().checked_sub(FIELD_HEADER_LEN) else { return false };
    let mut at = 0_usize;
    // Said beside the slice's own bounds, this is all that is asked of a place.
    while at <= last {
        let header = fields.get(at..at.wrapping_add(FIELD_HEADER_LEN));
        let Some([field_type, len_0, len_1]) = header else { break };
        if types & FieldType(*field_type).bit() != 0 {
            return true;
        }
        let len = usize::from(u16::from_be_bytes([*len_0, *len_1]));
        // A carrier has at most 65,535 bytes, so no sum is near its type's end.
        at = at.wrapping_add(FIELD_HEADER_LEN).wrapping_add(len);
    }
    false
}

/// The key of a text-map entry, good or bad.
pub(crate) fn key_of(value: &[u8]) -> Option<&[u8]> {
    let (len, rest) = value.split_first()?;
    rest.get(..usize::from(*len))
}

/// The bit of a field, of which there are at most 128.
pub(crate) const fn bit(number: u8) -> u128 {
    1_u128.wrapping_shl(number as u32)
}
