//! What was read is written again, in binary and as text.

use core::str;

use glassine::text::TextReading;
use glassine::{Decision, Envelope, Field, Reading, TraceFlags, Verdict};

use crate::model::field::is_kept;

/// What was read is written again and reads the same; a canonical frame gives the same bytes.
pub(crate) fn written_again(message: Reading<'_>) {
    if !has_readable_carrier(message) {
        return;
    }
    let mut fields: Vec<_> = message.carrier().fields().collect();
    let envelope = what_it_says(message).with_fields(&fields);
    let frame = envelope.encode_to_vec(message.payload()).expect("what was read can be written");
    let again = Reading::read(&frame);
    assert_eq!(again.verdict(), Verdict::Enveloped);
    assert_eq!(again.payload(), message.payload());
    assert_eq!(again.context(), message.context());
    assert_eq!(again.decision(), message.decision());
    assert_eq!(again.carrier().faults().next(), None);
    if is_canonical(message) {
        assert_eq!(frame, message.as_bytes());
    }
    fields.sort_by_key(Field::field_type);
    assert!(again.carrier().fields().eq(fields.iter().copied()));

    let kept: Vec<_> = fields.into_iter().filter(is_kept).collect();
    let by_rule = what_it_says(message).with_kept_fields(message.carrier());
    assert_eq!(
        by_rule.encode_to_vec(message.payload()),
        what_it_says(message).with_fields(&kept).encode_to_vec(message.payload())
    );
}

/// A frame with a text as payload says the same in text form.
pub(crate) fn written_as_text(message: Reading<'_>) {
    let (true, Ok(payload)) = (has_readable_carrier(message), str::from_utf8(message.payload()))
    else {
        return;
    };
    let fields: Vec<_> = message.carrier().fields().collect();
    let envelope = what_it_says(message).with_fields(&fields);
    let text = envelope.encode_to_text(payload).expect("what was read can be written");
    let again = TextReading::read(&text);
    assert_eq!((again.verdict(), again.fault()), (Verdict::Enveloped, None));
    assert_eq!(again.payload_str(), Ok(payload));
    assert_eq!(again.context(), message.context());
    assert_eq!(again.decode().as_reading().as_bytes(), envelope.encode_to_vec(&[]).unwrap());
}

fn has_readable_carrier(message: Reading<'_>) -> bool {
    message.verdict() == Verdict::Enveloped && message.fault().is_none()
}

/// The column *a writer produces* of section 6.
fn is_canonical(message: Reading<'_>) -> bool {
    let carrier = message.carrier();
    let marker_is_plain =
        message.context().is_some() || message.flags().unwrap_or_default() == TraceFlags::NONE;
    marker_is_plain
        && carrier.faults().next().is_none()
        && carrier.raw_fields().is_sorted_by_key(|raw| raw.field_type())
}

fn what_it_says<'a>(message: Reading<'_>) -> Envelope<'a> {
    match (message.context(), message.decision()) {
        (Some(context), _) => Envelope::new(context),
        (None, Some(decision)) => {
            assert_eq!(decision, Decision::Unsampled);
            Envelope::unsampled()
        }
        (None, None) => Envelope::escape(),
    }
}
