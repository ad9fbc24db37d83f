//! Simple Binary Encoding, by sbe_gen: a header of 8 bytes, a block of 25, and two texts with their
//! lengths, then the payload.
//!
//! It could not live on a mixed channel: a payload may begin with the bytes of its header. The
//! header says how long the block is, so that a schema with more fixed fields can be read; a third
//! text would move the payload. No context is ids of zero.

use std::borrow::Cow;

use bytes::Bytes;
use glassine::{SpanId, TraceContext};
use zerocopy::byteorder::little_endian::U16;
use zerocopy::{FromBytes, IntoBytes};

use crate::generated::sbe::envelope::VarData;
use crate::generated::sbe::{Envelope, MessageHeader};
use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The message.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sbe;

impl Peer for Sbe {
    const NAME: &'static str = "sbe";
    const ABILITIES: Abilities = Abilities::new("no", "if only fixed fields were added");
    type Buffer = Vec<u8>;
    type Context = Says;
    type Found<'m> = Ids;
    type Payload<'m> = &'m [u8];

    fn context(says: Says) -> Says {
        says
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Says, payload: &Bytes) -> &'b [u8] {
        let ids = context.context.map_or(Ids::NONE, Ids::from);
        let tracestate = context.tracestate.unwrap_or_default().as_bytes();
        let baggage = context.baggage.unwrap_or_default().as_bytes();
        let header = MessageHeader {
            block_length: U16::new(Envelope::BLOCK_LENGTH),
            template_id: U16::new(Envelope::TEMPLATE_ID),
            schema_id: U16::new(Envelope::SCHEMA_ID),
            version: U16::new(Envelope::SCHEMA_VERSION),
        };
        let block = Envelope { trace_id: ids.trace_id, span_id: ids.span_id, flags: ids.flags };
        out.clear();
        out.extend_from_slice(header.as_bytes());
        out.extend_from_slice(block.as_bytes());
        for text in [tracestate, baggage] {
            out.extend_from_slice(&u16::try_from(text.len()).unwrap().to_le_bytes());
            out.extend_from_slice(text);
        }
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        split(message).0.flags & 1 == 1
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        let (block, rest) = split(message);
        let (_, rest) = block.parse_tracestate(rest).unwrap();
        let (_, payload) = block.parse_baggage(rest).unwrap();
        let ids = Ids::new(block.trace_id, block.span_id, block.flags);
        ((ids.trace_id != [0; 16]).then_some(ids), payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let (block, rest) = split(message);
        let (tracestate, rest) = block.parse_tracestate(rest)?;
        let (baggage, _) = block.parse_baggage(rest)?;
        Some((text(tracestate), text(baggage)))
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }

    #[inline]
    fn reparent(message: &mut [u8], span_id: SpanId) -> bool {
        split(message);
        let block = &mut message[size_of::<MessageHeader>()..];
        let block = Envelope::mut_from_prefix(block);
        block.map(|(block, _)| block.span_id = span_id.to_bytes()).is_ok()
    }
}

/// The block, and what stands behind it. The header says how long the block is.
#[inline]
fn split(message: &[u8]) -> (&Envelope, &[u8]) {
    let (header, body) = MessageHeader::parse_prefix(message).unwrap();
    assert!(header.template_id.get() == Envelope::TEMPLATE_ID, "another message");
    let (block, rest) = body.split_at(header.block_length.get().into());
    (Envelope::parse_prefix(block).unwrap().0, rest)
}

#[inline]
fn text(data: VarData<'_>) -> Option<Cow<'_, str>> {
    data.as_str().filter(|text| !text.is_empty()).map(Cow::Borrowed)
}
