//! The writer of a fan-out: one payload, many recipients.

use core::fmt;
use core::num::NonZeroU32;

use bytes::Buf;

use crate::channel::Channel;
use crate::channel::origin::Origin;
use crate::channel::payload::Payload;
use crate::channel::wrapper::Wrapper;
use crate::id::SpanId;
use crate::policy::fan_out::{FanOut, selects};
use crate::policy::hash;
use crate::policy::rollout::Unsampled;
use crate::wrapped::Wrapped;

/// The messages of a fan-out, made by [`Channel::broadcast`](crate::Channel::broadcast): they share
/// one payload, and one in `N` of them carries the sampled context, with its weight (specification
/// section 17). Who gets it is decided by hash of trace id and recipient, so that a retry decides
/// the same.
///
/// The decision travels to all of them: who is not chosen gets the unsampled marker, so that ten
/// thousand receivers do not start traces of their own. [`with_unsampled`](Self::with_unsampled)
/// takes the decision away, and leaves baggage that may go out.
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
/// let messages = (0..10_000_u32).map(|recipient| broadcast.wrap(&recipient.to_be_bytes()));
/// let sampled = messages.filter(|message| message.remaining() > 8 + 10).count();
/// assert_eq!(broadcast.one_in().get(), 1_000);
/// assert_eq!(sampled, 11); // about 10,000 / 1,000; the others have the marker of 8 bytes
/// # Ok::<(), glassine::w3c::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Broadcast<'c, P> {
    channel: &'c Channel,
    payload: P,
    one_in: NonZeroU32,
    /// The hash of trace and weight that the choice goes by. `None` if nobody is chosen, because
    /// nobody has decided for a trace.
    choice: Option<u64>,
    /// With the weight of the fan-out.
    chosen: Origin,
    others: Origin,
    wrapper_of_chosen: Wrapper<'c>,
    wrapper_of_others: Wrapper<'c>,
}

impl Channel {
    /// Makes the messages of a fan-out: one payload for all recipients, of whom the table chooses
    /// those that get the context (`R-FAN-1`). 0 recipients count as 1.
    #[must_use]
    pub fn broadcast<P: Payload<Buf: Clone>>(
        &self,
        origin: &Origin,
        payload: P,
        recipients: u32,
        table: FanOut<'_>,
    ) -> Broadcast<'_, P::Buf> {
        let one_in = table.one_in(recipients);
        let sampled = origin.sampled_context();
        let (chosen, others) = (origin.clone().fanned_out(one_in), origin.clone().not_chosen());
        Broadcast {
            channel: self,
            payload: payload.into_buf(),
            one_in,
            choice: sampled.map(|context| hash::of_fan_out(context.trace_id(), origin.weight())),
            wrapper_of_chosen: self.wrapper(&chosen),
            wrapper_of_others: self.wrapper_with(&others, Unsampled::Marker, None),
            chosen,
            others,
        }
    }
}

impl<P: Buf + Clone> Broadcast<'_, P> {
    /// Sets what those get who are not chosen. By default, the marker.
    #[must_use]
    pub fn with_unsampled(self, unsampled: Unsampled) -> Self {
        let wrapper_of_others = self.channel.wrapper_with(&self.others, unsampled, None);
        Self { wrapper_of_others, ..self }
    }

    /// One in how many recipients gets the context: the weight of their messages, unless the
    /// fan-out is nested.
    #[must_use]
    pub const fn one_in(&self) -> NonZeroU32 {
        self.one_in
    }

    /// Whether a recipient, named by bytes that stay the same when the message is sent again, gets
    /// the context (`R-FAN-2`). Nobody does if the context is not sampled. One hash.
    #[must_use]
    pub fn chooses(&self, recipient: &[u8]) -> bool {
        self.choice.is_some_and(|fan_out| selects(fan_out, recipient, self.one_in))
    }

    /// What goes in front of the message to a recipient: for payloads that differ, and for channels
    /// that carry text.
    #[must_use]
    pub fn wrapper(&self, recipient: &[u8]) -> &Wrapper<'_> {
        self.wrapper_of(self.chooses(recipient))
    }

    /// Wraps the message to a recipient, with a clone of the payload: a `Bytes` and borrowed bytes
    /// are shared, and then nothing is copied or allocated; a `BytesMut` and a `VecDeque` are
    /// copied.
    #[must_use]
    pub fn wrap(&self, recipient: &[u8]) -> Wrapped<P> {
        self.wrapper(recipient).wrap_buf(self.payload.clone())
    }

    /// Wraps the message to a recipient, from a span of its own, with a clone of the payload as
    /// [`wrap`](Self::wrap) has it. The header is encoded anew for each recipient that is chosen,
    /// which allocates for fields alone.
    #[must_use]
    pub fn wrap_from(&self, span_id: SpanId, recipient: &[u8]) -> Wrapped<P> {
        let is_chosen = self.chooses(recipient);
        match self.chosen.sampled_context().filter(|_| is_chosen) {
            Some(context) => {
                let origin = self.chosen.followed_by(context.with_span_id(span_id));
                self.channel.wrap_buf(&origin, self.payload.clone())
            }
            None => self.wrapper_of(is_chosen).wrap_buf(self.payload.clone()),
        }
    }

    fn wrapper_of(&self, is_chosen: bool) -> &Wrapper<'_> {
        if is_chosen { &self.wrapper_of_chosen } else { &self.wrapper_of_others }
    }
}

impl<P: Buf> fmt::Debug for Broadcast<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broadcast")
            .field("origin", &self.chosen)
            .field("one_in", &self.one_in)
            .field("payload_len", &self.payload.remaining())
            .finish_non_exhaustive()
    }
}
