//! Sends messages from many senders to one receiver: `tokio::sync::mpsc` with contexts.
//!
//! The context of a message is the one that is current when the method is called that takes the
//! message: `send` of a sender, or of a permit.

use core::fmt;
use core::marker::PhantomData;

use glassine::Traced;
use glassine::policy::Capture;
use tokio::sync::mpsc;

use self::error::{SendError, TrySendError};

/// The errors of tokio's channels: they give back the message, or `()` where there is none yet.
pub use tokio::sync::mpsc::error;

/// Receives the messages of a bounded channel, with their origins: tokio's own.
pub type Receiver<M> = mpsc::Receiver<Traced<M>>;

/// Receives the messages of an unbounded channel, with their origins: tokio's own.
pub type UnboundedReceiver<M> = mpsc::UnboundedReceiver<Traced<M>>;

/// Makes a channel with room for so many messages, as `tokio::sync::mpsc::channel` does.
///
/// # Panics
/// As tokio's: if `buffer` is 0 or more than a semaphore holds.
#[must_use]
pub fn channel<M, C: Capture>(buffer: usize) -> (Sender<M, C>, Receiver<M>) {
    let (sender, receiver) = mpsc::channel(buffer);
    (Sender::new(sender), receiver)
}

/// Makes a channel without a bound, as `tokio::sync::mpsc::unbounded_channel` does.
#[must_use]
pub fn unbounded_channel<M, C: Capture>() -> (UnboundedSender<M, C>, UnboundedReceiver<M>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (UnboundedSender::new(sender), receiver)
}

/// Sends messages to a bounded channel.
pub struct Sender<M, C> {
    inner: mpsc::Sender<Traced<M>>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> Sender<M, C> {
    /// Sends a message with the current context, once there is room.
    ///
    /// The context is that of the call, wherever the future is awaited: a future that is made for
    /// one message does not become another's. What is put around the future (`with_context`,
    /// `instrument`) comes too late; it is put around the call:
    /// `async { sender.send(message).await }.with_context(cx)`.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub fn send(&self, message: M) -> impl Future<Output = Result<(), SendError<M>>> {
        // Not in the future, which may be polled while another message is handled.
        let traced = now::<M, C>(message);
        async move {
            // As tokio's own `send` does, but the message is not moved into its future.
            match self.inner.reserve().await {
                Ok(permit) => {
                    permit.send(traced);
                    Ok(())
                }
                Err(_) => Err(SendError(traced.into_value())),
            }
        }
    }

