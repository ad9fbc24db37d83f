//! The counters of a channel as OpenTelemetry metrics.
