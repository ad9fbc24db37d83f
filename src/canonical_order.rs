//! The fields of an envelope in the order in which they are written (`R-WRITE-6`): those that are
//! given, and those of another message that go on with it.

use core::ops::Range;

use crate::carrier::{Carrier, bit, key_of};
use crate::field::{Field, FieldType};
use crate::repeated_keys::{Among, Keys, repeated_keys};
use crate::wire::{FIELD_HEADER_LEN, MAX_FIELDS};

/// The fields of another message that go on, as they stand on the wire.
pub(crate) struct GoingOn<'a> {
    /// All fields of that message.
    bytes: &'a [u8],
    places: Places,
}

/// Where fields stand among all of a carrier's.
pub(crate) struct Places {
    /// Those behind the last are none.
    each: [Place; MAX_FIELDS],
    count: usize,
    /// Bytes that they take.
    len: usize,
    is_in_order: bool,
}

/// Where a field is found.
#[derive(Clone, Copy)]
struct Place {
    /// The first of its bytes, or its number among those that are given.
    at: u32,
    /// Bytes on the wire of one that goes on.
    len: u16,
    field_type: FieldType,
}

impl<'a> GoingOn<'a> {
    /// Finds those that go on of a carrier, as [`Places::find`] does.
    #[inline]
    pub(crate) fn find(
        carrier: Carrier<'a>,
        wanted: impl Fn(FieldType) -> bool,
        goes_on: impl FnMut(&Field<'a>) -> bool,
    ) -> Self {
        let places = Places::find(carrier, wanted, goes_on);
        Self { bytes: carrier.field_bytes(), places }
    }

    /// All of their bytes, if they stand one behind the other, and in canonical order.
    #[cfg(all(feature = "policy", feature = "bytes"))]
    pub(crate) fn in_one_piece(&self) -> Option<&'a [u8]> {
        let Places { len, is_in_order, .. } = self.places;
        let all = self.places.all();
        let (first, last) = (all.first()?.range(), all.last()?.range());
        let piece = self.bytes.get(first.start..last.end)?;
        (is_in_order && piece.len() == len).then_some(piece)
    }

    #[cfg(all(feature = "policy", feature = "bytes"))]
    pub(crate) const fn is_empty(&self) -> bool {
        self.places.count == 0
    }

    /// Leaves so many of them: the first, and a thinning, which says how many have this message.
    #[cfg(all(feature = "policy", feature = "bytes"))]
    pub(crate) fn truncate(&mut self, count: usize) {
        let Places { each, count: left, len, .. } = &mut self.places;
        let is_thinning = |place: &Place| place.field_type == FieldType::THINNING;
        while *left > count {
            let all = each.get_mut(..*left).unwrap_or_default();
            let last = all.iter().rposition(|place| !is_thinning(place)).unwrap_or(count);
            *len -= all.get(last).map_or(0, |place| usize::from(place.len));
            all.get_mut(last..).unwrap_or_default().rotate_left(1);
            *left -= 1;
        }
    }

    /// Bytes that they take.
    #[cfg(all(feature = "policy", feature = "bytes"))]
    pub(crate) const fn len(&self) -> usize {
        self.places.len
    }

    /// What they say.
    #[cfg(all(feature = "policy", feature = "bytes"))]
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field<'a>> {
        self.places.all().iter().filter_map(|place| {
            let value = place.of(self.bytes).get(FIELD_HEADER_LEN..)?;
            Field::parse(place.field_type, value)
        })
    }

    /// The keys of text-map entries, each with its number.
    fn keys(&self) -> impl Iterator<Item = (u8, &'a [u8])> {
        let numbered = (0..=u8::MAX).zip(self.places.all());
        let entries = numbered.filter(|(_, place)| place.field_type == FieldType::TEXT_MAP);
        entries.filter_map(|(number, place)| {
            let value = place.of(self.bytes).get(FIELD_HEADER_LEN..)?;
            Some((number, key_of(value)?))
        })
    }
}

impl Places {
    const NONE: Self =
        Self { each: [Place::NONE; MAX_FIELDS], count: 0, len: 0, is_in_order: true };

    /// Finds the fields that count in one pass: those of types that are `wanted`, which is asked
    /// before a field is judged, and of them those that `go_on`.
    #[inline]
    pub(crate) fn find<'a>(
        carrier: Carrier<'a>,
        wanted: impl Fn(FieldType) -> bool,
        mut goes_on: impl FnMut(&Field<'a>) -> bool,
    ) -> Self {
        let mut found = Self::NONE;
        let mut last = FieldType(0);
        let mut judged = carrier.judged();
        while let Some((raw, field)) = judged.next_counting(&wanted) {
            if !goes_on(&field) {
                continue;
            }
            let field_type = raw.field_type();
            found.is_in_order &= field_type >= last;
            last = field_type;
            let len = raw.bytes().len();
            found.len += len;
            // There are no more than that, in no more than 65,535 bytes.
            if let Some(place) = found.each.get_mut(found.count) {
                let at = raw.offset() - carrier.fields_at();
                *place = Place { at: at as u32, len: len as u16, field_type };
            }
            found.count += 1;
        }
        found
    }

