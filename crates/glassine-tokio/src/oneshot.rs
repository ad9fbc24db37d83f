//! Sends one message, such as a reply: `tokio::sync::oneshot` with contexts.

use core::fmt;
use core::marker::PhantomData;
use core::task::{Context, Poll};

use glassine::Traced;
use glassine::policy::Capture;
use tokio::sync::oneshot;

/// The errors of tokio's channel.
pub use tokio::sync::oneshot::error;

/// Waits for the message, with its origin: tokio's own, a future.
pub type Receiver<M> = oneshot::Receiver<Traced<M>>;

/// Makes a channel for one message, as `tokio::sync::oneshot::channel` does.
#[must_use]
pub fn channel<M, C: Capture>() -> (Sender<M, C>, Receiver<M>) {
    let (sender, receiver) = oneshot::channel();
    (Sender::from(sender), receiver)
}

/// Sends the message.
pub struct Sender<M, C> {
    inner: oneshot::Sender<Traced<M>>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> Sender<M, C> {
    /// Sends the message with the current context.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub fn send(self, message: M) -> Result<(), M> {
        self.forward(Traced::new(message, C::capture())).map_err(Traced::into_value)
    }

    /// Sends the message with the origin that it has.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub fn forward(self, traced: Traced<M>) -> Result<(), Traced<M>> {
        self.inner.send(traced)
    }

    /// Waits until the receiver is gone or has closed the channel.
    pub async fn closed(&mut self) {
        self.inner.closed().await;
    }

    /// Tells whether the receiver is gone or has closed the channel.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Tells whether the receiver is gone or has closed the channel; if not, wakes the task when it
    /// is or does.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.inner.poll_closed(cx)
    }

    /// Borrows tokio's own end.
    #[must_use]
    pub const fn as_inner(&self) -> &oneshot::Sender<Traced<M>> {
        &self.inner
    }

    /// Turns this into tokio's own end. What is sent by it is sent as it is: nothing is captured.
    #[must_use]
    pub fn into_inner(self) -> oneshot::Sender<Traced<M>> {
        self.inner
    }
}

/// Lets tokio's own capture the context from now on.
impl<M, C> From<oneshot::Sender<Traced<M>>> for Sender<M, C> {
    fn from(inner: oneshot::Sender<Traced<M>>) -> Self {
        Self { inner, capture: PhantomData }
    }
}

impl<M, C> fmt::Debug for Sender<M, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}
