//! How a tracer says where a message that is sent now comes from.

use crate::channel::origin::Origin;

/// Gives the [`Origin`] of what is sent now: by this, a tracer takes part in channel ends that wrap
/// by themselves.
///
/// A type and not a value, because what is current belongs to the thread or the task. The companion
/// crate for OpenTelemetry has one; `()` is the tracer of a program that has none.
///
/// ```
/// use glassine::policy::{Capture, Propagation};
/// use glassine::{Origin, TraceContext};
///
/// struct Fixed;
///
/// impl Capture for Fixed {
///     fn capture() -> Origin {
///         let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
///         text.parse::<TraceContext>().map_or_else(|_| Origin::default(), Origin::from)
///     }
/// }
///
/// assert!(matches!(Fixed::capture().propagation(), Propagation::Continue(_)));
/// assert_eq!(<()>::capture(), Origin::default());
/// ```
pub trait Capture {
    /// The origin of a message that is sent now, from what is current. Must not panic: a message
    /// that has no context goes bare.
    fn capture() -> Origin;
}

impl Capture for () {
    fn capture() -> Origin {
        Origin::default()
    }
}
