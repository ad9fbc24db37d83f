//! A block of headers as HTTP has them, in front of the payload, read by httparse.
//!
//! It could not live on a mixed channel: an empty line in front of every payload says that there
//! are no headers, and a bare message may begin like a header. Unknown headers are passed over.

use bytes::Bytes;
use glassine::TraceContext;
use glassine::w3c::claims_sampled;
use httparse::{EMPTY_HEADER, Header, Status};

use crate::headers;
use crate::peer::{Abilities, Fields, Peer, Says};

/// The block.
#[derive(Debug)]
#[non_exhaustive]
pub struct HeaderBlock;

impl Peer for HeaderBlock {
    const NAME: &'static str = "header_block";
    const ABILITIES: Abilities = Abilities::new("no", "yes, unknown headers are skipped");
    type Buffer = Vec<u8>;
    type Context = Says;
    type Found<'m> = TraceContext;
    type Payload<'m> = &'m [u8];

    fn context(says: Says) -> Says {
        says
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, context: &Says, payload: &Bytes) -> &'b [u8] {
        out.clear();
        headers::write(out, context);
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let (headers, _) = parse(message, &mut headers);
        find(headers, "traceparent").is_some_and(claims_sampled)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, &[u8]) {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let (headers, payload) = parse(message, &mut headers);
        let traceparent = find(headers, "traceparent");
        (traceparent.and_then(|text| TraceContext::from_traceparent(text).ok()), payload)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let (headers, _) = parse(message, &mut headers);
        let text = |name| find(headers, name).and_then(|value| str::from_utf8(value).ok());
        Some((text("tracestate").map(Into::into), text("baggage").map(Into::into)))
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }
}

/// The same of a message that is text: `traceparent` and payload.
#[inline]
pub(crate) fn split(message: &str) -> (Option<&[u8]>, &str) {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let (headers, payload) = parse(message.as_bytes(), &mut headers);
    (find(headers, "traceparent"), &message[message.len() - payload.len()..])
}

#[inline]
fn parse<'h, 'm>(message: &'m [u8], headers: &'h mut [Header<'m>]) -> (&'h [Header<'m>], &'m [u8]) {
    match httparse::parse_headers(message, headers) {
        Ok(Status::Complete((len, headers))) => (headers, &message[len..]),
        other => panic!("{other:?}"),
    }
}

#[inline]
fn find<'m>(headers: &[Header<'m>], name: &str) -> Option<&'m [u8]> {
    let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    header.map(|header| header.value)
}

const MOST_HEADERS: usize = 16;
