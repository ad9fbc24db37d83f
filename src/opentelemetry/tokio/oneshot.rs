//! One message, such as a reply: `tokio::sync::oneshot` with contexts.

use core::fmt;
use core::task::{Context, Poll};

use ::tokio::sync::oneshot;

use super::super::capture;
use crate::Traced;

/// The errors of tokio's channel.
pub use ::tokio::sync::oneshot::error;

/// The receiving end: tokio's own, a future of the message with its origin.
pub type Receiver<M> = oneshot::Receiver<Traced<M>>;

/// A channel for one message: `tokio::sync::oneshot::channel`.
#[must_use]
pub fn channel<M>() -> (Sender<M>, Receiver<M>) {
    let (sender, receiver) = oneshot::channel();
    (Sender(sender), receiver)
}

/// The sending end.
pub struct Sender<M>(oneshot::Sender<Traced<M>>);

impl<M> Sender<M> {
    /// Sends the message from the current context.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub fn send(self, message: M) -> Result<(), M> {
        self.forward(Traced::new(message, capture())).map_err(Traced::into_message)
    }

    /// Sends the message from where it comes.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub fn forward(self, traced: Traced<M>) -> Result<(), Traced<M>> {
        self.0.send(traced)
    }

    /// Waits until the receiver is gone or has closed the channel.
    pub async fn closed(&mut self) {
        self.0.closed().await;
    }

    /// Whether the receiver is gone or has closed the channel.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Whether the receiver is gone or has closed the channel; if not, the task is woken when it does.
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.poll_closed(cx)
    }
}

impl<M> fmt::Debug for Sender<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}
