//! What all benchmarks share: their inputs, and how an operation is called to be counted.

pub mod counting;

use glassine::TraceContext;

/// The context of every message: sampled, as W3C Trace Context spells its example.
pub const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Three members of a tracestate, as they stand in a header.
pub const TRACESTATE: &str = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,vendor=value";
/// Five members of baggage.
pub const BAGGAGE: &str = "tenant=7,user=8,plan=gold,region=eu,flag=on";

/// The context of `TRACEPARENT`.
///
/// # Panics
/// Never: the text is right.
#[must_use]
pub fn context() -> TraceContext {
    TRACEPARENT.parse().expect("W3C's example")
}

/// A payload of JSON, `{"id":7}` repeated to at least this length in bytes.
#[must_use]
pub fn payload(len: usize) -> Vec<u8> {
    b"{\"id\":7}".repeat(len.div_ceil(8))
}
