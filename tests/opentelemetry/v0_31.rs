//! What the tests of one source are compiled against.

use glassine::opentelemetry_0_31 as glue;
use opentelemetry_0_31 as opentelemetry;
use opentelemetry_sdk_0_31 as opentelemetry_sdk;
#[cfg(feature = "tracing-opentelemetry_0_32")]
use tracing_opentelemetry_0_32 as tracing_opentelemetry;

#[path = "consumer.rs"]
mod consumer;
#[path = "metrics.rs"]
mod metrics;
#[path = "native.rs"]
mod native;
#[path = "propagator.rs"]
mod propagator;
#[cfg(feature = "tokio_1")]
#[path = "tokio.rs"]
mod tokio;
#[cfg(feature = "tracing-opentelemetry_0_32")]
#[path = "tracing.rs"]
mod tracing;
