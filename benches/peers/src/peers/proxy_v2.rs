//! A header of the PROXY protocol, version 2, by ppp, with a TLV of a private type for the context.
//!
//! Its signature of 12 bytes tells a bare message from a wrapped one, and its length leads to the
//! payload; the protocol itself forbids to guess, and another version is refused. Unknown TLVs are
//! passed over. The addresses have to be there.

use std::borrow::Cow;

use bytes::Bytes;
use glassine::TraceContext;
use ppp::v2::{
    Builder, Command, Header, IPv4, PROTOCOL_PREFIX, Protocol, TypeLengthValue, Version,
};
use zerocopy::{FromBytes, IntoBytes};

use crate::peer::{Abilities, Fields, Ids, Peer, Says};

/// The header.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProxyV2;

impl Peer for ProxyV2 {
    const NAME: &'static str = "proxy_v2";
    const ABILITIES: Abilities = Abilities::new("yes, by 12 bytes", "no, it is refused");
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
        if context.context.is_some() || payload.starts_with(PROTOCOL_PREFIX) {
            out.extend_from_slice(&header(context));
        }
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let Ok(header) = Header::try_from(&message[..]) else { return false };
        find(&header, CONTEXT)
            .is_some_and(|tlv| Ids::ref_from_bytes(&tlv.value).is_ok_and(Ids::is_sampled))
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<Ids>, &[u8]) {
        let Ok(header) = Header::try_from(&message[..]) else { return (None, message) };
        let tlv = find(&header, CONTEXT);
        let ids = tlv.and_then(|tlv| Ids::read_from_bytes(&tlv.value).ok());
        (ids, &message[header.len()..])
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let Ok(header) = Header::try_from(&message[..]) else { return Some((None, None)) };
        let text = |kind| {
            let value = find(&header, kind)?.value.into_owned();
            String::from_utf8(value).ok().map(Cow::Owned)
        };
        Some((text(TRACESTATE), text(BAGGAGE)))
    }

    fn trace_context(found: Ids) -> Option<TraceContext> {
        found.trace_context()
    }
}

#[inline]
fn header(context: &Says) -> Vec<u8> {
    let addresses = IPv4::new([127, 0, 0, 1], [127, 0, 0, 1], 5000, 5001);
    let mut builder =
        Builder::with_addresses(Version::Two | Command::Proxy, Protocol::Stream, addresses)
            .reserve_capacity(512);
    if let Some(context) = context.context {
        builder = builder.write_tlv(CONTEXT, Ids::from(context).as_bytes()).unwrap();
    }
    if let Some(tracestate) = context.tracestate {
        builder = builder.write_tlv(TRACESTATE, tracestate.as_bytes()).unwrap();
    }
    if let Some(baggage) = context.baggage {
        builder = builder.write_tlv(BAGGAGE, baggage.as_bytes()).unwrap();
    }
    builder.build().unwrap()
}

#[inline]
fn find<'h>(header: &'h Header<'_>, kind: u8) -> Option<TypeLengthValue<'h>> {
    header.tlvs().filter_map(Result::ok).find(|tlv| tlv.kind == kind)
}

/// Types for private use.
const CONTEXT: u8 = 0xE0;
const TRACESTATE: u8 = 0xE1;
const BAGGAGE: u8 = 0xE2;
