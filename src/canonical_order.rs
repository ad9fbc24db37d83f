//! The fields of an envelope in the order in which they are written (`R-WRITE-6`): those that are
//! given, and those of another message that go on with it.

use crate::carrier::Carrier;
use crate::field::{Field, FieldType};
use crate::repeated_keys::{Among, Keys, repeated_keys};
use crate::wire::{FIELD_HEADER_LEN, MAX_FIELDS};

/// The fields of another message that go on, as they stand on the wire.
pub(crate) struct GoingOn<'a> {
    /// All fields of that message.
    bytes: &'a [u8],
    /// Where those that go on begin in it, of which there are `len`.
    starts: [u16; MAX_FIELDS],
    len: usize,
    /// Whether these are all of the bytes, in canonical order.
    is_whole: bool,
}

impl<'a> GoingOn<'a> {
    pub(crate) const NONE: Self =
        GoingOn { bytes: &[], starts: [0; MAX_FIELDS], len: 0, is_whole: false };

    /// Finds the fields that count in one pass: those of types that are `wanted`, which is asked
    /// before a field is judged, and of them those that `go_on`.
    #[inline]
    pub(crate) fn find(
        carrier: Carrier<'a>,
        wanted: impl Fn(FieldType) -> bool,
        mut goes_on: impl FnMut(&Field<'a>) -> bool,
    ) -> Self {
        let mut found = Self { bytes: carrier.field_bytes(), is_whole: true, ..Self::NONE };
        let (mut end, mut last) = (0, FieldType(0));
        let mut judged = carrier.judged();
        while let Some((raw, field)) = judged.next_counting(&wanted) {
            if !goes_on(&field) {
                continue;
            }
            let start = raw.offset() - carrier.fields_at();
            found.is_whole &= start == end && raw.field_type() >= last;
            (end, last) = (start + raw.bytes().len(), raw.field_type());
            // There are no more than that, in no more than 65,535 bytes.
            if let Some(to) = found.starts.get_mut(found.len) {
                *to = start as u16;
            }
            found.len += 1;
        }
        found.is_whole &= end == found.bytes.len();
        found
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What they say.
    #[cfg(all(feature = "policy", feature = "bytes"))]
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field<'a>> {
        self.iter().filter_map(|field| {
            let (field_type, _) = field.split_first()?;
            Field::parse(FieldType(*field_type), field.get(FIELD_HEADER_LEN..)?)
        })
    }

    fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        self.starts.iter().take(self.len).map(|start| self.at(*start))
    }

    fn get(&self, number: usize) -> Option<&'a [u8]> {
        self.starts.get(number).map(|start| self.at(*start))
    }

    /// The field that begins there.
    fn at(&self, start: u16) -> &'a [u8] {
        let rest = self.bytes.get(usize::from(start)..).unwrap_or_default();
        let [_, len @ ..] = *rest.first_chunk::<FIELD_HEADER_LEN>().unwrap_or(&[0; 3]);
        rest.get(..FIELD_HEADER_LEN + usize::from(u16::from_be_bytes(len))).unwrap_or_default()
    }
}

/// The fields of an envelope in canonical order.
pub(crate) struct Ordered<'o, 'a> {
    given: &'o [Field<'a>],
    going_on: &'o GoingOn<'a>,
    /// Where each of them is found, behind its type. `None` if the given ones are all, in order, or
    /// if those that go on are, as one piece.
    order: Option<&'o [u32]>,
    /// The first given text-map entry whose key is given again.
    repeated: Option<u32>,
}

/// Hands over the fields in canonical order: ascending by type, each type's in the order in which
/// they were given, and behind them those that go on.
pub(crate) fn in_order<'a, R>(
    given: &[Field<'a>],
    going_on: &GoingOn<'a>,
    then: impl FnOnce(&Ordered<'_, 'a>) -> R,
) -> R {
    let repeated = Repeated::find(given, going_on);
    let are_given = going_on.is_empty() && given.is_sorted_by_key(Field::field_type);
    if are_given || given.is_empty() && going_on.is_whole {
        return then(&Ordered { given, going_on, order: None, repeated: repeated.given });
    }
    // Where each field is found, behind its type: sorted, that is the canonical order.
    let mut order = [0_u32; 2 * MAX_FIELDS];
    let given_ones = given.iter().map(Field::field_type).zip(0..);
    let others = going_on.iter().zip(FIRST_GOING_ON..).filter_map(|(field, at)| {
        let is_replaced = repeated.going_on >> (at - FIRST_GOING_ON) & 1 == 1;
        field.first().filter(|_| !is_replaced).map(|byte| (FieldType(*byte), at))
    });
    let mut len = 0;
    for (to, (field_type, at)) in order.iter_mut().zip(given_ones.chain(others)) {
        *to = u32::from(field_type.0) << TYPE_SHIFT | at;
        len += 1;
    }
    let order = order.get_mut(..len).unwrap_or_default();
    order.sort_unstable();
    then(&Ordered { given, going_on, order: Some(order), repeated: repeated.given })
}

