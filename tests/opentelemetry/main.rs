//! OpenTelemetry's contexts in and out of messages: the same tests for every release.
#![allow(clippy::duplicate_mod, reason = "one source, compiled once for each release")]

#[cfg(feature = "opentelemetry_0_31")]
mod v0_31;
#[cfg(feature = "opentelemetry_0_32")]
mod v0_32;
#[cfg(feature = "opentelemetry_0_33")]
mod v0_33;
