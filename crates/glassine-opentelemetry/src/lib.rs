//! OpenTelemetry's contexts in and out of messages in [Glassine](glassine)'s envelope.
//!
//! The version of this crate is that of OpenTelemetry: 0.33 goes with `opentelemetry` 0.33. One
//! that goes with another release than the application's compiles, and captures nothing.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod baggage;
mod capture;
mod consumer;
mod metrics;
mod span_context;
mod text_map;
#[cfg(feature = "tokio")]
pub mod tokio;
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

// The example of this crate's own README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct OwnReadme;
