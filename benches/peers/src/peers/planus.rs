//! FlatBuffers, by planus: a table with offsets, read in place.
//!
//! It could not live on a mixed channel: it has no mark unless the schema gives it one, and reading
//! anything else mostly fails, but not always. Fields that are added later are passed over.

use ::planus::{Builder, ReadAsRoot};
use bytes::Bytes;
use glassine::TraceContext;

use crate::generated::planus::envelope::{self, EnvelopeRef};
use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Planus;

impl Peer for Planus {
    const NAME: &'static str = "planus";
    const ABILITIES: Abilities = Abilities::new("no", "yes, unknown fields are skipped");
    type Buffer = Builder;
    type Context = Says;
    type Found<'m> = Ids;
    type Payload<'m> = &'m [u8];

    fn context(says: Says) -> Says {
        says
    }

    #[inline]
    fn write<'b>(builder: &'b mut Builder, context: &Says, payload: &Bytes) -> &'b [u8] {
        builder.clear();
        let ids = context.context.map(|context| {
            let trace_id = context.trace_id().to_u128();
            envelope::Ids {
                trace_id_high: (trace_id >> 64) as u64,
                trace_id_low: trace_id as u64,
                span_id: context.span_id().to_u64(),
                flags: context.flags().to_u8(),
            }
        });
        let table = envelope::Envelope::create(
            builder,
            ids,
            context.tracestate,
            context.baggage,
            &payload[..],
        );
        builder.finish(table, None)
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let ids = table(message).context().unwrap();
        ids.is_some_and(|ids| ids.flags() & 1 == 1)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        let table = table(message);
        let ids = table.context().unwrap().map(|ids| {
            let trace_id = u128::from(ids.trace_id_high()) << 64 | u128::from(ids.trace_id_low());
            Ids::new(trace_id.to_be_bytes(), ids.span_id().to_be_bytes(), ids.flags())
        });
        (ids, table.payload().unwrap().unwrap_or_default())
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let table = table(message);
        let (tracestate, baggage) = (table.tracestate().unwrap(), table.baggage().unwrap());
        Some((tracestate.map(Into::into), baggage.map(Into::into)))
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }
}

#[inline]
fn table(message: &[u8]) -> EnvelopeRef<'_> {
    EnvelopeRef::read_as_root(message).unwrap()
}
