//! Which text-map keys stand more than once, found by sorting and not by looking at each pair:
//! whoever sends keys cannot make it slow (`R-FIELD-3`).

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
