//! A transport under way, as the program and the tests drive it.

use bytes::Bytes;
use glassine::{Channel, Origin, Traced};
use opentelemetry::trace::SpanId;

use crate::error::Error;

/// A sender and a receiver, with the transport between them.
pub trait Link: Sized {
    /// How people call it.
    const NAME: &'static str;

    /// How many bytes a message has at most: the channel's `with_max_message_len` says it, so that
    /// the envelope gives way. `None` where the transport has no limit of its own.
    const LIMIT: Option<usize>;

    /// Whether it carries text only.
    const IS_TEXT: bool = false;

    /// Whether a message that was sent outlives the transport's end.
    const IS_DURABLE: bool = false;

    /// Starts the transport, and connects both ends.
    fn open() -> impl Future<Output = Result<Self, Error>>;

    /// Sends a message.
    fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> impl Future<Output = Result<(), Error>>;

    /// Waits for a message.
    fn receive(&mut self, channel: &Channel) -> impl Future<Output = Result<Traced<Bytes>, Error>>;

    /// The span of what is between both ends and goes on with a context, of the last message that
    /// was received: its parent, and itself.
    fn span_between(&self) -> Option<(SpanId, SpanId)> {
        None
    }

    /// What the broker has logged, where that is the only place in which it says that it refuses a
    /// message.
    fn log(&self) -> String {
        String::new()
    }

    /// Ends the broker, or the receiver where there is none, starts it again at the same address,
    /// and connects both ends.
    fn restart(self) -> impl Future<Output = Result<Self, Error>>;
}
