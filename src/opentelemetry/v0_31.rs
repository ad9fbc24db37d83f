//! OpenTelemetry 0.31: its contexts in and out of messages (feature `opentelemetry_0_31`).
//!
//! The same source as for every other release of OpenTelemetry; what differs is the crate that it is compiled against.

use ::opentelemetry_0_31 as opentelemetry;
#[cfg(feature = "tracing-opentelemetry_0_32")]
use ::tracing_opentelemetry_0_32 as tracing_opentelemetry;

#[path = "release.rs"]
mod release;
#[cfg(feature = "tracing-opentelemetry_0_32")]
#[path = "tracing.rs"]
mod tracing;

pub use release::*;
