//! MessagePack with a map of texts, by rmp-serde, read into owned values: the shape in which actors
//! of other languages wrap their messages.
//!
//! It could not live on a mixed channel where payloads are MessagePack too. Unknown entries of the
//! maps are passed over, so that a later schema can be read.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;
use glassine::TraceContext;
use glassine::w3c::claims_sampled;
use serde::{Deserialize, Serialize};

use crate::peer::{Abilities, Fields, Peer, Says};

/// The map.
#[derive(Debug)]
#[non_exhaustive]
pub struct MsgpackOwned;

#[derive(Serialize)]
struct Outgoing<'a> {
    carrier: HashMap<String, String>,
    #[serde(with = "serde_bytes")]
    payload: &'a [u8],
}

#[derive(Deserialize)]
struct Incoming {
    carrier: HashMap<String, String>,
    #[serde(with = "serde_bytes")]
    payload: Vec<u8>,
}

/// What a reader decodes that does not need the payload.
#[derive(Deserialize)]
struct CarrierAlone {
    carrier: HashMap<String, String>,
}

impl Peer for MsgpackOwned {
    const NAME: &'static str = "msgpack_owned";
    const ABILITIES: Abilities = Abilities::new("no", "yes, unknown entries are skipped");
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
        encode(out, carrier, payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let carrier = decode_carrier(message);
        let traceparent = carrier.get("traceparent");
        traceparent.is_some_and(|text| claims_sampled(text.as_bytes()))
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, Vec<u8>) {
        let (carrier, payload) = decode(message);
        let traceparent = carrier.get("traceparent");
        (traceparent.and_then(|text| text.parse().ok()), payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let mut carrier = decode_carrier(message);
        let mut take = |key| carrier.remove(key).map(Cow::Owned);
        Some((take("tracestate"), take("baggage")))
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }
}

#[inline]
pub(crate) fn encode(out: &mut Vec<u8>, carrier: HashMap<String, String>, payload: &[u8]) {
    rmp_serde::encode::write_named(out, &Outgoing { carrier, payload }).unwrap();
}

#[inline]
pub(crate) fn decode(message: &[u8]) -> (HashMap<String, String>, Vec<u8>) {
    let message: Incoming = rmp_serde::from_slice(message).unwrap();
    (message.carrier, message.payload)
}

#[inline]
pub(crate) fn decode_carrier(message: &[u8]) -> HashMap<String, String> {
    let message: CarrierAlone = rmp_serde::from_slice(message).unwrap();
    message.carrier
}
