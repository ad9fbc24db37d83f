//! Carries the context of each message along through tokio's channels: [`mpsc`], [`oneshot`],
//! [`broadcast`] and [`watch`] in place of tokio's.
//!
//! A sender captures the current context, and a receiver gets a
//! [`Traced`](glassine::Traced): the message, and where it comes from. Which context is current is
//! said by a tracer, a type with [`Capture`](glassine::policy::Capture). If you use OpenTelemetry,
//! take these ends from the module `tokio` of `glassine-opentelemetry`.
//!
//! ```
//! use glassine::policy::Capture;
//! use glassine::{Origin, TraceContext};
//! use glassine_tokio::mpsc;
//!
//! /// A tracer that knows one context.
//! struct Tracer;
//!
//! impl Capture for Tracer {
//!     fn capture() -> Origin {
//!         let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
//!         text.parse::<TraceContext>().map_or_else(|_| Origin::default(), Origin::from)
//!     }
//! }
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # runtime.block_on(async {
//! let (orders, mut receiver) = mpsc::channel::<_, Tracer>(8);
//! orders.send(7).await.unwrap(); // as before
//!
//! let (order, origin) = receiver.recv().await.unwrap().into_parts();
//! assert_eq!(order, 7);
//! assert_eq!(origin.context(), Tracer::capture().context());
//! # });
//! ```
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `tokio-util_0_7` | the module `codec`: messages on byte streams, for `tokio_util::codec` |
//! | `tower-service_0_3` | the module `tower`: layers for message services |
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod broadcast;
#[cfg(feature = "tokio-util_0_7")]
pub mod codec;
pub mod mpsc;
pub mod oneshot;
mod thinning;
#[cfg(feature = "tower-service_0_3")]
pub mod tower;
pub mod watch;

pub use self::thinning::Thinned;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
