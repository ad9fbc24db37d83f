//! Many senders, one receiver: `tokio::sync::mpsc` with contexts.

use core::fmt;

use ::tokio::sync::mpsc;

use self::error::{SendError, TrySendError};
use super::super::capture;
use crate::Traced;

/// The errors of tokio's channels: they give back the message, or `()` where there is none yet.
pub use ::tokio::sync::mpsc::error;

/// The receiving end of a bounded channel: tokio's own, of messages with their origins.
pub type Receiver<M> = mpsc::Receiver<Traced<M>>;

/// The receiving end of an unbounded channel: tokio's own, of messages with their origins.
pub type UnboundedReceiver<M> = mpsc::UnboundedReceiver<Traced<M>>;

/// A channel with room for so many messages: `tokio::sync::mpsc::channel`.
///
/// # Panics
/// As tokio's: if `buffer` is 0 or more than a semaphore holds.
#[must_use]
pub fn channel<M>(buffer: usize) -> (Sender<M>, Receiver<M>) {
    let (sender, receiver) = mpsc::channel(buffer);
    (Sender(sender), receiver)
}

/// A channel without a bound: `tokio::sync::mpsc::unbounded_channel`.
#[must_use]
pub fn unbounded_channel<M>() -> (UnboundedSender<M>, UnboundedReceiver<M>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (UnboundedSender(sender), receiver)
}

/// The sending end of a bounded channel.
pub struct Sender<M>(mpsc::Sender<Traced<M>>);

impl<M> Sender<M> {
    /// Sends a message from the current context, once there is room.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub async fn send(&self, message: M) -> Result<(), SendError<M>> {
        self.forward(now(message)).await.map_err(closed)
    }

    /// Sends a message from where it comes, once there is room.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub async fn forward(&self, traced: Traced<M>) -> Result<(), SendError<Traced<M>>> {
        self.0.send(traced).await
    }

    /// Sends a message from the current context, if there is room.
    ///
    /// # Errors
    /// The message, if there is no room, or the receiver is gone or has closed the channel.
    pub fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        self.try_forward(now(message)).map_err(|error| match error {
            TrySendError::Full(traced) => TrySendError::Full(traced.into_message()),
            TrySendError::Closed(traced) => TrySendError::Closed(traced.into_message()),
        })
    }

    /// Sends a message from where it comes, if there is room.
    ///
    /// # Errors
    /// As [`try_send`](Self::try_send).
    pub fn try_forward(&self, traced: Traced<M>) -> Result<(), TrySendError<Traced<M>>> {
        self.0.try_send(traced)
    }

    /// Sends a message from the current context; blocks the thread until there is room.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    ///
    /// # Panics
    /// As tokio's: within an asynchronous execution context.
    pub fn blocking_send(&self, message: M) -> Result<(), SendError<M>> {
        self.0.blocking_send(now(message)).map_err(closed)
    }

    /// Waits for room for one message. The context is captured when the permit is used.
    ///
    /// # Errors
    /// If the receiver is gone or has closed the channel.
    pub async fn reserve(&self) -> Result<Permit<'_, M>, SendError<()>> {
        self.0.reserve().await.map(Permit)
    }

    /// Waits for room for `n` messages.
    ///
    /// # Errors
    /// If the receiver is gone or has closed the channel, or `n` is more than the channel holds.
    pub async fn reserve_many(&self, n: usize) -> Result<PermitIterator<'_, M>, SendError<()>> {
        self.0.reserve_many(n).await.map(PermitIterator)
    }

    /// Waits for room for one message, and keeps the sender in the permit.
    ///
    /// # Errors
    /// If the receiver is gone or has closed the channel.
    pub async fn reserve_owned(self) -> Result<OwnedPermit<M>, SendError<()>> {
        self.0.reserve_owned().await.map(OwnedPermit)
    }

    /// Room for one message, if there is any.
    ///
    /// # Errors
    /// If there is no room, or the receiver is gone or has closed the channel.
    pub fn try_reserve(&self) -> Result<Permit<'_, M>, TrySendError<()>> {
        self.0.try_reserve().map(Permit)
    }

    /// Room for `n` messages, if there is any.
    ///
    /// # Errors
    /// If there is no room, or the receiver is gone or has closed the channel.
    pub fn try_reserve_many(&self, n: usize) -> Result<PermitIterator<'_, M>, TrySendError<()>> {
        self.0.try_reserve_many(n).map(PermitIterator)
    }

    /// Room for one message, if there is any, with the sender in the permit.
    ///
    /// # Errors
    /// The sender, if there is no room, or the receiver is gone or has closed the channel.
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<M>, TrySendError<Self>> {
        self.0.try_reserve_owned().map(OwnedPermit).map_err(|error| match error {
            TrySendError::Full(sender) => TrySendError::Full(Self(sender)),
            TrySendError::Closed(sender) => TrySendError::Closed(Self(sender)),
        })
    }

    /// Waits until the receiver is gone or has closed the channel.
    pub async fn closed(&self) {
        self.0.closed().await;
    }

    /// Whether the receiver is gone or has closed the channel.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// For how many messages there is room now.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// For how many messages there is room at most.
    #[must_use]
    pub fn max_capacity(&self) -> usize {
        self.0.max_capacity()
    }

    /// Whether both send to one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }

    /// A sender that does not keep the channel open.
    #[must_use]
    pub fn downgrade(&self) -> WeakSender<M> {
        WeakSender(self.0.downgrade())
    }

    /// The number of senders.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.0.strong_count()
    }

    /// The number of weak senders.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.0.weak_count()
    }
}

