//! Ends of tokio's channels that carry OpenTelemetry's current context along (feature `tokio`): use
//! `glassine_opentelemetry::tokio::mpsc` in place of `tokio::sync::mpsc`.
//!
//! The ends are those of [`glassine_tokio`], with [`CurrentContext`](crate::CurrentContext) as
//! their tracer; what they promise and cost is told there.
//!
//! A task that sends to itself, such as an actor that schedules its next step, makes one trace
//! without an end where its receiver continues what it sent (`Relation::Parent`). It sends its next
//! step by `forward`, bare or as a [link](glassine::policy::Propagation::Link) to the current span.
//!
//! ```
//! use glassine_opentelemetry::tokio::mpsc;
//! use glassine_opentelemetry::{Consumer, Relation};
//! use opentelemetry::trace::FutureExt;
//! use opentelemetry::{Context, global};
//!
//! const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);
//!
//! async fn produce(orders: mpsc::Sender<u32>) {
//!     let _ = orders.send(7).await; // as before
//! }
//!
//! async fn consume(mut orders: mpsc::Receiver<u32>) {
//!     while let Some(traced) = orders.recv().await {
//!         let (order, origin) = traced.into_parts();
//!         let tracer = global::tracer("orders");
//!         let cx = CONSUMER.start(&tracer, "handle order", &Context::current(), [&origin]);
//!         handle(order).with_context(cx).await;
//!     }
//! }
//!
//! async fn handle(order: u32) {
//!     assert_eq!(order, 7);
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! let (sender, receiver) = mpsc::channel(8);
//! runtime.block_on(async { tokio::join!(produce(sender), consume(receiver)) });
//! ```

/// Many senders, one receiver: [`glassine_tokio::mpsc`] from the current context.
pub mod mpsc {
    use glassine_tokio::mpsc;

    pub use glassine_tokio::mpsc::{Receiver, UnboundedReceiver, error};

    use crate::capture::CurrentContext;

    /// The sending end of a bounded channel.
    pub type Sender<M> = mpsc::Sender<M, CurrentContext>;
    /// A sender of a bounded channel that does not keep it open.
    pub type WeakSender<M> = mpsc::WeakSender<M, CurrentContext>;
    /// Room for one message.
    pub type Permit<'a, M> = mpsc::Permit<'a, M, CurrentContext>;
    /// Room for several messages.
    pub type PermitIterator<'a, M> = mpsc::PermitIterator<'a, M, CurrentContext>;
    /// Room for one message, with the sender.
    pub type OwnedPermit<M> = mpsc::OwnedPermit<M, CurrentContext>;
    /// The sending end of an unbounded channel.
    pub type UnboundedSender<M> = mpsc::UnboundedSender<M, CurrentContext>;
    /// A sender of an unbounded channel that does not keep it open.
    pub type WeakUnboundedSender<M> = mpsc::WeakUnboundedSender<M, CurrentContext>;

    /// Makes a channel with room for so many messages: [`glassine_tokio::mpsc::channel`].
    ///
    /// # Panics
    /// As tokio's: if `buffer` is 0 or more than a semaphore holds.
    #[must_use]
    pub fn channel<M>(buffer: usize) -> (Sender<M>, Receiver<M>) {
        mpsc::channel(buffer)
    }

    /// Makes a channel without a bound: [`glassine_tokio::mpsc::unbounded_channel`].
    #[must_use]
    pub fn unbounded_channel<M>() -> (UnboundedSender<M>, UnboundedReceiver<M>) {
        mpsc::unbounded_channel()
    }
}

/// One message, such as a reply: [`glassine_tokio::oneshot`] from the current context.
pub mod oneshot {
    use glassine_tokio::oneshot;

    pub use glassine_tokio::oneshot::{Receiver, error};

    use crate::capture::CurrentContext;

    /// The sending end.
    pub type Sender<M> = oneshot::Sender<M, CurrentContext>;

    /// Makes a channel for one message: [`glassine_tokio::oneshot::channel`].
    #[must_use]
    pub fn channel<M>() -> (Sender<M>, Receiver<M>) {
        oneshot::channel()
    }
}

/// Many senders, many receivers of every message: [`glassine_tokio::broadcast`] from the current
/// context.
pub mod broadcast {
    use glassine::policy::FanOut;
    use glassine_tokio::broadcast;

    pub use glassine_tokio::broadcast::{Receiver, error};

    use crate::capture::CurrentContext;

    /// The sending end.
    pub type Sender<M> = broadcast::Sender<M, CurrentContext>;
    /// A sender that does not keep the channel open.
    pub type WeakSender<M> = broadcast::WeakSender<M, CurrentContext>;

    /// Makes a channel that keeps so many messages: [`glassine_tokio::broadcast::channel`].
    ///
    /// # Panics
    /// As tokio's: if `capacity` is 0 or more than half of what a `usize` counts.
    #[must_use]
    pub fn channel<M: Clone>(capacity: usize) -> (Sender<M>, Receiver<M>) {
        broadcast::channel(capacity)
    }

    /// Makes a channel with a table of your own:
    /// [`glassine_tokio::broadcast::channel_with_fan_out`].
    ///
    /// # Panics
    /// As [`channel`].
    #[must_use]
    pub fn channel_with_fan_out<M: Clone>(
        capacity: usize,
        table: FanOut<'static>,
    ) -> (Sender<M>, Receiver<M>) {
        broadcast::channel_with_fan_out(capacity, table)
    }
}

/// The last value for many receivers: [`glassine_tokio::watch`] from the current context.
pub mod watch {
    use glassine::policy::FanOut;
    use glassine_tokio::watch;

    pub use glassine_tokio::watch::{Receiver, Ref, Value, error};

    use crate::capture::CurrentContext;

    /// The sending end.
    pub type Sender<M> = watch::Sender<M, CurrentContext>;

    /// Makes a channel of one value, bare to begin with: [`glassine_tokio::watch::channel`].
    #[must_use]
    pub fn channel<M>(init: M) -> (Sender<M>, Receiver<M>) {
        watch::channel(init)
    }

    /// Makes a channel with a table of your own: [`glassine_tokio::watch::channel_with_fan_out`].
    #[must_use]
    pub fn channel_with_fan_out<M>(init: M, table: FanOut<'static>) -> (Sender<M>, Receiver<M>) {
        watch::channel_with_fan_out(init, table)
    }
}