    /// Sends a message with the origin that it has, once there is room.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub async fn forward(&self, traced: Traced<M>) -> Result<(), SendError<Traced<M>>> {
        self.inner.send(traced).await
    }

    /// Sends a message with the current context, if there is room.
    ///
    /// # Errors
    /// The message, if there is no room, or the receiver is gone or has closed the channel.
    pub fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        // Room first: a message that is not sent needs no context, and one that is is moved once.
        match self.inner.try_reserve() {
            Ok(permit) => {
                permit.send(now::<M, C>(message));
                Ok(())
            }
            Err(TrySendError::Full(())) => Err(TrySendError::Full(message)),
            Err(TrySendError::Closed(())) => Err(TrySendError::Closed(message)),
        }
    }

    /// Sends a message with the origin that it has, if there is room.
    ///
    /// # Errors
    /// As [`try_send`](Self::try_send).
    pub fn try_forward(&self, traced: Traced<M>) -> Result<(), TrySendError<Traced<M>>> {
        self.inner.try_send(traced)
    }

    /// Sends a message with the current context; blocks the thread until there is room.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    ///
    /// # Panics
    /// As tokio's: within an asynchronous execution context.
    pub fn blocking_send(&self, message: M) -> Result<(), SendError<M>> {
        self.inner.blocking_send(now::<M, C>(message)).map_err(closed)
    }

    /// Waits for room for one message. The context is captured when the permit is used.
    ///
    /// # Errors
    /// If the receiver is gone or has closed the channel.
    pub async fn reserve(&self) -> Result<Permit<'_, M, C>, SendError<()>> {
        self.inner.reserve().await.map(Permit::new)
    }

    /// Waits for room for `n` messages. The context of each is captured when its permit is used.
    ///
    /// # Errors
    /// If the receiver is gone or has closed the channel, or `n` is more than the channel holds.
    pub async fn reserve_many(&self, n: usize) -> Result<PermitIterator<'_, M, C>, SendError<()>> {
        self.inner.reserve_many(n).await.map(PermitIterator::new)
    }

    /// Waits for room for one message, and keeps the sender in the permit.
    ///
    /// # Errors
    /// If the receiver is gone or has closed the channel.
    pub async fn reserve_owned(self) -> Result<OwnedPermit<M, C>, SendError<()>> {
        self.inner.reserve_owned().await.map(OwnedPermit::new)
    }

    /// Takes room for one message, if there is any.
    ///
    /// # Errors
    /// If there is no room, or the receiver is gone or has closed the channel.
    pub fn try_reserve(&self) -> Result<Permit<'_, M, C>, TrySendError<()>> {
        self.inner.try_reserve().map(Permit::new)
    }

    /// Takes room for `n` messages, if there is any.
    ///
    /// # Errors
    /// If there is no room, or the receiver is gone or has closed the channel.
    pub fn try_reserve_many(&self, n: usize) -> Result<PermitIterator<'_, M, C>, TrySendError<()>> {
        self.inner.try_reserve_many(n).map(PermitIterator::new)
    }

    /// Takes room for one message, if there is any, and keeps the sender in the permit.
    ///
    /// # Errors
    /// The sender, if there is no room, or the receiver is gone or has closed the channel.
    pub fn try_reserve_owned(self) -> Result<OwnedPermit<M, C>, TrySendError<Self>> {
        self.inner.try_reserve_owned().map(OwnedPermit::new).map_err(|error| match error {
            TrySendError::Full(sender) => TrySendError::Full(Self::new(sender)),
            TrySendError::Closed(sender) => TrySendError::Closed(Self::new(sender)),
        })
    }

    /// Waits until the receiver is gone or has closed the channel.
    pub async fn closed(&self) {
        self.inner.closed().await;
    }

    /// Tells whether the receiver is gone or has closed the channel.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Returns for how many messages there is room now.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.inner.capacity()
    }

    /// Returns for how many messages there is room at most.
    #[must_use]
    pub fn max_capacity(&self) -> usize {
        self.inner.max_capacity()
    }

    /// Tells whether both send to one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.inner.same_channel(&other.inner)
    }

    /// Makes a sender that does not keep the channel open.
    #[must_use]
    pub fn downgrade(&self) -> WeakSender<M, C> {
        WeakSender::new(self.inner.downgrade())
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
}

/// Stands for a sender of a bounded channel, and does not keep it open.
pub struct WeakSender<M, C> {
    inner: mpsc::WeakSender<Traced<M>>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> WeakSender<M, C> {
    /// Makes a sender, as long as there is another one.
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<M, C>> {
        self.inner.upgrade().map(Sender::new)
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
}

/// Holds room for one message.
#[must_use]
pub struct Permit<'a, M, C> {
    inner: mpsc::Permit<'a, Traced<M>>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> Permit<'_, M, C> {
    /// Sends a message with the current context.
    pub fn send(self, message: M) {
        self.forward(now::<M, C>(message));
    }

    /// Sends a message with the origin that it has.
    pub fn forward(self, traced: Traced<M>) {
        self.inner.send(traced);
    }
}

/// Holds room for several messages; what is not used is given back when this is dropped.
#[must_use]
pub struct PermitIterator<'a, M, C> {
    inner: mpsc::PermitIterator<'a, Traced<M>>,
    capture: PhantomData<fn() -> C>,
}

impl<'a, M, C: Capture> Iterator for PermitIterator<'a, M, C> {
    type Item = Permit<'a, M, C>;

