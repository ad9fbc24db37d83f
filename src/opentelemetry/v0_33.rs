//! OpenTelemetry 0.33: its contexts in and out of messages (feature `opentelemetry_0_33`).
//!
//! The same source as for every other release of OpenTelemetry; what differs is the crate that it is compiled against.

use ::opentelemetry_0_33 as opentelemetry;
#[cfg(feature = "tracing-opentelemetry_0_34")]
use ::tracing_opentelemetry_0_34 as tracing_opentelemetry;

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
#[cfg(feature = "tracing-opentelemetry_0_34")]
#[path = "tracing.rs"]
mod tracing;

pub use consumer::{Consumer, Plan, Relation};
pub use metrics::register_counters;
pub use native::{
    capture, capture_from, from_span_context, to_span_context, to_span_context_with_tracestate, with_origin,
};
