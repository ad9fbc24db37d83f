//! Whether a receiver starts traces of its own.

use crate::policy::propagation::Propagation;
use crate::setting::setting;

setting! {
    /// Whether a receiver starts traces of its own. Session actors and others that see every
    /// message may continue traces, and never start them.
    Role
    /// Starts a trace where nothing is known, if the local sampler says so.
    #[default]
    MayStart = "may_start";
    /// Makes a span only for a sampled context that is believed, and starts nothing from what is
    /// only claimed: not under [`Trust::Redecide`](crate::policy::Trust::Redecide), nor under
    /// [`Trust::LinkOnly`](crate::policy::Trust::LinkOnly).
    ContinueOnly = "continue_only";
}

impl Role {
    /// Whether a span may be made at all. The local sampler is asked after this, never instead of
    /// it: a parent-based sampler does not cover links. O(1).
    #[must_use]
    pub const fn admits(self, propagation: Propagation) -> bool {
        match propagation {
            Propagation::Continue(context) => context.is_sampled(),
            Propagation::Suppress => false,
            Propagation::Unknown | Propagation::Resample(_) | Propagation::Link(_) => {
                matches!(self, Self::MayStart)
            }
        }
    }
}
