//! Frames that pass through a hop: section 8.

use glassine::{Reading, SpanId, reparent};

use crate::model::field::is_kept;
use crate::model::frame::by_hand;

/// R-COPY-1 to R-COPY-5.
pub(crate) fn reparented(bytes: &[u8]) {
    let message = Reading::read(bytes);
    let span_id = SpanId::from_u64(0x0123_4567_89AB_CDEF).unwrap();
    let mut buffer = bytes.to_vec();
    let Some(context) = message.context() else {
        assert_eq!(reparent(&mut buffer, span_id), None);
        assert_eq!(buffer, bytes, "what cannot be changed is left as it is");
        return;
    };
    let frame = reparent(&mut buffer, span_id).expect("a frame with a context").to_vec();
    assert!(buffer.ends_with(&frame), "the payload does not move");

    let kept: Vec<_> = message.carrier().fields().filter(is_kept).collect();
    let front =
        by_hand(3, Some(context.with_span_id(span_id)), &kept).expect("kept fields may be written");
    assert_eq!(frame, [&front, message.payload()].concat());
    assert_eq!(
        reparent(&mut frame.clone(), span_id),
        Some(&mut frame.clone()[..]),
        "once more changes nothing"
    );
}
