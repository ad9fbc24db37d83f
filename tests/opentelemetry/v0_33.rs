//! What the tests of one source are compiled against.

use glassine::opentelemetry_0_33 as glue;
use opentelemetry_0_33 as opentelemetry;
use opentelemetry_sdk_0_33 as opentelemetry_sdk;
#[cfg(feature = "tracing-opentelemetry_0_34")]
use tracing_opentelemetry_0_34 as tracing_opentelemetry;

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
#[cfg(feature = "tracing-opentelemetry_0_34")]
#[path = "tracing.rs"]
mod tracing;
