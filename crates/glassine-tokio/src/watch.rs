//! Shows the last value to many receivers: `tokio::sync::watch` with contexts.
//!
//! The more receivers a value has, the fewer of them get its context: fan-outs are thinned. The
//! receivers of a value are those that exist when it is sent. Who comes later sees the value as
//! well, and gets of its context what those get that were not chosen.

use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;

use glassine::policy::{Capture, FanOut};
use glassine::{Origin, Traced};
use tokio::sync::watch;

use self::error::{RecvError, SendError};
use crate::thinning::{Numbers, Thinned};

/// The errors of tokio's channel.
pub use tokio::sync::watch::error;

/// Makes a channel of one value, which is bare to begin with, as `tokio::sync::watch::channel`
/// does; thinned by [`FanOut::DEFAULT`].
#[must_use]
pub fn channel<M, C: Capture>(init: M) -> (Sender<M, C>, Receiver<M>) {
    channel_with_fan_out(init, FanOut::DEFAULT)
}

/// Makes a channel that is thinned by a table of your own.
#[must_use]
pub fn channel_with_fan_out<M, C: Capture>(
    init: M,
    table: FanOut<'static>,
) -> (Sender<M, C>, Receiver<M>) {
    let (inner, receiver) = watch::channel(Thinned::bare(init));
    let numbers = Numbers::default();
    let receiver = Receiver { inner: receiver, number: numbers.next(), numbers: numbers.clone() };
    (Sender { inner, numbers, table, capture: PhantomData }, receiver)
}

/// Replaces or changes the value, and tells the receivers.
pub struct Sender<M, C> {
    inner: watch::Sender<Thinned<M>>,
    numbers: Numbers,
    table: FanOut<'static>,
    capture: PhantomData<fn() -> C>,
}

impl<M, C: Capture> Sender<M, C> {
    /// Replaces the value, with the current context, and tells the receivers.
    ///
    /// # Errors
    /// The value, if there is no receiver.
    pub fn send(&self, value: M) -> Result<(), SendError<M>> {
        let now = self.thinned(value, C::capture());
        self.inner.send(now).map_err(|error| SendError(error.0.into_value()))
    }

    /// Replaces the value, with the origin that the new one has, and tells the receivers.
    ///
    /// # Errors
    /// The value, if there is no receiver.
    pub fn forward(&self, traced: Traced<M>) -> Result<(), SendError<Traced<M>>> {
        let (value, origin) = traced.into_parts();
        let now = self.thinned(value, origin);
        self.inner.send(now).map_err(|error| SendError(error.0.into_traced()))
    }

    /// Changes the value in place, in the current context, and tells the receivers, if there are
    /// any.
    ///
    /// # Panics
    /// If `modify` does; the receivers are not told then.
    pub fn send_modify(&self, modify: impl FnOnce(&mut M)) {
        self.send_if_modified(|value| {
            modify(value);
            true
        });
    }

    /// Changes the value in place, in the current context, and tells the receivers if `modify` says
    /// that it has changed it. Says whether it has.
    ///
    /// # Panics
    /// If `modify` does; the receivers are not told then.
    pub fn send_if_modified(&self, modify: impl FnOnce(&mut M) -> bool) -> bool {
        // Before the lock, which neither the number of receivers nor the context needs.
        let now = self.thinned((), C::capture());
        self.inner.send_if_modified(|thinned| {
            let is_modified = modify(thinned.value_mut());
            if is_modified {
                thinned.replace_origin(now);
            }
            is_modified
        })
    }

    /// Replaces the value, with the current context, tells the receivers, if there are any, and
    /// gives the old value back.
    pub fn send_replace(&self, value: M) -> M {
        let now = self.thinned(value, C::capture());
        self.inner.send_replace(now).into_value()
    }

