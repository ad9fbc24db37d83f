//! Messages to send, as one `bytes::Buf`.

use std::io::IoSlice;

use bytes::Buf;
use glassine::{Envelope, Wrapped, needs_escape};

/// The buffer holds envelope and payload; without an envelope, the payload, behind the escape if it
/// asks for one (R-WRITE-2).
pub(crate) fn sent(envelope: Envelope<'_>, front: &[u8], payload: &[u8]) {
    let encoded = envelope.to_encoded().expect("what can be written can be kept");
    assert_eq!(encoded.as_bytes(), front);
    buf_holds(Wrapped::new(encoded, payload), &[front, payload].concat());
    let escape: &[u8] = if payload.first() == Some(&0x9E) { &ESCAPE } else { &[] };
    assert_eq!(needs_escape(payload), !escape.is_empty());
    buf_holds(Wrapped::bare(payload), &[escape, payload].concat());
}

/// However the buffer is taken out, it is these bytes.
fn buf_holds(wrapped: Wrapped<&[u8]>, expected: &[u8]) {
    assert_eq!(wrapped.remaining(), expected.len());
    assert_eq!(wrapped.clone().into_bytes(), expected);
    let mut slices = [IoSlice::new(&[]); 4];
    let count = wrapped.chunks_vectored(&mut slices);
    assert_eq!(
        slices[..count].iter().flat_map(|slice| slice.iter().copied()).collect::<Vec<_>>(),
        expected
    );
    for step in [7, 1000] {
        let mut rest = wrapped.clone();
        let mut copied = wrapped.clone();
        let mut taken = Vec::new();
        while rest.has_remaining() {
            let chunk = rest.chunk();
            let count = step.min(chunk.len());
            taken.extend_from_slice(&chunk[..count]);
            assert_eq!(copied.copy_to_bytes(count), chunk[..count]);
            rest.advance(count);
        }
        assert_eq!(taken, expected);
    }
}

/// Nothing is known: section 4.
const ESCAPE: [u8; 8] = [0x9E, 1, 0xC1, 0xDE, 0, 0, 0, 0];
