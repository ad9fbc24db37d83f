//! OpenTelemetry's contexts in and out of messages in [Glassine](glassine)'s envelope.
//!
//! # The right release
//!
//! The version of this crate is that of OpenTelemetry: 0.33 goes with `opentelemetry` 0.33. One
//! that goes with another release than the application's compiles, and captures nothing, for ever:
//! every release has a current context of its own. So does an OpenTelemetry layer of another
//! release of `tracing-opentelemetry`, or none.
//!
//! A test of the application notices. This line does not compile with the wrong release:
//!
//! ```
//! glassine_opentelemetry::capture_from(&opentelemetry::Context::current());
//! ```
//!
//! This one fails with it, within a span of the application's own tracer or subscriber, which
//! samples it:
//!
//! ```
//! # use opentelemetry::trace::{Tracer, TracerProvider};
//! # let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
//! # let tracer = provider.tracer("application");
//! tracer.in_span("probe", |_| {
//!     assert!(glassine_opentelemetry::capture().context().is_some());
//! });
//! ```
//!
//! `cargo tree --duplicates` lists `opentelemetry` if there are two releases of it. Where a message
//! is handled, [`Plan::start`] and [`Plan::handle`] take the application's tracer, and do not
//! compile with that of another release.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod baggage;
mod capture;
mod consumer;
mod in_context;
mod metrics;
mod span_context;
mod text_map;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "tower-service_0_3")]
pub mod tower;
mod tracestate;
#[cfg(feature = "tracing")]
mod tracing;

pub use self::capture::{
    CurrentContext, capture, capture_from, capture_with_baggage, capture_with_baggage_from,
    with_origin,
};
pub use self::consumer::{Consumer, Plan, Relation};
pub use self::metrics::register_counters;
pub use self::span_context::{from_span_context, to_span_context, to_span_context_with_tracestate};
pub use self::text_map::{TextMapExtractor, TextMapInjector};

// The examples of the README, which need all of these.
#[cfg(all(doctest, feature = "tracing"))]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// With another release it does not compile, which is the only line that differs:
///
/// ```compile_fail,E0308
/// let cx: another_release::Context = another_release::Context::current();
/// glassine_opentelemetry::capture_from(&cx);
/// ```
///
/// ```
/// let cx: opentelemetry::Context = opentelemetry::Context::current();
/// glassine_opentelemetry::capture_from(&cx);
/// ```
///
/// ```
/// let cx: another_release::Context = another_release::Context::current();
/// ```
#[cfg(doctest)]
struct AnotherRelease;

// The examples of the cookbook.
#[cfg(doctest)]
#[doc = include_str!("../../../examples/cookbook/payload-transports.md")]
struct PayloadTransports;

#[cfg(doctest)]
#[doc = include_str!("../../../examples/cookbook/self-sending-actors.md")]
struct SelfSendingActors;

// The example of this crate's own README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct OwnReadme;
