//! The record of OpenTelemetry's OTEP 4947, made for threads and profilers, in front of every
//! message.
//!
//! 28 bytes: raw ids, a byte that says whether they are valid, the flags, and the length of the
//! attributes that follow, each with an index for its key and a byte for its length. It has no
//! version: a later one cannot be told, and a bare message looks like any other. Attributes are
//! passed over by their length.

use bytes::Bytes;
use glassine::{SpanId, TraceContext};
use zerocopy::byteorder::little_endian::U16;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The record.
#[derive(Debug)]
#[non_exhaustive]
pub struct ThreadContext;

#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Record {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    valid: u8,
    flags: u8,
    attributes_len: U16,
}

impl Peer for ThreadContext {
    const NAME: &'static str = "otep_4947";
    const ABILITIES: Abilities = Abilities::new("no", "no, it has no version");
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
        let ids = context.context.map_or(Ids::NONE, Ids::from);
        let fields = [(TRACESTATE, context.tracestate), (BAGGAGE, context.baggage)];
        let lens = fields.map(|(_, value)| value.map_or(0, |value| 2 + value.len()));
        let record = Record {
            trace_id: ids.trace_id,
            span_id: ids.span_id,
            valid: context.context.is_some().into(),
            flags: ids.flags,
            attributes_len: U16::new(u16::try_from(lens[0] + lens[1]).unwrap()),
        };
        out.extend_from_slice(record.as_bytes());
        for (key, value) in fields {
            if let Some(value) = value {
                out.extend_from_slice(&[key, u8::try_from(value.len()).unwrap()]);
                out.extend_from_slice(value.as_bytes());
            }
        }
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        Record::ref_from_prefix(message)
            .is_ok_and(|(record, _)| record.valid == 1 && record.flags & 1 == 1)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        let (record, rest) = Record::ref_from_prefix(message).unwrap();
        let payload = &rest[usize::from(record.attributes_len.get())..];
        let ids = Ids::new(record.trace_id, record.span_id, record.flags);
        ((record.valid == 1).then_some(ids), payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let (record, rest) = Record::ref_from_prefix(message).unwrap();
        let mut attributes = &rest[..usize::from(record.attributes_len.get())];
        let mut fields = (None, None);
        while let [key, len, rest @ ..] = attributes {
            let (value, rest) = rest.split_at(usize::from(*len));
            let value = str::from_utf8(value).ok().map(Into::into);
            match *key {
                TRACESTATE => fields.0 = value,
                BAGGAGE => fields.1 = value,
                _ => {}
            }
            attributes = rest;
        }
        Some(fields)
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }

    #[inline]
    fn reparent(message: &mut [u8], span_id: SpanId) -> bool {
        let record = Record::mut_from_prefix(message);
        record.map(|(record, _)| record.span_id = span_id.to_bytes()).is_ok()
    }
}

/// Keys are indices of a table that the process publishes.
const TRACESTATE: u8 = 0;
const BAGGAGE: u8 = 1;
