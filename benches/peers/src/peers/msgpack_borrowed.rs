//! MessagePack with a map of texts, by rmp-serde, read into values that borrow from the message.
//!
//! The same bytes as the owned form, but for the order of entries. It could not live on a mixed
//! channel where payloads are MessagePack too.

use bytes::Bytes;
use glassine::TraceContext;
use glassine::w3c::claims_sampled;
use serde::{Deserialize, Serialize};

use crate::peer::{Abilities, Fields, Peer, Says};

/// The map.
#[derive(Debug)]
#[non_exhaustive]
pub struct MsgpackBorrowed;

#[derive(Serialize, Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    carrier: Carrier<'a>,
    #[serde(borrow, with = "serde_bytes")]
    payload: &'a [u8],
}

#[derive(Serialize, Deserialize)]
struct Carrier<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracestate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baggage: Option<&'a str>,
}

impl Peer for MsgpackBorrowed {
    const NAME: &'static str = "msgpack_borrowed";
    const ABILITIES: Abilities = Abilities::new("no", "yes, unknown entries are skipped");
    type Buffer = Vec<u8>;
    type Context = Says;
    type Found<'m> = TraceContext;
    type Payload<'m> = &'m [u8];

    fn context(says: Says) -> Says {
        says
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Says, payload: &Bytes) -> &'b [u8] {
        out.clear();
        let traceparent = context.context.map(TraceContext::to_traceparent);
        let carrier = Carrier {
            traceparent: traceparent.as_ref().map(|text| text.as_str()),
            tracestate: context.tracestate,
            baggage: context.baggage,
        };
        rmp_serde::encode::write_named(out, &Envelope { carrier, payload }).unwrap();
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let message: Envelope<'_> = rmp_serde::from_slice(message).unwrap();
        message.carrier.traceparent.is_some_and(|text| claims_sampled(text.as_bytes()))
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, &[u8]) {
        let message: Envelope<'_> = rmp_serde::from_slice(message).unwrap();
        (message.carrier.traceparent.and_then(|text| text.parse().ok()), message.payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let message: Envelope<'_> = rmp_serde::from_slice(message).unwrap();
        let Carrier { tracestate, baggage, .. } = message.carrier;
        Some((tracestate.map(Into::into), baggage.map(Into::into)))
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }
}
