//! Glassine's `Channel`: what its README shows.
//!
//! It counts each message, judges the context by the trust in the peer, and lets fields pass by
//! lists. What it reads holds its message, whose bytes are shared. For what is not sampled it sends
//! nothing, which is its default.

use bytes::Bytes;
use glassine::policy::{AllowList, Propagation, Rollout, Trust};
use glassine::{Channel, Origin, TraceContext};
use glassine_opentelemetry::{Consumer, Relation, capture_from};
use opentelemetry::Context;

use crate::peer::{Abilities, Fields, Peer, Says};
use crate::peers::glassine::Glassine;

/// The channel.
#[derive(Debug)]
#[non_exhaustive]
pub struct GlassineChannel;

static CHANNEL: Channel = Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept);
const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);
/// Lets all fields pass, for a sender that has some.
static OPEN: Channel = Channel::new()
    .with_rollout(Rollout::On)
    .with_trust(Trust::Accept)
    .with_inbound_fields(AllowList::ALL)
    .with_outbound_fields(AllowList::ALL);

impl Peer for GlassineChannel {
    const NAME: &'static str = "glassine_channel";
    const ABILITIES: Abilities = Glassine::ABILITIES;
    const SENDS_UNSAMPLED: bool = false;
    type Buffer = Vec<u8>;
    type Context = Origin;
    type Found<'m> = TraceContext;
    type Payload<'m> = Bytes;

    fn context(says: Says) -> Origin {
        let mut message = Vec::new();
        let _ = Glassine::write(&mut message, &says, &Bytes::new());
        OPEN.receive(message.into()).into_parts().1
    }

    #[inline]
    fn write<'b>(out: &'b mut Vec<u8>, origin: &Origin, payload: &Bytes) -> &'b [u8] {
        out.clear();
        let (envelope, payload) = OPEN.wrap(origin, payload.clone()).into_parts();
        out.extend_from_slice(envelope.as_bytes());
        out.extend_from_slice(&payload);
        out
    }

    #[inline]
    fn is_sampled(message: &Bytes) -> bool {
        let (_, origin) = CHANNEL.receive_ref(message).into_parts();
        matches!(origin.propagation(), Propagation::Continue(context) if context.is_sampled())
    }

    #[inline]
    fn read(message: &Bytes) -> (Option<TraceContext>, Bytes) {
        let (payload, origin) = CHANNEL.receive(message.clone()).into_parts();
        match origin.propagation() {
            Propagation::Continue(context) => (Some(context), payload),
            _ => (None, payload),
        }
    }

    #[inline]
    fn fields(message: &Bytes) -> Option<Fields<'_>> {
        Glassine::fields(message)
    }

    fn trace_context(found: TraceContext) -> Option<TraceContext> {
        Some(found)
    }

    #[inline]
    fn to_opentelemetry(message: &Bytes) -> (Context, Bytes) {
        let (payload, origin) = CHANNEL.receive(message.clone()).into_parts();
        (CONSUMER.plan([&origin]).context(&Context::new()), payload)
    }

    #[inline]
    fn from_opentelemetry<'b>(
        out: &'b mut Vec<u8>,
        context: &Context,
        payload: &Bytes,
    ) -> &'b [u8] {
        Self::write(out, &capture_from(context), payload)
    }
}
