//! Which text-map keys stand more than once (`R-FIELD-3`), found so that whoever sends keys cannot
//! make it slow: by marks of four bytes, and where these leave it open, by sorting.

/// Keys that were added, each as a mark: the key itself if it is short, and a hash if it is not.
#[derive(Clone)]
pub(crate) struct Keys<const N: usize> {
    /// Those behind the last are 0, which marks no key.
    marks: [u32; N],
    len: usize,
}

/// Whether a key is among others, without regard to ASCII case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    No,
    Yes,
    /// Another key may have the same mark, or there was no room for one: a sort tells.
    Perhaps,
}

impl<const N: usize> Keys<N> {
    pub(crate) const fn new() -> Self {
        Self { marks: [0; N], len: 0 }
    }

    /// Adds a well-formed key, and tells whether it was there. O(bytes of the key + `N`).
    #[inline]
    pub(crate) fn add(&mut self, key: &[u8]) -> Among {
        let mark = mark(key);
        let among = self.find(mark);
        match self.marks.get_mut(self.len) {
            Some(to) => *to = mark,
            None => return Among::Perhaps,
        }
        self.len = self.len.wrapping_add(1);
        among
    }

    /// Tells whether a well-formed key was added. O(bytes of the key + `N`).
    #[inline]
    pub(crate) fn among(&self, key: &[u8]) -> Among {
        self.find(mark(key))
    }

    #[inline]
    fn find(&self, mark: u32) -> Among {
        // To the end of a block, and without a way out of the loop: many marks go at a time.
        let used = self.marks.get(..self.len.next_multiple_of(BLOCK)).unwrap_or(&self.marks);
        let is_in = |block: &[u32; BLOCK]| block.iter().fold(false, |is, at| is | (*at == mark));
        match used.as_chunks().0.iter().any(is_in) {
            false => Among::No,
            true if mark & IS_HASH == 0 => Among::Yes,
            true => Among::Perhaps,
        }
    }
}

/// Marks that are compared in one go.
const BLOCK: usize = 32;

/// The bit that no byte of a well-formed key has.
const IS_HASH: u32 = 1 << 31;

/// Tells keys of up to four bytes apart; of longer ones, all that nobody has made to be alike.
#[inline]
fn mark(key: &[u8]) -> u32 {
    if let Some((first, rest)) = key.split_first_chunk() {
        let mut hash = lower_case(u64::from_le_bytes(*first)).wrapping_mul(HASH);
        // What is left, and with it as many bytes before it as make eight.
        let last = key.last_chunk().filter(|_| !rest.is_empty());
        for bytes in rest.as_chunks().0.iter().chain(last) {
            hash =
                (hash.rotate_left(29) ^ lower_case(u64::from_le_bytes(*bytes))).wrapping_mul(HASH);
        }
        return (hash >> u32::BITS) as u32 | IS_HASH;
    }
    match (key.first_chunk(), key.last_chunk()) {
        (Some(first), Some(last)) if key.len() > size_of::<u32>() => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            let both = lower_case(u64::from(first) << u32::BITS | u64::from(last));
            (both.wrapping_mul(HASH) >> u32::BITS) as u32 | IS_HASH
        }
        _ => {
            let bytes = key.iter().fold(0, |bytes, byte| bytes << u8::BITS | u64::from(*byte));
            lower_case(bytes) as u32
        }
    }
}

/// Any odd number with bits all over: 2^64 over the golden ratio.
const HASH: u64 = 0x9E37_79B9_7F4A_7C15;

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
    let mut size = 1_usize;
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

/// Puts the words of two sorted slices in order.
#[inline]
fn merge(a: &[u64], b: &[u64], to: &mut [u64]) {
    let (mut a, mut b) = (a.iter(), b.iter());
    let (mut first, mut second) = (a.next(), b.next());
    for to in to {
        match (first, second) {
            (Some(word), other) if other.is_none_or(|other| word <= other) => {
                *to = *word;
                first = a.next();
            }
            (_, Some(word)) => {
                *to = *word;
                second = b.next();
            }
            _ => {}
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
