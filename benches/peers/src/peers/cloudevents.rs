//! JSON as CloudEvents has it (structured mode, with its extension for tracing), by serde_json.
//!
//! The payload is binary, hence base64. On a channel whose bare payloads are never JSON objects
//! with a `specversion`, it could be told from them; `specversion` names the version, and unknown
//! attributes are passed over.

use std::borrow::Cow;

use bytes::Bytes;
use data_encoding::BASE64;
use glassine::TraceContext;
use glassine::w3c::claims_sampled;
use serde::{Deserialize, Serialize};

use crate::peer::{Abilities, Fields, Peer, Says};

/// The event.
#[derive(Debug)]
#[non_exhaustive]
pub struct CloudEvents;

#[derive(Serialize, Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    traceparent: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    tracestate: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    baggage: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data_base64: Cow<'a, str>,
}

/// What a reader decodes that does not need the payload.
#[derive(Deserialize)]
struct Attributes<'a> {
    #[serde(borrow)]
    traceparent: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tracestate: Option<Cow<'a, str>>,
    #[serde(borrow)]
    baggage: Option<Cow<'a, str>>,
}

impl Peer for CloudEvents {
    const NAME: &'static str = "cloudevents_json";
    const ABILITIES: Abilities =
        Abilities::new("unless a payload is JSON like it", "yes, unknown attributes are skipped");
    type Buffer = Vec<u8>;
    type Context = Says;
    type Found<'m> = TraceContext;
    type Payload<'m> = Vec<u8>;

    fn context(says: Says) -> Says {
        says
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Says, payload: &Bytes) -> &'b [u8] {
        out.clear();
        let traceparent = context.context.map(TraceContext::to_traceparent);
        let event = Event {
            specversion: "1.0".into(),
            id: "7".into(),
            source: "/orders".into(),
            r#type: "order".into(),
            traceparent: traceparent.as_ref().map(|text| text.as_str().into()),
            tracestate: context.tracestate.map(Into::into),
            baggage: context.baggage.map(Into::into),
            data_base64: BASE64.encode(payload).into(),
        };
        serde_json::to_writer(&mut *out, &event).unwrap();
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let event: Attributes<'_> = serde_json::from_slice(message).unwrap();
        event.traceparent.is_some_and(|text| claims_sampled(text.as_bytes()))
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, Vec<u8>) {
        let event: Event<'_> = serde_json::from_slice(message).unwrap();
        let payload = BASE64.decode(event.data_base64.as_bytes()).unwrap();
        (event.traceparent.and_then(|text| text.parse().ok()), payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let event: Attributes<'_> = serde_json::from_slice(message).unwrap();
        Some((event.tracestate, event.baggage))
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }
}
