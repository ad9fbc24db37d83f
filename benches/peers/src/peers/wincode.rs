//! Wincode, which writes bincode's format: structs without names, read without a copy.
//!
//! It could not live on a mixed channel: it has no mark and no version, and many bytes decode to
//! something.

use bytes::Bytes;
use glassine::TraceContext;
use wincode::{SchemaRead, SchemaWrite};

use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The struct.
#[derive(Debug)]
#[non_exhaustive]
pub struct Wincode;

#[derive(SchemaWrite, SchemaRead)]
struct Envelope<'a> {
    context: Option<Context>,
    tracestate: Option<&'a str>,
    baggage: Option<&'a str>,
    payload: &'a [u8],
}

#[derive(SchemaWrite, SchemaRead)]
struct Context {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    flags: u8,
}

impl Peer for Wincode {
    const NAME: &'static str = "wincode";
    const ABILITIES: Abilities = Abilities::new("no", "no");
    type Buffer = Vec<u8>;
    type Context = Says;
    type Found<'m> = Ids;
    type Payload<'m> = &'m [u8];

    fn context(says: Says) -> Says {
        says
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Says, payload: &Bytes) -> &'b [u8] {
        out.clear();
        let message = Envelope {
            context: context.context.map(|context| Context {
                trace_id: context.trace_id().to_bytes(),
                span_id: context.span_id().to_bytes(),
                flags: context.flags().to_u8(),
            }),
            tracestate: context.tracestate,
            baggage: context.baggage,
            payload,
        };
        wincode::serialize_into(&mut *out, &message).unwrap();
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let message: Envelope<'_> = wincode::deserialize(message).unwrap();
        message.context.is_some_and(|context| context.flags & 1 == 1)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        let message: Envelope<'_> = wincode::deserialize(message).unwrap();
        let ids = message
            .context
            .map(|context| Ids::new(context.trace_id, context.span_id, context.flags));
        (ids, message.payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let message: Envelope<'_> = wincode::deserialize(message).unwrap();
        Some((message.tracestate.map(Into::into), message.baggage.map(Into::into)))
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }
}