/// A sender of a bounded channel that does not keep it open.
pub struct WeakSender<M>(mpsc::WeakSender<Traced<M>>);

impl<M> WeakSender<M> {
    /// A sender, while there is one.
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<M>> {
        self.0.upgrade().map(Sender)
    }

    /// The number of senders.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.0.strong_count()
    }

    /// The number of weak senders.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.0.weak_count()
    }
}

/// Room for one message.
#[must_use]
pub struct Permit<'a, M>(mpsc::Permit<'a, Traced<M>>);

impl<M> Permit<'_, M> {
    /// Sends a message from the current context.
    pub fn send(self, message: M) {
        self.forward(now(message));
    }

    /// Sends a message from where it comes.
    pub fn forward(self, traced: Traced<M>) {
        self.0.send(traced);
    }
}

/// Room for several messages; what is not used is given back when this is dropped.
#[must_use]
pub struct PermitIterator<'a, M>(mpsc::PermitIterator<'a, Traced<M>>);

impl<'a, M> Iterator for PermitIterator<'a, M> {
    type Item = Permit<'a, M>;

    fn next(&mut self) -> Option<Permit<'a, M>> {
        self.0.next().map(Permit)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<M> ExactSizeIterator for PermitIterator<'_, M> {}
impl<M> core::iter::FusedIterator for PermitIterator<'_, M> {}

/// Room for one message, with the sender.
#[must_use]
pub struct OwnedPermit<M>(mpsc::OwnedPermit<Traced<M>>);

impl<M> OwnedPermit<M> {
    /// Sends a message from the current context, and gives the sender back.
    pub fn send(self, message: M) -> Sender<M> {
        self.forward(now(message))
    }

    /// Sends a message from where it comes, and gives the sender back.
    pub fn forward(self, traced: Traced<M>) -> Sender<M> {
        Sender(self.0.send(traced))
    }

    /// Gives the room and the sender back.
    pub fn release(self) -> Sender<M> {
        Sender(self.0.release())
    }
}

/// The sending end of an unbounded channel.
pub struct UnboundedSender<M>(mpsc::UnboundedSender<Traced<M>>);

impl<M> UnboundedSender<M> {
    /// Sends a message from the current context.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub fn send(&self, message: M) -> Result<(), SendError<M>> {
        self.forward(now(message)).map_err(closed)
    }

    /// Sends a message from where it comes.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub fn forward(&self, traced: Traced<M>) -> Result<(), SendError<Traced<M>>> {
        self.0.send(traced)
    }

    /// Waits until the receiver is gone or has closed the channel.
    pub async fn closed(&self) {
        self.0.closed().await;
    }

    /// Whether the receiver is gone or has closed the channel.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Whether both send to one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }

    /// A sender that does not keep the channel open.
    #[must_use]
    pub fn downgrade(&self) -> WeakUnboundedSender<M> {
        WeakUnboundedSender(self.0.downgrade())
    }

    /// The number of senders.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.0.strong_count()
    }

    /// The number of weak senders.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.0.weak_count()
    }
}

/// A sender of an unbounded channel that does not keep it open.
pub struct WeakUnboundedSender<M>(mpsc::WeakUnboundedSender<Traced<M>>);

impl<M> WeakUnboundedSender<M> {
    /// A sender, while there is one.
    #[must_use]
    pub fn upgrade(&self) -> Option<UnboundedSender<M>> {
        self.0.upgrade().map(UnboundedSender)
    }

    /// The number of senders.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.0.strong_count()
    }

    /// The number of weak senders.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.0.weak_count()
    }
}

/// What senders of all kinds are beside their methods. Not derived: a message need be neither `Clone` nor `Debug`.
macro_rules! sender {
    ($($name:ident),*) => {$(
        impl<M> Clone for $name<M> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<M> fmt::Debug for $name<M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

sender!(Sender, WeakSender, UnboundedSender, WeakUnboundedSender);

impl<M> fmt::Debug for Permit<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

impl<M> fmt::Debug for PermitIterator<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermitIterator").field("capacity", &self.0.len()).finish()
    }
}

impl<M> fmt::Debug for OwnedPermit<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").finish_non_exhaustive()
    }
}

fn now<M>(message: M) -> Traced<M> {
    Traced::new(message, capture())
}

fn closed<M>(error: SendError<Traced<M>>) -> SendError<M> {
    SendError(error.0.into_message())
}