    fn all(&self) -> &[Place] {
        self.each.get(..self.count).unwrap_or_default()
    }

    /// The bytes of each, counted from the first field's.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        self.all().iter().map(Place::range)
    }

    /// Bytes of all of them.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Leaves out those with these numbers, a bit for each.
    fn leave_out(&mut self, numbers: u128) {
        let before = self.each;
        let stays = (0..).zip(before).take(self.count).filter(|(i, _)| numbers >> i & 1 == 0);
        (self.count, self.len) = (0, 0);
        for (to, (_, place)) in self.each.iter_mut().zip(stays) {
            *to = place;
            self.count += 1;
            self.len += usize::from(place.len);
        }
    }
}

impl Place {
    const NONE: Self = Self { at: 0, len: 0, field_type: FieldType(0) };

    fn range(&self) -> Range<usize> {
        let at = self.at as usize;
        at..at + usize::from(self.len)
    }

    fn of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.range()).unwrap_or_default()
    }
}

/// The fields of an envelope in canonical order: ascending by type, each type's in the order in
/// which they were given, and behind them those that go on.
pub(crate) struct Ordered<'o, 'a> {
    given: &'o [Field<'a>],
    /// Where each of these is found. `None` if they are in order.
    order: Option<&'o [Place]>,
    /// The first given text-map entry whose key is given again.
    repeated: Option<u32>,
    /// All fields of another message, of which some go on.
    bytes: &'a [u8],
    going_on: &'o [Place],
    /// Bytes that those take.
    going_on_len: usize,
}

/// Hands over the fields in canonical order.
pub(crate) fn in_order<'a, R>(
    given: &[Field<'a>],
    going_on: Option<&mut GoingOn<'a>>,
    then: impl FnOnce(&Ordered<'_, 'a>) -> R,
) -> R {
    let repeated = Repeated::find(given, going_on.as_deref());
    let mut ordered = Ordered {
        given,
        order: None,
        repeated: repeated.given,
        bytes: &[],
        going_on: &[],
        going_on_len: 0,
    };
    if let Some(going_on) = going_on {
        if repeated.going_on != 0 {
            going_on.places.leave_out(repeated.going_on);
        }
        let GoingOn { bytes, places: Places { each, count, len, is_in_order } } = going_on;
        let places = each.get_mut(..*count).unwrap_or_default();
        if !*is_in_order {
            sort(places, &mut [Place::NONE; MAX_FIELDS]);
        }
        ordered = Ordered { bytes, going_on: places, going_on_len: *len, ..ordered };
    }
    if given.is_sorted_by_key(Field::field_type) {
        return then(&ordered);
    }
    // Of more than there may be, those in front.
    let mut order = [Place::NONE; 2 * MAX_FIELDS];
    for (place, (field, at)) in order.iter_mut().zip(given.iter().zip(0..)) {
        *place = Place { at, len: 0, field_type: field.field_type() };
    }
    let order = order.get_mut(..given.len().min(2 * MAX_FIELDS)).unwrap_or_default();
    sort(order, &mut [Place::NONE; 2 * MAX_FIELDS]);
    then(&Ordered { order: Some(order), ..ordered })
}

/// Sorts by type, and leaves those of one type as they are: four bits of it after the other, so
/// that no order costs more. `spare` is as long as `places`, or longer.
fn sort(places: &mut [Place], spare: &mut [Place]) {
    let mut starts = [[0_u16; 16]; 2];
    let digits = |place: &Place| [place.field_type.0 & 0xF, place.field_type.0 >> 4];
    for place in places.iter() {
        for (starts, digit) in starts.iter_mut().zip(digits(place)) {
            starts[usize::from(digit)] += 1;
        }
    }
    for starts in &mut starts {
        let mut before = 0;
        for start in starts {
            before += core::mem::replace(start, before);
        }
    }
    let [low, high] = &mut starts;
    for place in places.iter() {
        let to = &mut low[usize::from(digits(place)[0])];
        if let Some(spare) = spare.get_mut(usize::from(*to)) {
            *spare = *place;
        }
        *to += 1;
    }
    for place in spare.iter().take(places.len()) {
        let to = &mut high[usize::from(digits(place)[1])];
        if let Some(places) = places.get_mut(usize::from(*to)) {
            *places = *place;
        }
        *to += 1;
    }
}