    /// Borrows the value. It is locked while this lives.
    #[must_use]
    pub fn borrow(&self) -> Value<'_, M> {
        Value(self.inner.borrow())
    }

    /// Tells whether there is no receiver.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Waits until there is no receiver.
    pub async fn closed(&self) {
        self.inner.closed().await;
    }

    /// Makes a receiver, for which the value of now is no change. It was sent to others: this
    /// receiver sees it without the sampled context, with the decision against the trace.
    #[must_use]
    pub fn subscribe(&self) -> Receiver<M> {
        // The number first: a value that is sent in between is this receiver's as well.
        let number = self.numbers.next();
        Receiver { inner: self.inner.subscribe(), number, numbers: self.numbers.clone() }
    }

    /// Returns the number of receivers.
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.inner.receiver_count()
    }

    /// Returns the number of senders.
    #[must_use]
    pub fn sender_count(&self) -> usize {
        self.inner.sender_count()
    }

    /// Tells whether both send to one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.inner.same_channel(&other.inner)
    }

    fn thinned<T>(&self, value: T, origin: Origin) -> Thinned<T> {
        // The count first: whoever comes in between is chosen at the rate of the others.
        let receivers = || self.inner.receiver_count();
        Thinned::new(value, origin, self.table, receivers).for_present(&self.numbers)
    }

    /// Borrows tokio's own end.
    #[must_use]
    pub const fn as_inner(&self) -> &watch::Sender<Thinned<M>> {
        &self.inner
    }

    /// Turns this into tokio's own end.
    #[must_use]
    pub fn into_inner(self) -> watch::Sender<Thinned<M>> {
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

/// Sees the last value, and where it comes from. Its number, by which contexts are chosen, is that
/// of its subscription, from 0; a clone has one of its own.
///
/// A value that was sent before a receiver subscribed, or was cloned, was not sent to it: it sees
/// the value, and of a sampled context the decision that no trace is to start.
pub struct Receiver<M> {
    inner: watch::Receiver<Thinned<M>>,
    number: u64,
    numbers: Numbers,
}

impl<M> Receiver<M> {
    /// Borrows the value, which stays unseen. It is locked while this lives.
    #[must_use]
    pub fn borrow(&self) -> Ref<'_, M> {
        Ref { inner: self.inner.borrow(), number: self.number }
    }

    /// Borrows the value, which is seen now. It is locked while this lives.
    #[must_use]
    pub fn borrow_and_update(&mut self) -> Ref<'_, M> {
        Ref { inner: self.inner.borrow_and_update(), number: self.number }
    }

    /// Tells whether there is a value that was not seen.
    ///
    /// # Errors
    /// If there is no sender.
    pub fn has_changed(&self) -> Result<bool, RecvError> {
        self.inner.has_changed()
    }

    /// Waits for a value that was not seen, and marks it as seen.
    ///
    /// # Errors
    /// If there is none and no sender.
    pub async fn changed(&mut self) -> Result<(), RecvError> {
        self.inner.changed().await
    }

    /// Waits for a value of which `is_it` is true, and marks it as seen.
    ///
    /// # Errors
    /// If there is none and no sender.
    pub async fn wait_for(
        &mut self,
        mut is_it: impl FnMut(&M) -> bool,
    ) -> Result<Ref<'_, M>, RecvError> {
        let number = self.number;
        let inner = self.inner.wait_for(|thinned| is_it(thinned.value())).await?;
        Ok(Ref { inner, number })
    }

    /// Marks the value as not seen.
    pub fn mark_changed(&mut self) {
        self.inner.mark_changed();
    }

    /// Marks the value as seen.
    pub fn mark_unchanged(&mut self) {
        self.inner.mark_unchanged();
    }

    /// Tells whether both receive from one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.inner.same_channel(&other.inner)
    }

    /// Borrows tokio's own end.
    #[must_use]
    pub const fn as_inner(&self) -> &watch::Receiver<Thinned<M>> {
        &self.inner
    }

    /// Turns this into tokio's own end. The number, by which contexts are chosen, is lost with
    /// this.
    #[must_use]
    pub fn into_inner(self) -> watch::Receiver<Thinned<M>> {
        self.inner
    }
}

impl<M> Clone for Receiver<M> {
    fn clone(&self) -> Self {
        let number = self.numbers.next();
        Self { inner: self.inner.clone(), number, numbers: self.numbers.clone() }
    }
}

impl<M> fmt::Debug for Receiver<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Holds a value, and where it comes from for this receiver.
pub struct Ref<'a, M> {
    inner: watch::Ref<'a, Thinned<M>>,
    number: u64,
}

impl<M> Ref<'_, M> {
    /// Returns where the value comes from: the same whenever this receiver asks.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.inner.origin_for(self.number)
    }

    /// Tells whether the value had not been seen when it was borrowed.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.inner.has_changed()
    }
}

impl<M> Deref for Ref<'_, M> {
    type Target = M;

    fn deref(&self) -> &M {
        self.inner.value()
    }
}

impl<M> fmt::Debug for Ref<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref").field("origin", &self.origin()).finish_non_exhaustive()
    }
}

/// Holds a value, as its sender sees it.
pub struct Value<'a, M>(watch::Ref<'a, Thinned<M>>);

impl<M> Deref for Value<'_, M> {
    type Target = M;

    fn deref(&self) -> &M {
        self.0.value()
    }
}

impl<M> fmt::Debug for Value<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").finish_non_exhaustive()
    }
}
