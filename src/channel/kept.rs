//! Fields that outlive the message that brought them, in the form in which they go out again.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use crate::canonical_order::GoingOn;
use crate::carrier::{Carrier, may_have};
use crate::context::TraceContext;
use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::{Envelope, Says};
use crate::field::{Field, FieldType, TypesTaken, is_header_value};
use crate::flags::TraceFlags;
use crate::policy::allow_list::AllowList;
use crate::repeated_keys::{Among, Keys, repeated_keys};
use crate::shorten::{carrier_len, shorten};
use crate::wire::{DEFAULT_CARRIER_CAP, HEADER_LEN, IDS_LEN, MAX_FIELDS};

/// Fields as a writer has written them: a frame without a payload.
pub(super) struct Kept {
    frame: EncodedEnvelope,
    /// Of the context, if there is one.
    flags: Option<TraceFlags>,
    weight: Option<NonZeroU32>,
    /// Whether there is a thinning, which never goes on (`R-THIN-5`).
    is_thinned: bool,
    /// Whether no field is one that stays behind when the span changes.
    is_of_trace: bool,
}

impl Kept {
    /// Writes these fields of a message of this context, and of another carrier's those that stay
    /// and that they do not replace. Fields that a writer would refuse are left out, and of those
    /// that count once the first counts. `None` if nothing is left. One allocation or two, above 39
    /// bytes; a few if there is too much.
    pub(super) fn new(
        context: Option<TraceContext>,
        fields: &[Field<'_>],
        others: Carrier<'_>,
        stays: impl Fn(&Field<'_>) -> bool,
    ) -> Option<Self> {
        let mut kept = Self::of(context, EncodedEnvelope::empty());
        let cleaned;
        let given = if are_clean(context, fields) {
            fields
        } else {
            cleaned = clean(context, fields.iter().copied());
            &cleaned
        };
        given.iter().for_each(|field| kept.note(field));
        let taken: TypesTaken = given.iter().collect();
        let mut others = GoingOn::find(
            others,
            |_| true,
            |field| {
                // Keys are compared later.
                let goes_on = !taken.contain(field.field_type())
                    && field.is_in_place(context)
                    && stays(field);
                if goes_on {
                    kept.note(field);
                }
                goes_on
            },
        );
        // What is given comes first. Without keys, it replaces no other than those left out above.
        if given.iter().all(|field| field.key().is_none()) {
            others.truncate(MAX_FIELDS.saturating_sub(given.len()));
        }
        kept.written(context, given, &mut others)
    }

    /// Whether something may pass of what came with a message whose context is believed: *no*, as
    /// it most often is, is certain. Types alone are looked at. O(fields).
    #[inline]
    pub(super) fn may_be_received(context: TraceContext, fields: &[u8], list: &AllowList) -> bool {
        let mut of_context = FieldType::TRACESTATE.bit() | FieldType::FURTHER_CONTEXT.bit();
        if context.is_sampled() {
            of_context |= FieldType::FAN_OUT_WEIGHT.bit() | FieldType::THINNING.bit();
        }
        may_have(fields, of_context | list.bits())
    }

    /// Copies what counts of the fields that came with a message, as far as the list lets it pass;
    /// `weighs` says whether what the peer says of weights is believed. `None` if that is nothing.
    /// The list is asked before anything is judged.
    pub(super) fn received(
        context: Option<TraceContext>,
        carrier: Carrier<'_>,
        list: &AllowList,
        weighs: bool,
    ) -> Option<Self> {
        let is_believed = |of: FieldType| {
            weighs || !matches!(of, FieldType::FAN_OUT_WEIGHT | FieldType::THINNING)
        };
        let wanted = |of| is_believed(of) && list.may_admit(of);
        let says = context.map_or(Says::Nothing, Says::Context);
        match texts_alone(says, carrier, list, wanted) {
            Some([]) => None,
            Some(texts) => Some(Self::of(context, EncodedEnvelope::with_fields(says, texts))),
            None => Self::judged(context, carrier, list, wanted),
        }
    }

    /// The same of any fields: each is judged, and found again where it is copied.
    #[inline(never)]
    fn judged(
        context: Option<TraceContext>,
        carrier: Carrier<'_>,
        list: &AllowList,
        wanted: impl Fn(FieldType) -> bool,
    ) -> Option<Self> {
        let mut kept = Self::of(context, EncodedEnvelope::empty());
        let mut baggage_left = None;
        let mut going_on = GoingOn::find(carrier, wanted, |field| {
            let goes_on = match field {
                Field::Baggage(text) => match list.baggage(text) {
                    Some(Cow::Owned(left)) => {
                        baggage_left = Some(left);
                        false
                    }
                    whole => whole.is_some(),
                },
                field => list.admits(field) && field.is_in_place(context),
            };
            if goes_on {
                kept.note(field);
            }
            goes_on
        });
        let baggage = baggage_left.as_deref().map(Field::Baggage);
        kept.written(context, baggage.as_slice(), &mut going_on)
    }

    /// The same with what is written of these fields. `None` if that is nothing.
    fn written<'a>(
        mut self,
        context: Option<TraceContext>,
        given: &'a [Field<'a>],
        going_on: &mut GoingOn<'a>,
    ) -> Option<Self> {
        if given.is_empty() && going_on.is_empty() {
            return None;
        }
        let says = context.map_or(Says::Nothing, Says::Context);
        let envelope = Envelope::saying(says);
        let piece = if given.is_empty() { going_on.in_one_piece() } else { None };
        if let Some(piece) = piece.filter(|piece| piece.len() <= ROOM) {
            // Most often what goes on stands as it was written.
            self.frame = EncodedEnvelope::with_fields(says, piece);
            return Some(self);
        }
        if let Some(frame) = encoded_within_room(envelope.with_fields(given), given, going_on) {
            self.frame = frame;
            return Some(self);
        }
        // The thinning before the others, since what is too much goes from the end.
        let is_thinning = |field: &Field<'_>| matches!(field, Field::Thinning(_));
        let thinning = going_on.fields().filter(is_thinning);
        let others = going_on.fields().filter(|field| !is_thinning(field));
        let all = given.iter().copied().chain(thinning).chain(others);
        let mut fields = clean(context, all);
        let fields = shorten(&mut fields, ROOM);
        if fields.is_empty() {
            return None;
        }
        let mut kept = Self::of(context, envelope.with_fields(fields).to_encoded().ok()?);
        fields.iter().for_each(|field| kept.note(field));
        Some(kept)
    }

