//! Protobuf with a map of texts, by prost: `traceparent`, `tracestate`, `baggage` by their names.
//!
//! It could not live on a mixed channel: a payload may parse as such a message. Unknown fields are
//! passed over, so that a later schema can be read.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;
use glassine::TraceContext;
use glassine::w3c::claims_sampled;
use prost::Message;

use crate::peer::{Abilities, Fields, Peer, Says};

/// The message.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProtobufText;

/// The payload shares the bytes of the message.
#[derive(Clone, PartialEq, Message)]
struct Envelope {
    #[prost(map = "string, string", tag = "1")]
    carrier: HashMap<String, String>,
    #[prost(bytes = "bytes", tag = "2")]
    payload: Bytes,
}

/// What a reader decodes that does not need the payload.
#[derive(Clone, PartialEq, Message)]
struct CarrierAlone {
    #[prost(map = "string, string", tag = "1")]
    carrier: HashMap<String, String>,
}

impl Peer for ProtobufText {
    const NAME: &'static str = "protobuf_text";
    const ABILITIES: Abilities = Abilities::new("no", "yes, unknown fields are skipped");
    type Buffer = Vec<u8>;
    type Context = Says;
    type Found<'m> = TraceContext;
    type Payload<'m> = Bytes;

    fn context(says: Says) -> Says {
        says
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Says, payload: &Bytes) -> &'b [u8] {
        out.clear();
        let mut carrier = HashMap::new();
        if let Some(context) = context.context {
            carrier.insert("traceparent".to_owned(), context.to_traceparent().as_str().to_owned());
        }
        if let Some(tracestate) = context.tracestate {
            carrier.insert("tracestate".to_owned(), tracestate.to_owned());
        }
        if let Some(baggage) = context.baggage {
            carrier.insert("baggage".to_owned(), baggage.to_owned());
        }
        Envelope { carrier, payload: payload.clone() }.encode(out).unwrap();
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let message = CarrierAlone::decode(message.clone()).unwrap();
        let traceparent = message.carrier.get("traceparent");
        traceparent.is_some_and(|text| claims_sampled(text.as_bytes()))
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, Bytes) {
        let message = Envelope::decode(message.clone()).unwrap();
        let traceparent = message.carrier.get("traceparent");
        (traceparent.and_then(|text| text.parse().ok()), message.payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let mut message = CarrierAlone::decode(message.clone()).unwrap();
        let mut take = |key| message.carrier.remove(key).map(Cow::Owned);
        Some((take("tracestate"), take("baggage")))
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }
}
