//! MessagePack without names or texts, by rmp-serde: an array with raw ids, read without a copy.
//!
//! It could not live on a mixed channel where payloads are MessagePack too. An array that is longer
//! than it is known to be is an error to rmp-serde: a later version cannot be read.

use bytes::Bytes;
use glassine::TraceContext;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The array.
#[derive(Debug)]
#[non_exhaustive]
pub struct MsgpackLean;

#[derive(Serialize, Deserialize)]
struct Envelope<'a> {
    context: Option<(ByteArray<16>, ByteArray<8>, u8)>,
    #[serde(borrow)]
    tracestate: Option<&'a str>,
    #[serde(borrow)]
    baggage: Option<&'a str>,
    #[serde(borrow, with = "serde_bytes")]
    payload: &'a [u8],
}

impl Peer for MsgpackLean {
    const NAME: &'static str = "msgpack_lean";
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
        let ids = context.context.map(Ids::from);
        let message = Envelope {
            context: ids
                .map(|ids| (ByteArray::new(ids.trace_id), ByteArray::new(ids.span_id), ids.flags)),
            tracestate: context.tracestate,
            baggage: context.baggage,
            payload,
        };
        rmp_serde::encode::write(out, &message).unwrap();
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let message: Envelope<'_> = rmp_serde::from_slice(message).unwrap();
        message.context.is_some_and(|(_, _, flags)| flags & 1 == 1)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        let message: Envelope<'_> = rmp_serde::from_slice(message).unwrap();
        let ids = message.context.map(|(trace_id, span_id, flags)| {
            Ids::new(trace_id.into_array(), span_id.into_array(), flags)
        });
        (ids, message.payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let message: Envelope<'_> = rmp_serde::from_slice(message).unwrap();
        Some((message.tracestate.map(Into::into), message.baggage.map(Into::into)))
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }
}