    fn next(&mut self) -> Option<Permit<'a, M, C>> {
        self.inner.next().map(Permit::new)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<M, C: Capture> ExactSizeIterator for PermitIterator<'_, M, C> {}
impl<M, C: Capture> core::iter::FusedIterator for PermitIterator<'_, M, C> {}

/// Holds room for one message, and the sender.
#[must_use]
pub struct OwnedPermit<M, C> {
    inner: mpsc::OwnedPermit<Traced<M>>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> OwnedPermit<M, C> {
    /// Sends a message with the current context, and gives the sender back.
    pub fn send(self, message: M) -> Sender<M, C> {
        self.forward(now::<M, C>(message))
    }

    /// Sends a message with the origin that it has, and gives the sender back.
    pub fn forward(self, traced: Traced<M>) -> Sender<M, C> {
        Sender::new(self.inner.send(traced))
    }

    /// Gives the room and the sender back.
    #[must_use]
    pub fn release(self) -> Sender<M, C> {
        Sender::new(self.inner.release())
    }
}

/// Sends messages to an unbounded channel.
pub struct UnboundedSender<M, C> {
    inner: mpsc::UnboundedSender<Traced<M>>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> UnboundedSender<M, C> {
    /// Sends a message with the current context.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub fn send(&self, message: M) -> Result<(), SendError<M>> {
        self.forward(now::<M, C>(message)).map_err(closed)
    }

    /// Sends a message with the origin that it has.
    ///
    /// # Errors
    /// The message, if the receiver is gone or has closed the channel.
    pub fn forward(&self, traced: Traced<M>) -> Result<(), SendError<Traced<M>>> {
        self.inner.send(traced)
    }

    /// Waits until the receiver is gone or has closed the channel.
    pub async fn closed(&self) {
        self.inner.closed().await;
    }

    /// Tells whether the receiver is gone or has closed the channel.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Tells whether both send to one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.inner.same_channel(&other.inner)
    }

    /// Makes a sender that does not keep the channel open.
    #[must_use]
    pub fn downgrade(&self) -> WeakUnboundedSender<M, C> {
        WeakUnboundedSender::new(self.inner.downgrade())
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
}

/// Stands for a sender of an unbounded channel, and does not keep it open.
pub struct WeakUnboundedSender<M, C> {
    inner: mpsc::WeakUnboundedSender<Traced<M>>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> WeakUnboundedSender<M, C> {
    /// Makes a sender, as long as there is another one.
    #[must_use]
    pub fn upgrade(&self) -> Option<UnboundedSender<M, C>> {
        self.inner.upgrade().map(UnboundedSender::new)
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
}

/// What all ends have: tokio's own end inside, to be had for every method that is missing here.
macro_rules! end {
    ($($name:ident$(<$lifetime:lifetime>)? of $inner:ident;)*) => {$(
        impl<$($lifetime,)? M, C> $name<$($lifetime,)? M, C> {
            const fn new(inner: mpsc::$inner<$($lifetime,)? Traced<M>>) -> Self {
                Self { inner, capture: PhantomData }
            }

            /// Borrows tokio's own end. What is sent by it is sent as it is: nothing is captured.
            #[must_use]
            pub const fn as_inner(&self) -> &mpsc::$inner<$($lifetime,)? Traced<M>> {
                &self.inner
            }

            /// Turns this into tokio's own end.
            #[must_use]
            pub fn into_inner(self) -> mpsc::$inner<$($lifetime,)? Traced<M>> {
                self.inner
            }
        }

        /// Lets tokio's own capture the context from now on.
        impl<$($lifetime,)? M, C> From<mpsc::$inner<$($lifetime,)? Traced<M>>>
            for $name<$($lifetime,)? M, C>
        {
            fn from(inner: mpsc::$inner<$($lifetime,)? Traced<M>>) -> Self {
                Self::new(inner)
            }
        }

        impl<$($lifetime,)? M, C> fmt::Debug for $name<$($lifetime,)? M, C> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

end! {
    Sender of Sender;
    WeakSender of WeakSender;
    UnboundedSender of UnboundedSender;
    WeakUnboundedSender of WeakUnboundedSender;
    Permit<'a> of Permit;
    PermitIterator<'a> of PermitIterator;
    OwnedPermit of OwnedPermit;
}

/// Not derived: a message need not be `Clone`.
macro_rules! clone {
    ($($name:ident),*) => {$(
        impl<M, C> Clone for $name<M, C> {
            fn clone(&self) -> Self {
                Self::new(self.inner.clone())
            }
        }
    )*};
}

clone!(Sender, WeakSender, UnboundedSender, WeakUnboundedSender);

fn now<M, C: Capture>(message: M) -> Traced<M> {
    Traced::new(message, C::capture())
}

fn closed<M>(error: SendError<Traced<M>>) -> SendError<M> {
    SendError(error.0.into_value())
}