impl<'a> Ordered<'_, 'a> {
    /// How many fields of another message go on, and the bytes that they take: they were judged
    /// when they were read.
    pub(crate) const fn going_on(&self) -> (usize, usize) {
        (self.going_on.len(), self.going_on_len)
    }

    /// Whether the key of a given text-map entry is given again.
    pub(crate) const fn repeats_key(&self) -> bool {
        self.repeated.is_some()
    }

    /// Hands them over one by one, with the number that each given one has among these.
    #[inline]
    pub(crate) fn for_each<E>(
        &self,
        mut each: impl FnMut(Written<'_, 'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut going_on = self.going_on;
        for number in 0..self.order.map_or(self.given.len(), <[_]>::len) {
            let Some(field) = self.given(number) else { break };
            let before = |place: &&Place| place.field_type < field.field_type();
            while let Some((place, rest)) =
                going_on.split_first().filter(|(place, _)| before(place))
            {
                each(Written::GoingOn(place.of(self.bytes)))?;
                going_on = rest;
            }
            each(Written::Given(number, field))?;
        }
        // Those that stood one behind the other are one piece, most often all of them.
        let may_join = self.given.is_empty();
        let mut going_on = going_on.iter().map(Place::range);
        let Some(mut piece) = going_on.next() else { return Ok(()) };
        for next in going_on {
            if may_join && next.start == piece.end {
                piece.end = next.end;
            } else {
                each(Written::GoingOn(self.bytes.get(piece).unwrap_or_default()))?;
                piece = next;
            }
        }
        each(Written::GoingOn(self.bytes.get(piece).unwrap_or_default()))
    }

    /// The given field with this number in canonical order.
    fn given(&self, number: usize) -> Option<&Field<'a>> {
        self.given.get(self.at(number)?)
    }

    fn at(&self, number: usize) -> Option<usize> {
        match self.order {
            Some(order) => order.get(number).map(|place| place.at as usize),
            None => Some(number),
        }
    }

    /// Whether the given field with this number is given again.
    pub(crate) fn repeats(&self, field: &Field<'_>, number: usize) -> bool {
        match field {
            Field::TextMap { .. } => {
                self.repeated.is_some() && self.repeated.map(|at| at as usize) == self.at(number)
            }
            Field::Unknown { .. } | Field::FurtherContext(_) => false,
            field => {
                // By what they are: one of unknown type may say a known one, which is malformed.
                let next = self.given(number + 1).map(core::mem::discriminant);
                next == Some(core::mem::discriminant(field))
            }
        }
    }
}

/// A field that is written.
pub(crate) enum Written<'o, 'a> {
    /// With its number among the given ones in canonical order.
    Given(usize, &'o Field<'a>),
    /// All bytes of a field that goes on, or of all of them.
    GoingOn(&'a [u8]),
}

impl Written<'_, '_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Given(_, field) => FIELD_HEADER_LEN.saturating_add(field.value_len()),
            Self::GoingOn(bytes) => bytes.len(),
        }
    }

    #[inline]
    pub(crate) fn for_each_piece(&self, mut piece: impl FnMut(&[u8])) {
        match self {
            Self::Given(_, field) => {
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

    fn find(given: &[Field<'_>], going_on: Option<&GoingOn<'_>>) -> Self {
        // Of more given ones than there may be, those in front.
        let given_keys = given.iter().zip(0..).take(MAX_FIELDS);
        let mut given_keys = given_keys.filter_map(|(field, at)| Some((field.key()?, at)));
        // Those that go on were compared with each other when they were read.
        let Some(first) = given_keys.next() else { return Self::NONE };
        let mut given_keys = given_keys.peekable();
        if given_keys.peek().is_none() && going_on.is_none() {
            return Self::NONE;
        }
        let mut keys = Keys::new();
        let given_key = |at| given.get(usize::from(at)).and_then(Field::key);
        let is_new = |(key, at)| keys.add(key, at, given_key) == Among::No;
        if !core::iter::once(first).chain(given_keys).all(is_new) {
            return Self::sort(given, going_on);
        }
        let mut repeated = Self::NONE;
        for (number, key) in going_on.into_iter().flat_map(GoingOn::keys) {
            match keys.among(key, given_key) {
                Among::No => {}
                Among::Yes => repeated.going_on |= bit(number),
                Among::Open => return Self::sort(given, going_on),
            }
        }
        repeated
    }

    #[cold]
    fn sort(given: &[Field<'_>], going_on: Option<&GoingOn<'_>>) -> Self {
        let mut repeated = Self::NONE;
        // Of more given ones than there may be, those in front.
        let given = (0..FIRST_GOING_ON).zip(given);
        let given = given.filter_map(|(at, field)| Some((at, field.key()?)));
        let going_on = going_on
            .into_iter()
            .flat_map(GoingOn::keys)
            .map(|(number, key)| (FIRST_GOING_ON + number, key));
        let mut first = 0;
        repeated_keys::<{ 2 * MAX_FIELDS }>(
            given.chain(going_on),
            |key| key,
            |is_first, at, _| match at.checked_sub(FIRST_GOING_ON) {
                _ if is_first => first = u32::from(at),
                Some(number) => repeated.going_on |= bit(number),
                None => repeated.given = Some(repeated.given.unwrap_or(first).min(first)),
            },
        );
        repeated
    }
}

/// The place of the first key that goes on, behind as many given ones as there may be.
const FIRST_GOING_ON: u8 = MAX_FIELDS as u8;
