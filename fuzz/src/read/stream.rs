//! Messages that have not arrived in full: section 9, *streams*.

use glassine::wire::{GUARD, MAGIC, VERSION};
use glassine::{Reader, Reading};

use crate::model::stream::missing;

/// Every prefix of the bytes is answered as R-STREAM-1 to R-STREAM-5 say, and the first answer
/// stands.
pub(crate) fn stream_agrees(bytes: &[u8]) {
    let reader = Reader::new();
    let mut answer: Option<Reading<'_>> = None;
    for arrived in 0..=bytes.len() {
        let front = &bytes[..arrived];
        match reader.read_prefix(front) {
            Ok(message) => {
                assert_eq!(message, reader.read(front));
                let first = *answer.get_or_insert_with(|| {
                    assert_eq!(missing(front), None, "an answer came too early");
                    message
                });
                assert_eq!(message.verdict(), first.verdict());
                assert_eq!(message.fault(), first.fault());
                assert_eq!(message.payload_offset(), first.payload_offset());
                assert!(message.payload().starts_with(first.payload()));
            }
            Err(incomplete) => {
                assert_eq!(answer, None, "an answer was taken back");
                assert_eq!(Some(incomplete.needs()), missing(front));
            }
        }
    }
    // More bytes could matter: there are some that bring the answer on.
    if let Err(incomplete) = reader.read_prefix(bytes) {
        let rest_of_prefix = [MAGIC, VERSION, GUARD[0], GUARD[1]].into_iter().skip(bytes.len());
        let mut more: Vec<_> = bytes.iter().copied().chain(rest_of_prefix).collect();
        more.resize(incomplete.needs(), 0);
        assert_ne!(reader.read_prefix(&more), Err(incomplete));
    }
}