impl<'a> Ordered<'_, 'a> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = Written<'_, 'a>> {
        let is_piece = self.order.is_none() && self.given.is_empty() && !self.going_on.is_empty();
        let piece = is_piece.then_some(Written::GoingOn(self.going_on.bytes));
        let len = self.order.map_or(self.given.len(), <[u32]>::len);
        piece.into_iter().chain((0..len).filter_map(|number| self.get(number)))
    }

    fn get(&self, number: usize) -> Option<Written<'_, 'a>> {
        let at = self.at(number)?;
        match at.checked_sub(FIRST_GOING_ON) {
            Some(at) => self.going_on.get(at as usize).map(Written::GoingOn),
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
    pub(crate) fn repeats(&self, field: &Field<'_>, number: usize) -> bool {
        match field {
            Field::TextMap { .. } => self.repeated.is_some() && self.repeated == self.at(number),
            field => self.get(number + 1).is_some_and(|next| match next {
                Written::Given(next) => next.repeats(field),
                Written::GoingOn(_) => false,
            }),
        }
    }
}

/// What is written in one go.
pub(crate) enum Written<'o, 'a> {
    Given(&'o Field<'a>),
    /// All bytes of a field that goes on, or of all of them.
    GoingOn(&'a [u8]),
}

impl Written<'_, '_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Given(field) => FIELD_HEADER_LEN.saturating_add(field.value_len()),
            Self::GoingOn(bytes) => bytes.len(),
        }
    }

    pub(crate) fn for_each_piece(&self, mut piece: impl FnMut(&[u8])) {
        match self {
            Self::Given(field) => {
                // A value's length was judged.
                let [len_0, len_1] = (field.value_len() as u16).to_be_bytes();
                piece(&[field.field_type().0, len_0, len_1]);
                field.for_each_piece(piece);
            }
            Self::GoingOn(bytes) => piece(bytes),
        }
    }
}

/// Which text-map entries have a key that stands in front of them: those that go on are replaced by
/// it, given ones are an error.
struct Repeated {
    /// The first given one whose key is given again.
    given: Option<u32>,
    /// A bit for each that goes on.
    going_on: u128,
}

impl Repeated {
    const NONE: Self = Self { given: None, going_on: 0 };

    fn find(given: &[Field<'_>], going_on: &GoingOn<'_>) -> Self {
        let mut given_keys = given.iter().filter_map(key_of_given);
        // Those that go on were compared with each other when they were read.
        let Some(first) = given_keys.next() else { return Self::NONE };
        let mut given_keys = given_keys.peekable();
        if given_keys.peek().is_none() && going_on.is_empty() {
            return Self::NONE;
        }
        let mut keys = Keys::<MAX_FIELDS>::new();
        keys.add(first);
        let mut is_open = given_keys.fold(false, |is, key| is | (keys.add(key) != Among::No));
        let mut repeated = 0;
        for (key, number) in going_on.iter().map(key_of).zip(0..) {
            match key.map_or(Among::No, |key| keys.among(key)) {
                Among::No => {}
                Among::Yes => repeated |= bit(number),
                Among::Perhaps => is_open = true,
            }
        }
        if is_open { Self::sort(given, going_on) } else { Self { given: None, going_on: repeated } }
    }

    #[cold]
    fn sort(given: &[Field<'_>], going_on: &GoingOn<'_>) -> Self {
        let mut repeated = Self::NONE;
        // Of more given ones than there may be, those in front.
        let given = given.iter().map(key_of_given).zip(0..FIRST_KEY_GOING_ON);
        let going_on = going_on.iter().map(key_of).zip(FIRST_KEY_GOING_ON..=u8::MAX);
        let keys = given.chain(going_on).filter_map(|(key, at)| Some((at, key?)));
        let mut first = 0;
        repeated_keys::<{ 2 * MAX_FIELDS }>(
            keys,
            |key| key,
            |is_first, at, _| match at.checked_sub(FIRST_KEY_GOING_ON) {
                _ if is_first => first = u32::from(at),
                Some(at) => repeated.going_on |= bit(u32::from(at)),
                None => repeated.given = Some(repeated.given.unwrap_or(first).min(first)),
            },
        );
        repeated
    }
}

/// The key of a text-map entry. A longer one is malformed, which is found elsewhere.
fn key_of_given<'f>(field: &'f Field<'_>) -> Option<&'f [u8]> {
    match field {
        Field::TextMap { key, .. } if key.len() <= usize::from(u8::MAX) => Some(key.as_bytes()),
        _ => None,
    }
}

/// The same of a field on the wire.
fn key_of(field: &[u8]) -> Option<&[u8]> {
    match field {
        [field_type, _, _, len, rest @ ..] if *field_type == FieldType::TEXT_MAP.0 => {
            rest.get(..usize::from(*len))
        }
        _ => None,
    }
}

/// The bit of a field that goes on, of which there are at most 128.
const fn bit(number: u32) -> u128 {
    1_u128.wrapping_shl(number)
}

/// Where the type stands in what fields are sorted by.
const TYPE_SHIFT: u32 = 24;

/// The place of the first field that goes on, behind all given ones: of those, no more than 256 are
/// looked at.
const FIRST_GOING_ON: u32 = 1 << 16;

/// The place of its key among keys, behind as many given ones as there may be.
const FIRST_KEY_GOING_ON: u8 = MAX_FIELDS as u8;
