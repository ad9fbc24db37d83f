//! Fields that are shortened before they are written: section 18.

use glassine::{Field, shorten};

use crate::model::field::value_len;
use crate::model::shortening::{is_shortened, rank};

/// R-LIMIT-2: whole things go, in their order, and what is left fits or never goes.
pub(crate) fn shortened(given: &[Field<'_>], room: usize) {
    let len =
        |fields: &[Field<'_>]| -> usize { fields.iter().map(|field| 3 + value_len(field)).sum() };
    let mut fields = given.to_vec();
    let left = shorten(&mut fields, room).to_vec();
    if len(given) <= room {
        assert_eq!(left, given, "nothing goes that need not");
        return;
    }
    let stays = |field: &&Field<'_>| rank(field).is_none();
    assert!(left.iter().filter(stays).eq(given.iter().filter(stays)));
    assert!(len(&left) <= room || left.iter().all(|field| rank(field).is_none()));

    // Each field that is left is one that was given, whole or without its last members, in the
    // order given.
    let mut rest = given.iter();
    for field in &left {
        assert!(
            rest.any(|from| from == field || is_shortened(field, from)),
            "{field:?} was not given"
        );
    }
    // What goes later is whole while something that goes earlier is left.
    let first = left.iter().filter_map(rank).min();
    let later = |field: &&Field<'_>| first.is_some() && rank(field) > first;
    assert!(left.iter().filter(later).eq(given.iter().filter(later)));
    let again = left.clone();
    assert_eq!(shorten(&mut again.clone(), room), again, "once more changes nothing");
}
