//! The tests of every release.

use super::{glue, opentelemetry, opentelemetry_sdk};

mod consumer;
mod metrics;
mod native;
mod propagator;
#[cfg(feature = "tokio_1")]
mod tokio;
