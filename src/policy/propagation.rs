//! What becomes of a context, once the trust policy has seen it.

use crate::context::TraceContext;

/// What the receiver's span does with what came, after the trust policy.
///
/// ```
/// use glassine::Reading;
/// use glassine::policy::{Propagation, Trust};
///
/// let bytes = b"\x9E\x01\xC1\xDE\x00\x01\x00\x00payload"; // the unsampled marker
/// assert_eq!(Trust::Accept.judge(Reading::read(bytes)), Propagation::Suppress);
/// assert_eq!(Trust::default().judge(Reading::read(bytes)), Propagation::Unknown);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[allow(
    clippy::exhaustive_enums,
    reason = "whoever handles a message says what to do in each case"
)]
pub enum Propagation {
    /// Nothing is known: the local sampler decides whether a trace starts here.
    #[default]
    Unknown,
    /// The sender decided against a trace, and said no more: no trace starts here.
    Suppress,
    /// The span continues this context, and its decision.
    Continue(TraceContext),
    /// The span continues this context, whose sampled flag was cleared; the local sampler decides.
    Resample(TraceContext),
    /// The span is a new root, or what its surroundings make it, with a link to this sampled
    /// context.
    Link(TraceContext),
}

impl Propagation {
    /// The context, whether it is continued or linked to.
    #[must_use]
    pub const fn context(self) -> Option<TraceContext> {
        match self {
            Self::Continue(context) | Self::Resample(context) | Self::Link(context) => {
                Some(context)
            }
            Self::Unknown | Self::Suppress => None,
        }
    }
}
