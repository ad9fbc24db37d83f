//! Rkyv: the struct as it stands in memory, checked and then used in place.
//!
//! Unaligned, because messages arrive anywhere. It could not live on a mixed channel: it is read
//! from its end, has no mark and no version, and most bytes that are long enough are some struct.

use bytes::Bytes;
use glassine::TraceContext;
use rkyv::rancor::Error;
use rkyv::with::{InlineAsBox, Map};
use rkyv::{Archive, Serialize};

use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The struct.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rkyv;

#[derive(Archive, Serialize)]
struct Envelope<'a> {
    context: Option<Context>,
    #[rkyv(with = Map<InlineAsBox>)]
    tracestate: Option<&'a str>,
    #[rkyv(with = Map<InlineAsBox>)]
    baggage: Option<&'a str>,
    #[rkyv(with = InlineAsBox)]
    payload: &'a [u8],
}

#[derive(Archive, Serialize)]
struct Context {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    flags: u8,
}

impl Peer for Rkyv {
    const NAME: &'static str = "rkyv";
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
        *out = rkyv::api::high::to_bytes_in::<_, Error>(&message, std::mem::take(out)).unwrap();
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        access(message).context.as_ref().is_some_and(|context| context.flags & 1 == 1)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        let message = access(message);
        let ids = message
            .context
            .as_ref()
            .map(|context| Ids::new(context.trace_id, context.span_id, context.flags));
        (ids, &message.payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let message = access(message);
        let (tracestate, baggage) = (message.tracestate.as_ref(), message.baggage.as_ref());
        Some((tracestate.map(|text| (&**text).into()), baggage.map(|text| (&**text).into())))
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }
}

#[inline]
fn access<'m>(message: &'m Bytes) -> &'m ArchivedEnvelope<'m> {
    rkyv::access::<ArchivedEnvelope<'m>, Error>(message).unwrap()
}
