//! What the module of every release of OpenTelemetry holds. Compiled once for each, with `super::opentelemetry` being its crate.

use super::opentelemetry;

// The compiler would find these without their paths; the tool that makes mutants would not.
#[path = "consumer.rs"]
mod consumer;
#[path = "metrics.rs"]
mod metrics;
#[path = "native.rs"]
mod native;
#[path = "propagator.rs"]
mod propagator;
#[cfg(feature = "tokio_1")]
#[path = "tokio/mod.rs"]
pub mod tokio_1;

pub use consumer::{Consumer, Plan, Relation};
pub use metrics::register_counters;
pub use native::{
    capture, capture_from, from_span_context, to_span_context, to_span_context_with_tracestate, with_origin,
};
