//! The headers of NATS in front of the payload: a line with the version, and a line for each.
//!
//! Written and read by hand, without a copy; the client libraries build an owned map, which takes
//! more. NATS says outside of the message that there are headers; in front of a payload, the first
//! line tells it, unless a bare payload begins with the same ten bytes. Unknown headers are passed
//! over.

use bytes::Bytes;
use glassine::TraceContext;
use glassine::w3c::claims_sampled;
use memchr::memchr;

use crate::headers;
use crate::peer::{Abilities, Fields, Peer, Says};

/// The headers.
#[derive(Debug)]
#[non_exhaustive]
pub struct Nats;

impl Peer for Nats {
    const NAME: &'static str = "nats";
    const ABILITIES: Abilities =
        Abilities::new("unless a payload begins like it", "yes, unknown headers are skipped");
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
        if context.context.is_some() {
            out.extend_from_slice(VERSION);
            headers::write(out, context);
        }
        out.extend_from_slice(payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        Headers::of(message).find(b"traceparent").is_some_and(claims_sampled)
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, &[u8]) {
        let mut headers = Headers::of(message);
        let mut context = None;
        for (name, value) in &mut headers {
            if name.eq_ignore_ascii_case(b"traceparent") {
                context = TraceContext::from_traceparent(value).ok();
            }
        }
        (context, headers.rest)
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        let text = |name: &[u8]| {
            let value = Headers::of(message).find(name)?;
            str::from_utf8(value).ok().map(Into::into)
        };
        Some((text(b"tracestate"), text(b"baggage")))
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }
}

/// The headers that are left; at their end, the rest is the payload.
struct Headers<'m> {
    rest: &'m [u8],
    is_over: bool,
}

impl<'m> Headers<'m> {
    #[inline]
    fn of(message: &'m [u8]) -> Self {
        match message.strip_prefix(VERSION) {
            Some(rest) => Self { rest, is_over: false },
            None => Self { rest: message, is_over: true },
        }
    }

    #[inline]
    fn find(mut self, name: &[u8]) -> Option<&'m [u8]> {
        Iterator::find(&mut self, |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

impl<'m> Iterator for Headers<'m> {
    type Item = (&'m [u8], &'m [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let (line, rest) = self.rest.split_at(memchr(b'\n', self.rest)? + 1);
        self.rest = rest;
        let line = line.strip_suffix(b"\r\n")?;
        if line.is_empty() {
            self.is_over = true;
            return None;
        }
        let (name, value) = line.split_at(memchr(b':', line)?);
        Some((name, value[1..].trim_ascii_start()))
    }
}

const VERSION: &[u8] = b"NATS/1.0\r\n";
