//! The writer of a fan-out: one payload, many recipients.

use core::fmt;
use core::num::NonZeroU32;

use bytes::Buf;

use crate::channel::Channel;
use crate::channel::origin::Origin;
use crate::channel::wrapper::Wrapper;
use crate::id::SpanId;
use crate::policy::fan_out::{FanOut, fan_out_selects};
use crate::policy::propagation::Propagation;
use crate::wrapped::Wrapped;

/// The messages of a fan-out, made by [`Channel::broadcast`](crate::Channel::broadcast): they share
/// one payload, and one in `N` of them carries the sampled context, with its weight (specification
/// section 17). Who gets it is decided by hash of trace id and recipient, so that a retry decides
/// the same.
///
/// What is not sampled goes the way of messages without a context, escape included.
///
/// ```
/// use bytes::{Buf, Bytes};
/// use glassine::{Channel, TraceContext};
/// use glassine::policy::{FanOut, Rollout};
///
/// let channel = Channel::new().with_rollout(Rollout::On);
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let payload = Bytes::from_static(b"hello, all");
///
/// let broadcast = channel.broadcast(&context.into(), payload, 10_000, FanOut::DEFAULT);
/// let framed = (0..10_000_u32).filter(|recipient| broadcast.wrap(&recipient.to_be_bytes()).remaining() > 10).count();
/// assert_eq!(broadcast.one_in().get(), 1_000);
/// assert_eq!(framed, 11); // about 10,000 / 1,000
/// # Ok::<(), glassine::w3c::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Broadcast<'c, P> {
    channel: &'c Channel,
    payload: P,
    /// With the weight of the fan-out.
    origin: Origin,
    chosen: Wrapper<'c>,
    others: Wrapper<'c>,
    one_in: NonZeroU32,
}

impl Channel {
    /// The messages of a fan-out: one payload for all recipients, of whom the table chooses those
    /// that get the context (`R-FAN-1`). 0 recipients count as 1.
    #[must_use]
    pub fn broadcast<P: Buf + Clone>(
        &self,
        origin: &Origin,
        payload: P,
        recipients: u32,
        table: FanOut<'_>,
    ) -> Broadcast<'_, P> {
        Broadcast::new(self, origin, payload, table.one_in(recipients))
    }
}

impl<'c, P: Buf + Clone> Broadcast<'c, P> {
    fn new(channel: &'c Channel, origin: &Origin, payload: P, one_in: NonZeroU32) -> Self {
        let origin = origin.clone().fanned_out(one_in);
        let others = match origin.propagation() {
            Propagation::Continue(context) => {
                Origin::from(context.with_flags(context.flags().with_sampled(false)))
            }
            inbound => Origin::new(inbound),
        };
        let (chosen, others) = (channel.wrapper(&origin), channel.wrapper(&others));
        Self { channel, payload, origin, chosen, others, one_in }
    }

    /// One in how many recipients gets the context: the weight of their messages, unless the
    /// fan-out is nested.
    #[must_use]
    pub const fn one_in(&self) -> NonZeroU32 {
        self.one_in
    }

    /// Whether a recipient, named by bytes that stay the same when the message is sent again, gets
    /// the context if it is sampled (`R-FAN-2`). Two hashes.
    #[must_use]
    pub fn chooses(&self, recipient: &[u8]) -> bool {
        let context = self.origin.context();
        context.is_some_and(|context| fan_out_selects(context.trace_id(), recipient, self.one_in))
    }

    /// The message to a recipient. Copies no payload, and allocates nothing.
    #[must_use]
    pub fn wrap(&self, recipient: &[u8]) -> Wrapped<P> {
        let wrapper = if self.chooses(recipient) { &self.chosen } else { &self.others };
        wrapper.clone().wrap(self.payload.clone())
    }

    /// The same from a span of its own. The header is encoded anew for each recipient that is
    /// chosen; without fields, nothing is allocated.
    #[must_use]
    pub fn wrap_from(&self, span_id: SpanId, recipient: &[u8]) -> Wrapped<P> {
        match self.origin.propagation() {
            Propagation::Continue(context) if self.chooses(recipient) => self.channel.wrap(
                &self.origin.followed_by(context.with_span_id(span_id)),
                self.payload.clone(),
            ),
            _ => self.others.clone().wrap(self.payload.clone()),
        }
    }
}

impl<P: Buf> fmt::Debug for Broadcast<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broadcast")
            .field("origin", &self.origin)
            .field("one_in", &self.one_in)
            .field("payload_len", &self.payload.remaining())
            .finish_non_exhaustive()
    }
}
