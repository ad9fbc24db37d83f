//! Glassine's codec, over slices.
//!
//! 32 bytes in front of the payload, and none where there is no context. A bare message is told by
//! its first bytes; payloads that begin like a frame are escaped.

use bytes::Bytes;
use glassine::{Envelope, Field, Reading, SpanId, TraceContext, needs_escape, reparent};

use crate::peer::{Abilities, Fields, Peer, Says};

/// The codec.
#[derive(Debug)]
#[non_exhaustive]
pub struct Glassine;

impl Peer for Glassine {
    const NAME: &'static str = "glassine";
    const ABILITIES: Abilities = Abilities::new("yes", "yes, and its decision");
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
        if let Some(trace_context) = context.context {
            let envelope = Envelope::new(trace_context);
            if let (Some(tracestate), Some(baggage)) = (context.tracestate, context.baggage) {
                let fields = [Field::Tracestate(tracestate), Field::Baggage(baggage)];
                envelope.with_fields(&fields).encode(out).unwrap();
            } else {
                envelope.encode(out).unwrap();
            }
        } else if needs_escape(payload) {
            Envelope::escape().encode(out).unwrap();
        }
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        Reading::read(message).claims_sampled()
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, &[u8]) {
        let message = Reading::read(message);
        (message.context(), message.payload())
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let carrier = Reading::read(message).carrier();
        Some((carrier.tracestate().map(Into::into), carrier.baggage().map(Into::into)))
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }

    #[inline]
    fn reparent(message: &mut [u8], span_id: SpanId) -> bool {
        reparent(message, span_id).is_some()
    }
}
