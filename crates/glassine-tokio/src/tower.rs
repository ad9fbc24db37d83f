//! Holds layers for message services of `tower`: a service whose requests hold bytes that a
//! transport has delivered, or is to deliver.
//!
//! | layer | stands | does |
//! |---|---|---|
//! | [`ReceiveLayer`] | in front of a handler | takes the envelope off a request, by the channel's trust |
//! | [`ReplyLayer`] | in front of a handler, behind what makes its span | puts the current context in front of a response |
//! | [`SendLayer`] | in front of a client | puts the current context in front of a request |
//!
//! What is current is said by a tracer, as everywhere in this crate. If you use OpenTelemetry, the
//! module `tower` of `glassine-opentelemetry` has these layers with its tracer, and one that
//! handles each request in the right span or in none.
//!
//! ```
//! use bytes::Bytes;
//! use glassine::policy::{Propagation, Rollout, Trust};
//! use glassine::{Channel, Origin, TraceContext, Traced};
//! use glassine_tokio::tower::ReceiveLayer;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! static ORDERS: Channel =
//!     Channel::new().with_trust(Trust::Accept).with_rollout(Rollout::On);
//!
//! /// What the transport's client gives.
//! struct Delivery { topic: &'static str, payload: Bytes }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # runtime.block_on(async {
//! let service = ServiceBuilder::new()
//!     .layer(ReceiveLayer::new(&ORDERS, |delivery: &mut Delivery| &mut delivery.payload))
//!     .service_fn(|delivery: Traced<Delivery>| async move {
//!         let (delivery, origin) = delivery.into_parts();
//!         assert_eq!(delivery.payload, "{\"id\":7}");
//!         Ok::<_, std::convert::Infallible>(origin)
//!     });
//!
//! let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
//! let message = ORDERS.wrap(&Origin::from(context), &b"{\"id\":7}"[..]).into_bytes();
//! let Ok(origin) = service.oneshot(Delivery { topic: "orders", payload: message }).await;
//! assert_eq!(origin.propagation(), Propagation::Continue(context));
//! # Ok::<(), glassine::w3c::ParseError>(())
//! # }).unwrap();
//! ```

mod receive;
mod reply;
mod send;

pub use self::receive::{Receive, ReceiveLayer};
pub use self::reply::{Reply, ReplyFuture, ReplyLayer};
pub use self::send::{Send, SendLayer};
