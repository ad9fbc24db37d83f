//! Sends every message to many receivers: `tokio::sync::broadcast` with contexts.
//!
//! The more receivers a message has, the fewer of them get its context: fan-outs are thinned. Who
//! subscribes later does not get what was sent before.

use core::fmt;
use core::marker::PhantomData;

use glassine::policy::{Capture, FanOut};
use glassine::{Origin, Traced};
use tokio::sync::broadcast;

use self::error::{RecvError, SendError, TryRecvError};
use crate::thinning::{Numbers, Thinned};

/// The errors of tokio's channel.
pub use tokio::sync::broadcast::error;

/// Makes a channel that keeps so many messages for receivers that are slow, as
/// `tokio::sync::broadcast::channel` does; thinned by [`FanOut::DEFAULT`].
///
/// # Panics
/// As tokio's: if `capacity` is 0 or more than half of what a `usize` counts.
#[must_use]
pub fn channel<M: Clone, C: Capture>(capacity: usize) -> (Sender<M, C>, Receiver<M>) {
    channel_with_fan_out(capacity, FanOut::DEFAULT)
}

/// Makes a channel that is thinned by a table of your own.
///
/// # Panics
/// As [`channel`].
#[must_use]
pub fn channel_with_fan_out<M: Clone, C: Capture>(
    capacity: usize,
    table: FanOut<'static>,
) -> (Sender<M, C>, Receiver<M>) {
    let (inner, receiver) = broadcast::channel(capacity);
    let numbers = Numbers::default();
    let receiver = Receiver { inner: receiver, number: numbers.next(), numbers: numbers.clone() };
    (Sender { inner, numbers, table, capture: PhantomData }, receiver)
}

/// Sends messages to all receivers of a channel.
pub struct Sender<M, C> {
    inner: broadcast::Sender<Thinned<M>>,
    numbers: Numbers,
    table: FanOut<'static>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> Sender<M, C> {
    /// Sends a message to all receivers with the current context, and says how many there are.
    ///
    /// # Errors
    /// The message, if there is no receiver.
    pub fn send(&self, message: M) -> Result<usize, SendError<M>> {
        self.send_from(message, C::capture()).map_err(|error| SendError(error.0.into_value()))
    }

    /// Sends a message to all receivers with the origin that it has, and says how many there are.
    ///
    /// # Errors
    /// The message, if there is no receiver.
    pub fn forward(&self, traced: Traced<M>) -> Result<usize, SendError<Traced<M>>> {
        let (message, origin) = traced.into_parts();
        self.send_from(message, origin).map_err(|error| SendError(error.0.into_traced()))
    }

    #[inline]
    fn send_from(&self, message: M, origin: Origin) -> Result<usize, SendError<Thinned<M>>> {
        let receivers = || self.inner.receiver_count();
        self.inner.send(Thinned::new(message, origin, self.table, receivers))
    }

    /// Makes a receiver of all that is sent from now on.
    #[must_use]
    pub fn subscribe(&self) -> Receiver<M> {
        Receiver {
            inner: self.inner.subscribe(),
            number: self.numbers.next(),
            numbers: self.numbers.clone(),
        }
    }

    /// Makes a sender that does not keep the channel open.
    #[must_use]
    pub fn downgrade(&self) -> WeakSender<M, C> {
        WeakSender {
            inner: self.inner.downgrade(),
            numbers: self.numbers.clone(),
            table: self.table,
            capture: PhantomData,
        }
    }

    /// Returns how many messages some receiver has not received yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Tells whether all receivers have received all messages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Returns the number of receivers.
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.inner.receiver_count()
    }

    /// Tells whether both send to one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.inner.same_channel(&other.inner)
    }

    /// Waits until there is no receiver.
    pub async fn closed(&self) {
        self.inner.closed().await;
    }

    /// Returns the number of senders.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.inner.strong_count()
    }

    /// Returns the number of weak senders.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.inner.weak_count()
    }

    /// Borrows tokio's own end.
    #[must_use]
    pub const fn as_inner(&self) -> &broadcast::Sender<Thinned<M>> {
        &self.inner
    }

    /// Turns this into tokio's own end.
    #[must_use]
    pub fn into_inner(self) -> broadcast::Sender<Thinned<M>> {
        self.inner
    }
}