    fn of(context: Option<TraceContext>, frame: EncodedEnvelope) -> Self {
        let flags = context.map(TraceContext::flags);
        Self { frame, flags, weight: None, is_thinned: false, is_of_trace: true }
    }

    /// Notes what is asked of all fields.
    fn note(&mut self, field: &Field<'_>) {
        match field {
            Field::FanOutWeight(weight) => self.weight = Some(*weight),
            Field::Thinning(_) => self.is_thinned = true,
            Field::FurtherContext(_) => self.is_of_trace = false,
            field => self.is_of_trace &= field.field_type().is_kept(),
        }
    }

    /// The carrier, borrowed. O(1).
    pub(super) fn carrier(&self) -> Carrier<'_> {
        // The header needs no reading: it is the one that was written.
        let bytes = self.frame.as_bytes().get(HEADER_LEN..).unwrap_or_default();
        Carrier::new(bytes, self.flags.is_some(), self.flags.unwrap_or_default())
    }

    /// The same fields behind what is said. Nothing is copied if that is what it was.
    pub(super) fn encoded(&self, says: Says) -> EncodedEnvelope {
        let carrier = self.carrier();
        match says {
            Says::Context(context) if carrier.context() == Some(context) => self.frame.clone(),
            says => EncodedEnvelope::with_fields(says, carrier.field_bytes()),
        }
    }

    /// Whether there is a thinning among the fields.
    pub(super) const fn is_thinned(&self) -> bool {
        self.is_thinned
    }

    /// The fan-out weight among the fields.
    pub(super) const fn weight(&self) -> Option<NonZeroU32> {
        self.weight
    }

    /// Whether a message of this context and weight carries exactly these fields on. O(1).
    pub(super) fn goes_on_whole(
        &self,
        context: Option<TraceContext>,
        weight: Option<NonZeroU32>,
    ) -> bool {
        let before = self.carrier().context();
        let in_trace = before.zip(context).is_some_and(|(a, b)| a.trace_id() == b.trace_id());
        let is_same = weight == self.weight && !self.is_thinned;
        is_same && (before == context || in_trace && self.is_of_trace)
    }
}

/// By the bytes, of which the rest is made.
impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.frame.as_bytes() == other.frame.as_bytes()
    }
}

impl Eq for Kept {}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.carrier().fmt(f)
    }
}

