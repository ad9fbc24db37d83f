//! Which text-map keys stand more than once, found by sorting and not by looking at each pair:
//! whoever sends keys cannot make it slow (`R-FIELD-3`).

/// Finds the entries whose keys stand more than once, without regard to ASCII case. `entries` gives
/// up to `N` of them, each with its place, which is below `N`; the places ascend. `found` gets the
/// entries of each key that stands more than once, in their order. O(bytes of keys), and a sort of
/// them; allocates nothing.
pub(crate) fn repeated_keys<'a, const N: usize>(
    entries: impl Iterator<Item = (u8, &'a [u8])>,
    key_of: impl Fn(&'a [u8]) -> &'a [u8],
    mut found: impl FnMut(&mut dyn Iterator<Item = (u8, &'a [u8])>),
) {
    let mut by_place: [&[u8]; N] = [&[]; N];
    let mut words = [0; N];
    let mut len = 0;
    for (word, (place, entry)) in words.iter_mut().zip(entries) {
        if let Some(by_place) = by_place.get_mut(usize::from(place)) {
            *by_place = entry;
        }
        let key = key_of(entry);
        *word = sortable(key, key, place);
        len += 1;
    }
    let words = words.get_mut(..len).unwrap_or_default();
    each_group(words, &by_place, &key_of, 0, &mut found);
}

/// Sorts by the few bytes that are in the words, and those that have them in common by the bytes
/// behind them, as long as there are some.
fn each_group<'a>(
    words: &mut [u64],
    by_place: &[&'a [u8]],
    key_of: &impl Fn(&'a [u8]) -> &'a [u8],
    compared: usize,
    found: &mut impl FnMut(&mut dyn Iterator<Item = (u8, &'a [u8])>),
) {
    words.sort_unstable();
    let entry = |place: u8| by_place.get(usize::from(place)).copied().unwrap_or_default();
    let compared = compared.saturating_add(FRONT);
    let have_in_common = |a: &u64, b: &u64| a >> u8::BITS == b >> u8::BITS;
    for group in words.chunk_by_mut(have_in_common) {
        let [first, _, ..] = *group else { continue };
        if len_of_key(first) <= compared {
            let places = group.iter().map(|word| place(*word));
            found(&mut places.map(|place| (place, entry(place))));
            continue;
        }
        for word in group.iter_mut() {
            let place = place(*word);
            let key = key_of(entry(place));
            *word = sortable(key, key.get(compared..).unwrap_or_default(), place);
        }
        each_group(group, by_place, key_of, compared, found);
    }
}

/// The first bytes of `rest` in lower case, the length of the key, and its place.
#[inline]
fn sortable(key: &[u8], rest: &[u8], place: u8) -> u64 {
    let front = match rest.first_chunk() {
        Some(front) => u64::from_be_bytes(*front),
        None => {
            let shifts = (0..u64::BITS).step_by(8).map(|shift| 56 - shift);
            rest.iter().zip(shifts).fold(0, |all, (byte, shift)| all | u64::from(*byte) << shift)
        }
    };
    // A key of a text-map entry has at most 255 bytes.
    lower_case(front) & !0xFFFF | u64::from(key.len() as u8) << u8::BITS | u64::from(place)
}

/// Eight bytes with all ASCII letters in lower case.
const fn lower_case(bytes: u64) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    // The highest bit of each byte tells whether the others are at least `A`, and above `Z`.
    let others = bytes & (EACH * 0x7F);
    let from_a = others + EACH * (0x80 - b'A' as u64);
    let above_z = others + EACH * (0x7F - b'Z' as u64);
    let is_upper = (from_a ^ above_z) & !bytes & (EACH * 0x80);
    bytes | is_upper >> 2
}

const fn len_of_key(word: u64) -> usize {
    (word >> u8::BITS) as u8 as usize
}

const fn place(word: u64) -> u8 {
    word as u8
}

/// Bytes of a key that fit into a word beside its length and its place.
const FRONT: usize = size_of::<u64>() - 2;