impl<M, C> Clone for Sender<M, C> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            numbers: self.numbers.clone(),
            table: self.table,
            capture: PhantomData,
        }
    }
}

impl<M, C> fmt::Debug for Sender<M, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

/// Stands for a sender, and does not keep the channel open.
pub struct WeakSender<M, C> {
    inner: broadcast::WeakSender<Thinned<M>>,
    numbers: Numbers,
    table: FanOut<'static>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> WeakSender<M, C> {
    /// Makes a sender, as long as there is another one.
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<M, C>> {
        let inner = self.inner.upgrade()?;
        Some(Sender {
            inner,
            numbers: self.numbers.clone(),
            table: self.table,
            capture: PhantomData,
        })
    }

    /// Returns the number of senders.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.inner.strong_count()
    }

    /// Returns the number of weak senders.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.inner.weak_count()
    }

    /// Borrows tokio's own end.
    #[must_use]
    pub const fn as_inner(&self) -> &broadcast::WeakSender<Thinned<M>> {
        &self.inner
    }

    /// Turns this into tokio's own end.
    #[must_use]
    pub fn into_inner(self) -> broadcast::WeakSender<Thinned<M>> {
        self.inner
    }
}

impl<M, C> Clone for WeakSender<M, C> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            numbers: self.numbers.clone(),
            table: self.table,
            capture: PhantomData,
        }
    }
}

impl<M, C> fmt::Debug for WeakSender<M, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}

/// Receives every message of a channel, each with where it comes from. Its number, by which
/// contexts are chosen, is that of its subscription, from 0.
pub struct Receiver<M> {
    inner: broadcast::Receiver<Thinned<M>>,
    number: u64,
    numbers: Numbers,
}

impl<M: Clone> Receiver<M> {
    /// Waits for the next message.
    ///
    /// # Errors
    /// If there is no message and no sender, or if messages were lost because this receiver is
    /// slow.
    pub async fn recv(&mut self) -> Result<Traced<M>, RecvError> {
        let received = self.inner.recv().await?;
        Ok(received.into_traced_for(self.number))
    }

    /// Takes the next message, if there is one.
    ///
    /// # Errors
    /// If there is none, no sender either, or if messages were lost because this receiver is slow.
    pub fn try_recv(&mut self) -> Result<Traced<M>, TryRecvError> {
        let received = self.inner.try_recv()?;
        Ok(received.into_traced_for(self.number))
    }

    /// Blocks the thread until the next message.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    ///
    /// # Panics
    /// As tokio's: within an asynchronous execution context.
    pub fn blocking_recv(&mut self) -> Result<Traced<M>, RecvError> {
        let received = self.inner.blocking_recv()?;
        Ok(received.into_traced_for(self.number))
    }

    /// Makes another receiver, with a number of its own, of all that is sent from now on.
    #[must_use]
    pub fn resubscribe(&self) -> Self {
        Self {
            inner: self.inner.resubscribe(),
            number: self.numbers.next(),
            numbers: self.numbers.clone(),
        }
    }
}

impl<M> Receiver<M> {
    /// Returns how many messages were sent that this receiver has not received yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Tells whether this receiver has received all messages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Tells whether both receive from one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.inner.same_channel(&other.inner)
    }

    /// Tells whether there is no sender.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Returns the number of senders.
    #[must_use]
    pub fn sender_strong_count(&self) -> usize {
        self.inner.sender_strong_count()
    }

    /// Returns the number of weak senders.
    #[must_use]
    pub fn sender_weak_count(&self) -> usize {
        self.inner.sender_weak_count()
    }

    /// Borrows tokio's own end.
    #[must_use]
    pub const fn as_inner(&self) -> &broadcast::Receiver<Thinned<M>> {
        &self.inner
    }

    /// Turns this into tokio's own end. The number, by which contexts are chosen, is lost with
    /// this.
    #[must_use]
    pub fn into_inner(self) -> broadcast::Receiver<Thinned<M>> {
        self.inner
    }
}

impl<M> fmt::Debug for Receiver<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("number", &self.number).finish_non_exhaustive()
    }
}
