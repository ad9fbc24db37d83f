//! Which text-map keys stand more than once (`R-FIELD-3`), found so that whoever sends keys cannot
//! make it slow: by marks of four bytes, and where two keys happen to have one mark, by sorting.

use crate::wire::MAX_FIELDS;

/// Different keys, no more than a carrier has fields, each as a mark: the key itself if it is
/// short, and a hash if it is not.
#[derive(Clone)]
pub(crate) struct Keys {
    marks: [u32; MAX_FIELDS],
    /// By which a caller finds each key.
    tags: [u16; MAX_FIELDS],
    len: usize,
    /// One more than a mark's number, at its hash or in the next place that was free; else 0.
    slots: [u8; SLOTS],
    /// What hashes are made with.
    multiplier: u64,
}

/// Whether a key is among others, without regard to ASCII case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Among {
    No,
    Yes,
    /// It has the mark of another: there is no telling without a sort.
    Open,
}

impl Among {
    /// Of a key of this mark: `tag` is that of the key that has the same.
    #[inline]
    fn of<'k>(
        key: &[u8],
        mark: u32,
        tag: Option<u16>,
        key_with: impl FnOnce(u16) -> Option<&'k [u8]>,
    ) -> Self {
        let Some(tag) = tag else { return Self::No };
        // A short key is its mark.
        let is_same = mark & IS_HASH == 0
            || key_with(tag).is_some_and(|other| other.eq_ignore_ascii_case(key));
        if is_same { Self::Yes } else { Self::Open }
    }
}

impl Keys {
    pub(crate) fn new() -> Self {
        let (marks, tags) = ([0; MAX_FIELDS], [0; MAX_FIELDS]);
        Self { marks, tags, len: 0, slots: [0; SLOTS], multiplier: multiplier() }
    }

    /// Adds a well-formed key if it is not among the others, and tells whether it is. `key_with`
    /// gives the key that has a tag. O(bytes of the key).
    #[inline(always)]
    pub(crate) fn add<'k>(
        &mut self,
        key: &[u8],
        tag: u16,
        key_with: impl FnOnce(u16) -> Option<&'k [u8]>,
    ) -> Among {
        let mark = self.mark(key);
        let (slot, other) = self.find(mark);
        if other.is_none() {
            let places = (self.marks.get_mut(self.len), self.tags.get_mut(self.len));
            if let (Some(mark_to), Some(tag_to)) = places {
                (*mark_to, *tag_to) = (mark, tag);
                self.len = self.len.wrapping_add(1);
                self.slots[usize::from(slot)] = self.len as u8;
            }
        }
        Among::of(key, mark, other, key_with)
    }

    /// Tells whether a well-formed key was added. O(bytes of the key).
    #[inline]
    pub(crate) fn among<'k>(
        &self,
        key: &[u8],
        key_with: impl FnOnce(u16) -> Option<&'k [u8]>,
    ) -> Among {
        let mark = self.mark(key);
        Among::of(key, mark, self.find(mark).1, key_with)
    }

    /// Where a mark is, or would be, and the tag of the key that has it.
    #[inline]
    fn find(&self, mark: u32) -> (u8, Option<u16>) {
        let hash = u64::from(mark).wrapping_mul(self.multiplier);
        // Short keys are alike, and so would be their hashes after one multiplication.
        let hash = (hash ^ hash >> u32::BITS).wrapping_mul(GOLDEN);
        let mut slot = (hash >> (u64::BITS - u8::BITS)) as u8;
        loop {
            // Half of the slots are free.
            let number = usize::from(self.slots[usize::from(slot)]).wrapping_sub(1);
            match (self.marks.get(number), self.tags.get(number)) {
                (Some(other), Some(tag)) if *other == mark => return (slot, Some(*tag)),
                (Some(_), _) => slot = slot.wrapping_add(1),
                (None, _) => return (slot, None),
            }
        }
    }

    /// Tells keys of up to four bytes apart, and nearly all others.
    #[inline]
    fn mark(&self, key: &[u8]) -> u32 {
        match key {
            [] => 0,
            [a] => lower_case(u64::from(*a)) as u32,
            [a, b] => lower_case(u64::from_le_bytes([*a, *b, 0, 0, 0, 0, 0, 0])) as u32,
            [a, b, c] => lower_case(u64::from_le_bytes([*a, *b, *c, 0, 0, 0, 0, 0])) as u32,
            [a, b, c, d] => lower_case(u64::from_le_bytes([*a, *b, *c, *d, 0, 0, 0, 0])) as u32,
            key => self.hash(key),
        }
    }

    /// Of more than four bytes.
    #[inline(never)]
    fn hash(&self, key: &[u8]) -> u32 {
        let hash = |hash: u64, bytes: u64| {
            (hash.rotate_left(29) ^ lower_case(bytes)).wrapping_mul(self.multiplier)
        };
        let len = key.len() as u64;
        let hash = match key.split_first_chunk() {
            Some((first, rest)) => {
                let eights = rest.chunks_exact(size_of::<u64>()).filter_map(<[u8]>::first_chunk);
                // What is left, and with it as many bytes before it as make eight.
                let last = key.last_chunk().filter(|_| !rest.is_empty());
                let all = [first].into_iter().chain(eights).chain(last);
                all.fold(len, |all, bytes| hash(all, u64::from_le_bytes(*bytes)))
            }
            None => {
                let four =
                    |four: Option<&[u8; 4]>| four.map_or(0, |four| u32::from_le_bytes(*four));
                let (first, last) = (four(key.first_chunk()), four(key.last_chunk()));
                hash(len, u64::from(first) << u32::BITS | u64::from(last))
            }
        };
        (hash >> u32::BITS) as u32 | IS_HASH
    }
}

