//! Cap'n Proto, by capnp: a struct with pointers, in segments behind their table, read in place.
//!
//! Unaligned, because messages arrive anywhere. It could not live on a mixed channel: it has no
//! mark. Fields that are added later are passed over.

use ::capnp::message::{Builder, HeapAllocator, ReaderOptions};
use ::capnp::serialize;
use bytes::Bytes;
use glassine::TraceContext;

use crate::generated::envelope_capnp::envelope;
use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The struct.
#[derive(Debug)]
#[non_exhaustive]
pub struct Capnp;

impl Peer for Capnp {
    const NAME: &'static str = "capnp";
    const ABILITIES: Abilities = Abilities::new("no", "yes, unknown fields are skipped");
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
        // One segment that holds it all.
        let words = u32::try_from(payload.len() / 8).unwrap() + WORDS_BESIDE_PAYLOAD;
        let mut message = Builder::new(HeapAllocator::new().first_segment_words(words));
        let mut root = message.init_root::<envelope::Builder<'_>>();
        if let Some(context) = context.context {
            let trace_id = context.trace_id().to_u128();
            root.set_trace_id_high((trace_id >> 64) as u64);
            root.set_trace_id_low(trace_id as u64);
            root.set_span_id(context.span_id().to_u64());
            root.set_flags(context.flags().to_u8());
        }
        if let Some(tracestate) = context.tracestate {
            root.set_tracestate(tracestate);
        }
        if let Some(baggage) = context.baggage {
            root.set_baggage(baggage);
        }
        root.set_payload(payload);
        serialize::write_message(&mut *out, &message).unwrap();
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        with_root(message, |root| root.get_flags() & 1 == 1)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        let range = with_root(message, |root| {
            let trace_id =
                u128::from(root.get_trace_id_high()) << 64 | u128::from(root.get_trace_id_low());
            let ids = Ids::new(
                trace_id.to_be_bytes(),
                root.get_span_id().to_be_bytes(),
                root.get_flags(),
            );
            let payload = root.get_payload().unwrap();
            let start = payload.as_ptr().addr() - message.as_ptr().addr();
            ((trace_id != 0).then_some(ids), start..start + payload.len())
        });
        (range.0, &message[range.1])
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        with_root(message, |root| {
            let tracestate = root.has_tracestate().then(|| root.get_tracestate().unwrap());
            let baggage = root.has_baggage().then(|| root.get_baggage().unwrap());
            Some((
                tracestate.map(|text| text.to_string().unwrap().into()),
                baggage.map(|text| text.to_string().unwrap().into()),
            ))
        })
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }
}

/// The reader owns the table of segments, hence what is read has to be used inside.
#[inline]
fn with_root<T>(message: &[u8], use_root: impl FnOnce(envelope::Reader<'_>) -> T) -> T {
    let mut rest = message;
    let reader = serialize::read_message_from_flat_slice(&mut rest, ReaderOptions::new()).unwrap();
    use_root(reader.get_root().unwrap())
}

const WORDS_BESIDE_PAYLOAD: u32 = 40;
