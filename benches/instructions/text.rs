//! Text: the text form of messages, and `traceparent`.

use glassine::text::TextReading;
use glassine::{Envelope, TraceContext};
use inputs::{TRACEPARENT, context};

use crate::counting::count;

pub(super) fn run() {
    let payload = "{\"id\":7}".repeat(8);
    let text = Envelope::new(context()).encode_to_text(&payload).unwrap();
    count(
        "text_write",
        || (context(), &payload[..]),
        |(context, payload)| Envelope::new(context).encode_to_text(payload),
    );
    count("text_read_bare", || &payload[..], |text| TextReading::read(text).payload());
    count(
        "text_read_sampled_payload",
        || &text[..],
        |text| {
            let message = TextReading::read(text);
            message.claims_sampled().then(|| message.payload())
        },
    );
    count(
        "text_read_context",
        || &text[..],
        |text| {
            let message = TextReading::read(text);
            (message.context(), message.payload())
        },
    );
    count("traceparent_parse", || TRACEPARENT.as_bytes(), TraceContext::from_traceparent);
    count("traceparent_write", context, TraceContext::to_traceparent);
}