const SLOTS: usize = 1 << u8::BITS;
const _: () = assert!(SLOTS >= 2 * MAX_FIELDS && MAX_FIELDS < SLOTS);

/// The bit that no byte of a well-formed key has.
const IS_HASH: u32 = 1 << 31;

/// An odd number that senders do not know where addresses are random: it is made of two. Where they
/// are not, who knows it can make keys that have one hash, which costs receivers a look at each
/// pair, of which there are 8,128 at most, and a sort if the keys are long.
fn multiplier() -> u64 {
    if cfg!(test) {
        return 0;
    }
    static SOMEWHERE: u8 = 0;
    let here = 0_u8;
    let address = |byte: &u8| core::ptr::from_ref(byte).addr() as u64;
    let both = address(&here).rotate_left(u32::BITS) ^ address(&SOMEWHERE);
    both.wrapping_mul(GOLDEN) | 1
}

/// 2^64 over the golden ratio: bits all over.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Finds the entries whose keys stand more than once, without regard to ASCII case. `entries` gives
/// up to `N` of them, each with its place, which is below `N`; the places ascend. `found` gets the
/// entries of one key after the other, in their order, and whether each is the first of its key.
/// O(bytes of keys), and sorts of the entries; allocates nothing.
pub(crate) fn repeated_keys<'a, const N: usize>(
    mut entries: impl Iterator<Item = (u8, &'a [u8])>,
    key_of: impl Fn(&'a [u8]) -> &'a [u8],
    mut found: impl FnMut(bool, u8, &'a [u8]),
) {
    // One has nothing that it could repeat.
    let (Some(first), Some(second)) = (entries.next(), entries.next()) else { return };
    let entries = [first, second].into_iter().chain(entries);
    let mut by_place: [&[u8]; N] = [&[]; N];
    let (mut words, mut spare) = ([0; N], [0; N]);
    let mut len = 0_usize;
    for (word, (place, entry)) in words.iter_mut().zip(entries) {
        if let Some(by_place) = by_place.get_mut(usize::from(place)) {
            *by_place = entry;
        }
        let key = key_of(entry);
        // A key of a text-map entry has at most 255 bytes.
        *word = sortable(key.len() as u8, key, place);
        len = len.wrapping_add(1);
    }
    let (Some(mut words), Some(mut spare)) = (words.get_mut(..len), spare.get_mut(..len)) else {
        return;
    };
    let entry = |word: u64| by_place.get(usize::from(place(word))).copied().unwrap_or_default();

    // Each pass compares as many bytes as are in the words.
    let mut compared = FRONT;
    loop {
        if !words.windows(2).all(|pair| matches!(pair, [a, b] if a <= b)) {
            (words, spare) = sorted(words, spare);
        }
        let mut is_undecided = false;
        let mut is_again = false;
        for pair in words.windows(2) {
            let [a, b] = *pair else { continue };
            let is_same = group(a) == group(b);
            let is_decided = is_same && key_of(entry(b)).len() <= compared;
            if is_decided && !is_again {
                found(true, place(a), entry(a));
            }
            if is_decided {
                found(false, place(b), entry(b));
            }
            is_again = is_decided;
            is_undecided |= is_same && !is_decided;
        }
        if !is_undecided {
            return;
        }
        // Those that are undecided keep a rank in common; the others are alone.
        let (mut before, mut rank) = (None, 0_u8);
        for (at, word) in (0..=u8::MAX).zip(words.iter_mut()) {
            let rest = key_of(entry(*word)).get(compared..).unwrap_or_default();
            if rest.is_empty() || before != Some(group(*word)) {
                rank = at;
            }
            before = Some(group(*word));
            *word = sortable(rank, rest, place(*word));
        }
        compared = compared.saturating_add(FRONT);
    }
}

/// Sorts by merging, and gives the sorted words first. Unlike the standard library's sort, it leads
/// to no panic that a compiler could not rule out. `spare` is as long as `words`.
fn sorted<'w>(
    mut words: &'w mut [u64],
    mut spare: &'w mut [u64],
) -> (&'w mut [u64], &'w mut [u64]) {
    for four in words.chunks_exact_mut(4) {
        if let [a, b, c, d] = four {
            // A network: whatever their order is, these five put them in order.
            in_order(a, b);
            in_order(c, d);
            in_order(a, c);
            in_order(b, d);
            in_order(b, c);
        }
    }
    // Those that are left are fewer than four.
    let rest = words.chunks_exact_mut(4).into_remainder();
    if let [a, b, ..] = rest {
        in_order(a, b);
    }
    if let [a, b, c] = rest {
        in_order(b, c);
        in_order(a, b);
    }
    let mut size = 4_usize;
    while size < words.len() {
        let both = size.saturating_mul(2).max(1);
        for (pair, to) in words.chunks(both).zip(spare.chunks_mut(both)) {
            let (a, b) = pair.split_at_checked(size).unwrap_or((pair, &[]));
            merge(a, b, to);
        }
        core::mem::swap(&mut words, &mut spare);
        size = both;
    }
    (words, spare)
}

#[inline]
fn in_order(a: &mut u64, b: &mut u64) {
    (*a, *b) = ((*a).min(*b), (*a).max(*b));
}

/// Puts the words of two sorted slices in order.
#[inline]
fn merge(a: &[u64], b: &[u64], to: &mut [u64]) {
    let (mut a, mut b) = (a.iter(), b.iter());
    // No word is as high as what stands for the end of a slice.
    let next = |rest: &mut core::slice::Iter<'_, u64>| rest.next().copied().unwrap_or(u64::MAX);
    let (mut first, mut second) = (next(&mut a), next(&mut b));
    for to in to {
        if first <= second {
            *to = first;
            first = next(&mut a);
        } else {
            *to = second;
            second = next(&mut b);
        }
    }
}

/// A rank, the first bytes of `rest` in lower case, and the place of a key.
#[inline]
fn sortable(rank: u8, rest: &[u8], place: u8) -> u64 {
    let front = match rest.first_chunk() {
        Some(front) => u64::from_be_bytes(*front),
        None => {
            let mut front = [0; size_of::<u64>()];
            front.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            u64::from_be_bytes(front)
        }
    };
    u64::from(rank) << 56 | lower_case(front) >> 16 << 8 | u64::from(place)
}

/// Eight bytes with all ASCII letters in lower case.
const fn lower_case(bytes: u64) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    // The highest bit of each byte tells whether the others are at least `A`, and above `Z`.
    let others = bytes & (EACH * 0x7F);
    let from_a = others.wrapping_add(EACH * (0x80 - b'A' as u64));
    let above_z = others.wrapping_add(EACH * (0x7F - b'Z' as u64));
    let is_upper = (from_a ^ above_z) & !bytes & (EACH * 0x80);
    bytes | is_upper >> 2
}

/// What entries have in common that have not been told apart.
const fn group(word: u64) -> u64 {
    word >> u8::BITS
}

const fn place(word: u64) -> u8 {
    word as u8
}

/// Bytes of a key that fit into a word beside its rank and its place.
const FRONT: usize = size_of::<u64>() - 2;
