//! Simple Binary Encoding, by sbe_gen: a header of 8 bytes, a block of 25, and two texts with their
//! lengths, then the payload.
//!
//! It could not live on a mixed channel: a payload may begin with the bytes of its header. The
//! header says how long the block is, so that a schema with more fixed fields can be read; a third
//! text would move the payload. No context is ids of zero.

use std::borrow::Cow;

use bytes::Bytes;
use glassine::TraceContext;
use zerocopy::byteorder::little_endian::U16;

use crate::generated::sbe::envelope::{EnvelopeView, VarData, parse_with_header};
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
        out.clear();
        out.resize(FIXED_LEN + tracestate.len() + baggage.len(), 0);
        let written = Envelope::encode_with_header_into(out, header, |encoder| {
            encoder.trace_id(ids.trace_id).span_id(ids.span_id).flags(ids.flags);
            encoder.tracestate(tracestate)?.baggage(baggage)?;
            Ok(())
        });
        written.unwrap();
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        view(message).0.flags_value().is_some_and(|flags| flags & 1 == 1)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        let (view, rest) = view(message);
        let (_, rest) = view.parse_tracestate(rest).unwrap();
        let (_, payload) = view.parse_baggage(rest).unwrap();
        let ids = view.trace_id().zip(view.span_id()).zip(view.flags_value());
        let ids = ids.map(|((trace_id, span_id), flags)| Ids::new(*trace_id, *span_id, flags));
        (ids.filter(|ids| ids.trace_id != [0; 16]), payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let (view, rest) = view(message);
        let (tracestate, rest) = view.parse_tracestate(rest)?;
        let (baggage, _) = view.parse_baggage(rest)?;
        Some((text(tracestate), text(baggage)))
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }
}

#[inline]
fn view(message: &[u8]) -> (EnvelopeView<'_>, &[u8]) {
    let (header, body) = MessageHeader::parse_prefix(message).unwrap();
    assert!(header.template_id.get() == Envelope::TEMPLATE_ID, "another message");
    parse_with_header(body, header).unwrap()
}

#[inline]
fn text(data: VarData<'_>) -> Option<Cow<'_, str>> {
    data.as_str().filter(|text| !text.is_empty()).map(Cow::Borrowed)
}

/// Header, block, and the lengths of both texts.
const FIXED_LEN: usize = 8 + 25 + 2 + 2;
