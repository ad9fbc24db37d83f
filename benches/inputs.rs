//! The inputs that all benchmarks share.

use glassine::TraceContext;

/// The context of every message: sampled, as W3C Trace Context spells its example.
pub const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The same as a value.
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
