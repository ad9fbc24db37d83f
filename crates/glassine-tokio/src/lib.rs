//! Ends of tokio's channels that carry the context of each message along: [`mpsc`], [`oneshot`],
//! [`broadcast`] and [`watch`] in place of tokio's.
//!
//! Which context that is says the tracer, a type that is [`Capture`](glassine::policy::Capture).
//! `glassine-opentelemetry` has these ends for OpenTelemetry's current context, in its module
//! `tokio`.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod broadcast;
pub mod mpsc;
pub mod oneshot;
mod thinning;
pub mod watch;

pub use self::thinning::Thinned;
