//! Ends of tokio's channels that carry the context along (feature `tokio_1`): use `glassine::opentelemetry_0_33::tokio_1::mpsc`, or that of another release, in place of `tokio::sync::mpsc`.
//!
//! A sender takes the same messages as before and captures the current context by itself ([`capture`](super::capture)): a sampled one, or the decision against one; without either the
//! message is bare. What is captured is what is current when the message is handed over: with a permit, when the permit is used. A message that has its origin already, such as one that a
//! [`Channel`](crate::Channel) received, is sent on with `forward`; so is one from a context that is not current: `sender.forward(Traced::new(message, capture_from(&cx)))`.
//!
//! A receiver gives out [`Traced<M>`](crate::Traced): the message and where it comes from. [`into_message`](crate::Traced::into_message) is the old program;
//! [`Consumer::start`](super::Consumer::start) continues the trace or links to it.
//!
//! ```
//! # #[cfg(feature = "opentelemetry_0_33")] {
//! use glassine::opentelemetry_0_33::tokio_1::mpsc;
//! use glassine::opentelemetry_0_33::{Consumer, Relation};
//! use opentelemetry_0_33::trace::FutureExt;
//! use opentelemetry_0_33::{Context, global};
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
//!         let cx = CONSUMER.start(&global::tracer("orders"), "handle order", &Context::current(), [&origin]);
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
//! # }
//! ```
//!
//! Receivers of [`mpsc`] and [`oneshot`] are tokio's own, of `Traced<M>`, with all of their methods. Senders have the methods of tokio's, but for `send_timeout`, which needs tokio's timer:
//! `tokio::time::timeout` around [`send`](mpsc::Sender::send) does as much. An error gives the message back as it was given.
//!
//! # One message, many receivers
//!
//! In [`broadcast`] and [`watch`], a message that all receivers got with its context would be as many spans. It is thinned as a fan-out is (specification section 17): one in so many
//! receivers gets the context, by the number of receivers when it was sent, and chosen by hash of the trace id and the receiver's number. The weight says how many it stands for; the others
//! learn that a decision was taken, and start no trace of their own.
//!
//! # Cost
//!
//! A context that is not sampled costs what [`capture`](super::capture) does, and no allocation. Each message in a channel is 40 bytes larger.

pub mod broadcast;
pub mod mpsc;
pub mod oneshot;
mod thinning;
pub mod watch;
