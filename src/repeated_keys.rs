//! Which text-map keys stand more than once, found by one sort and not by looking at each pair:
//! whoever sends keys cannot make it slow (`R-FIELD-3`).

use core::cmp::Ordering;

use crate::wire::MAX_FIELDS;

/// Finds the keys that stand again, without regard to ASCII case. `keys` gives at most 256 of them,
/// each with its place in the list (below 2²⁴, ascending) and `key_at` gives the key of a place
/// again. `found` gets the first place of a key and each of its later ones. O(keys), and a sort of
/// them; allocates nothing.
pub(crate) fn repeated_keys<'a>(
    keys: impl Iterator<Item = (u32, &'a [u8])>,
    key_at: impl Fn(u32) -> &'a [u8],
    mut found: impl FnMut(u32, u32),
) {
    let mut keys = keys.fuse();
    let (Some(first), Some(second)) = (keys.next(), keys.next()) else { return };
    let mut words = [0; 2 * MAX_FIELDS];
    let mut len = 0;
    let all = [first, second].into_iter().chain(keys);
    for (word, (place, key)) in words.iter_mut().zip(all) {
        *word = sortable(key, place);
        len += 1;
    }
    let words = words.get_mut(..len).unwrap_or_default();
    words.sort_unstable();

    let place = |word: &u128| *word as u32 & PLACE_MASK;
    let behind_word = |word: &u128| key_at(place(word)).get(WORD_LEN..).unwrap_or_default();
    let is_same_word = |a: &u128, b: &u128| a >> PLACE_BITS == b >> PLACE_BITS;
    for equal in words.chunk_by_mut(is_same_word).filter(|equal| equal.len() > 1) {
        // What is behind the word decides, and of equal ones the place.
        equal.sort_unstable_by(|a, b| {
            compare(behind_word(a), behind_word(b)).then_with(|| a.cmp(b))
        });
        let is_same_key = |a: &u128, b: &u128| compare(behind_word(a), behind_word(b)).is_eq();
        for same in equal.chunk_by(is_same_key) {
            if let [first, again @ ..] = same {
                again.iter().for_each(|again| found(place(first), place(again)));
            }
        }
    }
}

/// The front of a key in lower case, its length, and its place: what a sort compares at once.
fn sortable(key: &[u8], place: u32) -> u128 {
    let front = u128::from_be_bytes(folded(key)) >> (LEN_BITS + PLACE_BITS);
    // No key has more than 255 bytes: one that had would be malformed.
    let len = key.len() as u8;
    (front << LEN_BITS | u128::from(len)) << PLACE_BITS | u128::from(place)
}

/// Compares two ends of keys, several bytes at a time.
fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let words = a.chunks(16).zip(b.chunks(16));
    let mut compared =
        words.map(|(a, b)| u128::from_be_bytes(folded(a)).cmp(&u128::from_be_bytes(folded(b))));
    compared.find(|ordering| ordering.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// The first bytes in lower case; 0 behind the end.
fn folded(bytes: &[u8]) -> [u8; 16] {
    let mut front = match bytes.first_chunk() {
        Some(front) => *front,
        None => {
            let mut front = [0; 16];
            front.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            front
        }
    };
    front.make_ascii_lowercase();
    front
}

const PLACE_BITS: u32 = 24;
const PLACE_MASK: u32 = (1 << PLACE_BITS) - 1;
const LEN_BITS: u32 = u8::BITS;

/// Bytes of a key that fit into a word beside its length and its place.
const WORD_LEN: usize = ((u128::BITS - LEN_BITS - PLACE_BITS) / u8::BITS) as usize;
