//! A struct of 25 bytes in front of every message: ids and flags, by zerocopy.
//!
//! It could not live on a mixed channel: a bare message looks like any other, and a version with
//! one more field moves the payload. No context is ids of zero, in the same 25 bytes.

use bytes::Bytes;
use glassine::{SpanId, TraceContext};
use zerocopy::{FromBytes, IntoBytes};

use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The struct.
#[derive(Debug)]
#[non_exhaustive]
pub struct ZerocopyStruct;

impl Peer for ZerocopyStruct {
    const NAME: &'static str = "zerocopy_struct";
    const ABILITIES: Abilities = Abilities::new("no", "no");
    type Buffer = Vec<u8>;
    type Context = Says;
    type Found<'m> = &'m Ids;
    type Payload<'m> = &'m [u8];

    fn context(says: Says) -> Says {
        says
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Says, payload: &Bytes) -> &'b [u8] {
        out.clear();
        let ids = context.context.map_or(Ids::NONE, Ids::from);
        out.extend_from_slice(ids.as_bytes());
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        Ids::ref_from_prefix(message).is_ok_and(|(ids, _)| ids.is_sampled())
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<&Ids>, &[u8]) {
        let (ids, payload) = Ids::ref_from_prefix(message).unwrap();
        ((ids.trace_id != [0; 16]).then_some(ids), payload)
    }

    fn fields(_: &Bytes) -> Option<Fields<'_>> {
        None
    }

    fn trace_context(found: &Ids) -> Option<TraceContext> {
        found.trace_context()
    }

    #[inline]
    fn reparent(message: &mut [u8], span_id: SpanId) -> bool {
        let ids = Ids::mut_from_prefix(message);
        ids.map(|(ids, _)| ids.span_id = span_id.to_bytes()).is_ok()
    }
}
