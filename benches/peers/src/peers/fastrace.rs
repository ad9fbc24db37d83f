//! A line of text with fastrace's `traceparent` in front of the payload, written and parsed by it.
//!
//! It could not live on a mixed channel: an empty line in front of every payload says that there is
//! no context. It has no place for baggage, and flags but for sampled are lost.

use bytes::Bytes;
use fastrace::prelude::{SpanContext, SpanId, TraceId};
use glassine::TraceContext;
use memchr::memchr;

use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The line.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fastrace;

impl Peer for Fastrace {
    const NAME: &'static str = "fastrace";
    const ABILITIES: Abilities = Abilities::new("no", "yes, by the line's end");
    type Buffer = Vec<u8>;
    type Context = Option<SpanContext>;
    type Found<'m> = SpanContext;
    type Payload<'m> = &'m [u8];

    fn context(says: Says) -> Option<SpanContext> {
        let context = says.context?;
        let trace_id = TraceId(context.trace_id().to_u128());
        let span_id = SpanId(context.span_id().to_u64());
        Some(SpanContext::new(trace_id, span_id).sampled(context.is_sampled()))
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Option<SpanContext>, payload: &Bytes) -> &'b [u8] {
        out.clear();
        if let Some(context) = context {
            out.extend_from_slice(context.encode_w3c_traceparent().as_bytes());
        }
        out.push(b'\n');
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        split(message).0.is_some_and(|context| context.sampled)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<SpanContext>, &[u8]) {
        split(message)
    }

    fn fields(_: &Bytes) -> Option<Fields<'_>> {
        None
    }

    fn trace_context(found: SpanContext) -> Option<TraceContext> {
        let SpanContext { trace_id, span_id, sampled, .. } = found;
        let (trace_id, span_id) = (trace_id.0.to_be_bytes(), span_id.0.to_be_bytes());
        Ids::new(trace_id, span_id, sampled.into()).trace_context()
    }
}

#[inline]
fn split(message: &[u8]) -> (Option<SpanContext>, &[u8]) {
    let (line, payload) = message.split_at(memchr(b'\n', message).unwrap());
    let context = str::from_utf8(line).ok().and_then(SpanContext::decode_w3c_traceparent);
    (context, &payload[1..])
}
