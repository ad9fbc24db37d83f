//! The target `write`: anything that could be asked for, in every way of writing it (section 7).

mod buffer;
pub(crate) mod shortened;

use glassine::errors::EncodeErrorKind;
use glassine::wire::{HEADER_LEN, MAX_CARRIER_LEN};
use glassine::{Decision, EncodeError, Envelope, Field, Reader, Reading, TraceContext, Verdict};

use crate::letter::Letter;
use crate::model::field::{is_in_place, is_kept, is_repeated};
use crate::model::frame::by_hand;
use crate::write::buffer::sent;
use crate::write::shortened::shortened;

/// A letter is written in the same bytes by every way of writing, and reads back; or every way
/// refuses it and writes nothing. Returns whether it was written.
pub fn write(letter: &Letter<'_>) -> bool {
    let (Some((shape, context, envelope)), Some(given)) = (letter.says(), letter.fields()) else {
        return false;
    };
    shortened(&given, letter.room());
    let inbound = letter.inbound();
    let inbound = Reading::read(&inbound).carrier();
    let mut fields = given.clone();
    fields.extend(inbound.fields().filter(|field| {
        is_kept(field)
            && is_in_place(field, context)
            && !given.iter().any(|given| is_repeated(field, given))
    }));
    fields.sort_by_key(Field::field_type);

    let envelope = envelope.with_fields(&given).with_kept_fields(inbound);
    let Some(front) = by_hand(shape, context, &fields) else {
        refused(envelope, letter.payload());
        return false;
    };
    written(envelope, &front, letter.payload());
    sent(envelope, &front, letter.payload());
    let frame = [&front, letter.payload()].concat();
    let message = Reader::new().with_carrier_cap(u16::MAX).read(&frame);
    assert_eq!((message.verdict(), message.fault()), (Verdict::Enveloped, None));
    assert_eq!(message.payload(), letter.payload());
    assert_eq!(message.context(), context);
    assert!(message.carrier().fields().eq(fields.iter().copied()));
    let is_sampled = context.is_some_and(TraceContext::is_sampled);
    let decision = message.decision().map(|decision| decision == Decision::Sampled);
    assert_eq!(decision, (shape != 0).then_some(is_sampled));
    true
}

/// Every way of writing gives the bytes of `front`, or says that it has no room for them.
fn written(envelope: Envelope<'_>, front: &[u8], payload: &[u8]) {
    let len = front.len();
    assert_eq!(envelope.encoded_len(), Ok(len), "the length is known first");
    assert_eq!(envelope.encode_to_vec(payload), Ok([front, payload].concat()));

    let mut slice = vec![UNWRITTEN; len + 3];
    assert_eq!(envelope.encode_to_slice(&mut slice), Ok(len));
    assert_eq!(slice, [front, &[UNWRITTEN; 3]].concat());

    let mut appended = vec![UNWRITTEN; 3];
    assert_eq!(envelope.encode(&mut appended), Ok(()));
    assert_eq!(appended, [&[UNWRITTEN; 3], front].concat());

    for room in [0, HEADER_LEN - 1, len - 1] {
        let too_small = |result: Result<(), EncodeError>| {
            let error = result.expect_err("there is no room");
            assert_eq!((error.kind(), error.offset()), (EncodeErrorKind::BufferTooSmall, room));
        };
        let mut slice = vec![UNWRITTEN; room];
        too_small(envelope.encode_to_slice(&mut slice).map(drop));
        too_small(envelope.encode(&mut &mut slice[..]));
        assert_eq!(slice, vec![UNWRITTEN; room]);
    }
}

/// Every way of writing gives the same error, and writes nothing.
fn refused(envelope: Envelope<'_>, payload: &[u8]) {
    let error = envelope.encoded_len().expect_err("a reader would not take it");
    assert_ne!(error.kind(), EncodeErrorKind::BufferTooSmall);
    assert!(error.offset() <= HEADER_LEN + MAX_CARRIER_LEN);
    let mut buffer = [UNWRITTEN; 256];
    assert_eq!(envelope.encode_to_slice(&mut buffer), Err(error));
    assert_eq!(envelope.encode(&mut &mut buffer[..]), Err(error));
    assert_eq!(buffer, [UNWRITTEN; 256], "nothing has been written");
    let mut appended = Vec::new();
    assert_eq!(envelope.encode(&mut appended), Err(error));
    assert!(appended.is_empty());
    assert_eq!(envelope.encode_to_vec(payload), Err(error));
    assert_eq!(envelope.to_encoded().map(drop), Err(error));
    assert_eq!(envelope.encode_to_text(""), Err(error));
}

/// What buffers hold before anything is written.
const UNWRITTEN: u8 = 0xA5;
