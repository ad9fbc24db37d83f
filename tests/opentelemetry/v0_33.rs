//! What the tests are compiled against.

use glassine::opentelemetry_0_33 as glue;
use opentelemetry_0_33 as opentelemetry;
use opentelemetry_sdk_0_33 as opentelemetry_sdk;
#[cfg(feature = "tracing-opentelemetry_0_34")]
use tracing_opentelemetry_0_34 as tracing_opentelemetry;

#[path = "release.rs"]
mod release;
#[cfg(feature = "tracing-opentelemetry_0_34")]
#[path = "tracing.rs"]
mod tracing;
