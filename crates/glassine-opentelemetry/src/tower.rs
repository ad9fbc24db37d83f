//! Holds layers for message services of `tower` (feature `tower-service_0_3`): each request is
//! handled in the right span or in none, and what goes out carries OpenTelemetry's current context.
//!
//! [`ReceiveLayer`], [`ReplyLayer`] and [`SendLayer`] are those of [`glassine_tokio::tower`], with
//! [`CurrentContext`] as their tracer. In the middle stands one of two:
//!
//! | layer | makes |
//! |---|---|
//! | [`HandleLayer`] | OpenTelemetry's spans |
//! | `InstrumentLayer`, with the feature `tracing` | spans of `tracing` |
//!
//! ```
//! use bytes::Bytes;
//! use glassine::policy::Trust;
//! use glassine::{Channel, Origin};
//! use glassine_opentelemetry::tower::{HandleLayer, ReceiveLayer, ReplyLayer};
//! use glassine_opentelemetry::{Consumer, Relation};
//! use opentelemetry::trace::noop::NoopTracer;
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! static ORDERS: Channel = Channel::new().with_trust(Trust::Accept);
//! static REPLIES: Channel = Channel::new();
//! const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # runtime.block_on(async {
//! let service = ServiceBuilder::new()
//!     .layer(ReceiveLayer::new(&ORDERS, |order: &mut Bytes| order))
//!     .layer(HandleLayer::new(CONSUMER, NoopTracer::new(), "handle order"))
//!     .layer(ReplyLayer::new(&REPLIES, |reply: &mut Bytes| reply))
//!     .service_fn(|order: Bytes| async move { // as before
//!         Ok::<_, std::convert::Infallible>(Bytes::from(order.to_ascii_uppercase()))
//!     });
//!
//! let message = ORDERS.wrap(&Origin::default(), Bytes::from_static(b"pick")).into_bytes();
//! assert_eq!(service.oneshot(message).await, Ok(Bytes::from_static(b"PICK")));
//! # });
//! ```
//!
//! [`CurrentContext`]: crate::CurrentContext

mod handle;
#[cfg(feature = "tracing")]
mod instrument;

pub use glassine_tokio::tower::{Receive, ReceiveLayer};

pub use self::handle::{Handle, HandleFuture, HandleLayer};
#[cfg(feature = "tracing")]
pub use self::instrument::{Instrument, InstrumentFuture, InstrumentLayer};

use crate::capture::CurrentContext;

/// Wraps each request of a client in the current context: [`glassine_tokio::tower::SendLayer`].
pub type SendLayer<R> = glassine_tokio::tower::SendLayer<R, CurrentContext>;

/// Wraps each response of a handler in the context of its span:
/// [`glassine_tokio::tower::ReplyLayer`].
pub type ReplyLayer<P> = glassine_tokio::tower::ReplyLayer<P, CurrentContext>;