/// All bytes of the fields of a message that pass, if they are a tracestate, or baggage that passes
/// whole, or both as a writer puts them, and nothing else: of these, nothing has to be made `str`,
/// and nothing to be found again. None if no field passes. `None` for all else, good or bad.
fn texts_alone<'a>(
    says: Says,
    carrier: Carrier<'a>,
    list: &AllowList,
    wanted: impl Fn(FieldType) -> bool,
) -> Option<&'a [u8]> {
    let (mut last, mut piece) = (FieldType(0), 0..0);
    for raw in carrier.raw_fields().filter(|raw| wanted(raw.field_type())) {
        let field_type = raw.field_type();
        let passes = match field_type {
            FieldType::TRACESTATE => says.context().is_some(),
            FieldType::BAGGAGE => list.admits_all_baggage(),
            _ => false,
        };
        let at = raw.offset() - carrier.fields_at();
        let follows = piece.is_empty() || piece.end == at && field_type > last;
        let fits = raw.bytes().len() <= ROOM;
        if !passes || !follows || !fits || !is_header_value(raw.value()) {
            return None;
        }
        if piece.is_empty() {
            piece.start = at;
        }
        piece.end = at + raw.bytes().len();
        last = field_type;
    }
    carrier.field_bytes().get(piece).filter(|piece| piece.len() <= ROOM)
}

/// An envelope with the fields that it is given, and others that go on with it. `None` if they
/// cannot be written so, or are too long for a reader with the default cap.
pub(super) fn encoded_within_room<'a>(
    envelope: Envelope<'a>,
    given: &[Field<'_>],
    going_on: &mut GoingOn<'a>,
) -> Option<EncodedEnvelope> {
    let len = given.iter().map(carrier_len).sum::<usize>() + going_on.len();
    if len > ROOM { None } else { envelope.encoded_going_on(Some(going_on)).ok() }
}

/// Whether a writer would take these fields, but for keys that stand more than once.
fn are_clean(context: Option<TraceContext>, fields: &[Field<'_>]) -> bool {
    let mut taken = TypesTaken::default();
    let is_clean = |field: &Field<'_>| {
        taken.take(field.field_type()) && field.is_well_formed() && field.is_in_place(context)
    };
    fields.len() <= MAX_FIELDS && fields.iter().all(is_clean)
}

/// As many of these fields as a carrier has room for, without those that a writer would refuse.
fn clean<'f>(
    context: Option<TraceContext>,
    fields: impl Iterator<Item = Field<'f>>,
) -> Vec<Field<'f>> {
    let counting = fields.filter(|field| field.is_well_formed() && field.is_in_place(context));
    // As many are looked at as may be given and go on.
    let mut fields: Vec<_> = counting.take(2 * MAX_FIELDS).collect();
    leave_first(&mut fields);
    fields.truncate(MAX_FIELDS);
    fields
}

/// Which of at most 256 fields are text-map entries whose key stands before them.
fn repeated_entries(all: &[Field<'_>]) -> [bool; 2 * MAX_FIELDS] {
    let mut repeated = [false; 2 * MAX_FIELDS];
    let entries = (0..=u8::MAX).zip(all);
    let entries = entries.filter_map(|(at, field)| Some((at, field.key()?)));
    let key_at = |at| all.get(usize::from(at)).and_then(Field::key);
    let mut keys = Keys::new();
    let mut is_open = false;
    for (at, key) in entries.clone() {
        let among = keys.add(key, u16::from(at), key_at);
        repeated[usize::from(at)] = among == Among::Yes;
        is_open |= among == Among::Open;
    }
    if is_open {
        let found = |is_first: bool, at: u8, _: &[u8]| repeated[usize::from(at)] = !is_first;
        repeated_keys::<{ 2 * MAX_FIELDS }>(entries, |key| key, found);
    }
    repeated
}

/// Leaves the first field of each type that counts once, and of each key.
fn leave_first(all: &mut Vec<Field<'_>>) {
    if all.len() < 2 {
        return;
    }
    let repeated = repeated_entries(all);
    let (mut repeated, mut taken) = (repeated.into_iter(), TypesTaken::default());
    all.retain(|field| !repeated.next().unwrap_or_default() && taken.take(field.field_type()));
}

/// Bytes of fields that a reader with the default cap still reads.
pub(super) const ROOM: usize = DEFAULT_CARRIER_CAP as usize - IDS_LEN;
