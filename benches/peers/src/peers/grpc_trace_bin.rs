//! The 29 bytes of gRPC's header `grpc-trace-bin`, behind a byte with their length.
//!
//! A version, then each field behind a byte with its number. Unknown fields have no length: whoever
//! does not know a field cannot read what stands behind it, but the length in front leads to the
//! payload. In gRPC it is the header that is absent; here the length is zero, and a bare message
//! cannot be told.

use bytes::Bytes;
use glassine::{SpanId, TraceContext};

use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The record.
#[derive(Debug)]
#[non_exhaustive]
pub struct GrpcTraceBin;

impl Peer for GrpcTraceBin {
    const NAME: &'static str = "grpc_trace_bin";
    const ABILITIES: Abilities = Abilities::new("no", "yes, by the length in front");
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
        if let Some(context) = context.context {
            let mut record = [0; 1 + LEN];
            record[0] = LEN as u8;
            record[2] = TRACE_ID;
            record[3..19].copy_from_slice(&context.trace_id().to_bytes());
            record[19] = SPAN_ID;
            record[20..28].copy_from_slice(&context.span_id().to_bytes());
            record[28] = FLAGS;
            record[29] = context.flags().to_u8();
            out.extend_from_slice(&record);
        } else {
            out.push(0);
        }
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        split(message).0.is_some_and(|ids| ids.is_sampled())
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        split(message)
    }

    fn fields(_: &Bytes) -> Option<Fields<'_>> {
        None
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }

    #[inline]
    fn reparent(message: &mut [u8], span_id: SpanId) -> bool {
        // The fields are in the order in which they are written here, or the record is not ours.
        let [_, 0, TRACE_ID, rest @ ..] = message else { return false };
        let Some([SPAN_ID, value @ ..]) = rest.get_mut(16..) else { return false };
        value.first_chunk_mut().map(|value| *value = span_id.to_bytes()).is_some()
    }
}

#[inline]
fn split(message: &[u8]) -> (Option<Ids>, &[u8]) {
    let (len, rest) = message.split_first().unwrap();
    let (record, payload) = rest.split_at(usize::from(*len));
    (ids(record), payload)
}

/// The fields in any order, as the format has it.
#[inline]
fn ids(record: &[u8]) -> Option<Ids> {
    let [0, fields @ ..] = record else { return None };
    let mut rest = fields;
    let mut ids = Ids::NONE;
    while let Some((field, value)) = rest.split_first() {
        rest = match *field {
            TRACE_ID => {
                let (trace_id, rest) = value.split_first_chunk()?;
                ids.trace_id = *trace_id;
                rest
            }
            SPAN_ID => {
                let (span_id, rest) = value.split_first_chunk()?;
                ids.span_id = *span_id;
                rest
            }
            FLAGS => {
                let (flags, rest) = value.split_first()?;
                ids.flags = *flags;
                rest
            }
            _ => break,
        };
    }
    Some(ids)
}

const LEN: usize = 29;
const TRACE_ID: u8 = 0;
const SPAN_ID: u8 = 1;
const FLAGS: u8 = 2;
