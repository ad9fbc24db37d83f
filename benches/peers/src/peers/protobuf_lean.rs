//! Protobuf without a map, by prost: ids as fixed numbers, which is leaner than OTLP's `bytes`.
//!
//! It could not live on a mixed channel: a payload may parse as such a message. Unknown fields are
//! passed over, so that a later schema can be read.

use std::borrow::Cow;

use bytes::Bytes;
use glassine::TraceContext;
use prost::Message;

use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The message.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProtobufLean;

/// The payload shares the bytes of the message. A trace id of zero is no context.
#[derive(Clone, PartialEq, Message)]
struct Envelope {
    #[prost(fixed64, tag = "1")]
    trace_id_high: u64,
    #[prost(fixed64, tag = "2")]
    trace_id_low: u64,
    #[prost(fixed64, tag = "3")]
    span_id: u64,
    #[prost(uint32, tag = "4")]
    flags: u32,
    #[prost(string, tag = "5")]
    tracestate: String,
    #[prost(string, tag = "6")]
    baggage: String,
    #[prost(bytes = "bytes", tag = "7")]
    payload: Bytes,
}

/// What a reader decodes that asks for the flag alone.
#[derive(Clone, PartialEq, Message)]
struct FlagsAlone {
    #[prost(uint32, tag = "4")]
    flags: u32,
}

/// What a reader decodes that wants neither tracestate nor baggage.
#[derive(Clone, PartialEq, Message)]
struct WithoutFields {
    #[prost(fixed64, tag = "1")]
    trace_id_high: u64,
    #[prost(fixed64, tag = "2")]
    trace_id_low: u64,
    #[prost(fixed64, tag = "3")]
    span_id: u64,
    #[prost(uint32, tag = "4")]
    flags: u32,
    #[prost(bytes = "bytes", tag = "7")]
    payload: Bytes,
}

impl Peer for ProtobufLean {
    const NAME: &'static str = "protobuf_lean";
    const ABILITIES: Abilities = Abilities::new("no", "yes, unknown fields are skipped");
    type Buffer = Vec<u8>;
    type Context = Says;
    type Found<'m> = Ids;
    type Payload<'m> = Bytes;

    fn context(says: Says) -> Says {
        says
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Says, payload: &Bytes) -> &'b [u8] {
        out.clear();
        let trace_id = context.context.map_or(0, |context| context.trace_id().to_u128());
        let message = Envelope {
            trace_id_high: (trace_id >> 64) as u64,
            trace_id_low: trace_id as u64,
            span_id: context.context.map_or(0, |context| context.span_id().to_u64()),
            flags: context.context.map_or(0, |context| context.flags().to_u8().into()),
            tracestate: context.tracestate.map_or_else(String::new, str::to_owned),
            baggage: context.baggage.map_or_else(String::new, str::to_owned),
            payload: payload.clone(),
        };
        message.encode(out).unwrap();
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        FlagsAlone::decode(message.clone()).unwrap().flags & 1 == 1
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, Bytes) {
        let message = WithoutFields::decode(message.clone()).unwrap();
        let trace_id = u128::from(message.trace_id_high) << 64 | u128::from(message.trace_id_low);
        let ids =
            Ids::new(trace_id.to_be_bytes(), message.span_id.to_be_bytes(), message.flags as u8);
        ((trace_id != 0).then_some(ids), message.payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let message = Envelope::decode(message.clone()).unwrap();
        let text = |text: String| (!text.is_empty()).then_some(Cow::Owned(text));
        Some((text(message.tracestate), text(message.baggage)))
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }
}
