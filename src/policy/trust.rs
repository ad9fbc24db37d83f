//! What is done with inbound context: a claim, not a fact (law 7; specification section 15).

use crate::context::TraceContext;
use crate::flags::TraceFlags;
use crate::policy::propagation::Propagation;
use crate::reading::Reading;
use crate::verdict::Decision;

/// How far a channel or a peer is trusted (`O-SEC-1`). Where nothing was said, not at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Trust {
    /// Nothing is believed: the message is handled as if it had come bare.
    #[default]
    Drop,
    /// A sampled context is linked to and decides nothing.
    LinkOnly,
    /// The ids are believed, the decision is not: the local sampler is asked.
    Redecide,
    /// Ids and decision are believed.
    Accept,
}

impl Trust {
    /// What is left of a message's claims. Total: every message under every policy. O(1).
    ///
    /// | the message | accept | redecide | link only | drop |
    /// |---|---|---|---|---|
    /// | bare, damaged, nothing known, an id that is all zero | nothing | nothing | nothing | nothing |
    /// | a sampled context | continue | decide | link | nothing |
    /// | an unsampled context | continue | decide | nothing | nothing |
    /// | unsampled, without readable ids (marker, unknown version, above the cap) | do not start | nothing | nothing | nothing |
    /// | sampled, without readable ids (unknown version, above the cap) | nothing | nothing | nothing | nothing |
    #[must_use]
    pub fn judge(self, message: Reading<'_>) -> Propagation {
        match (self, message.context()) {
            (Self::Drop, _) => Propagation::Unknown,
            (Self::LinkOnly, context) => context
                .filter(|context| context.is_sampled())
                .map_or(Propagation::Unknown, Propagation::Link),
            (Self::Redecide, context) => context
                .map_or(Propagation::Unknown, |context| Propagation::Resample(undecided(context))),
            (Self::Accept, Some(context)) => Propagation::Continue(context),
            (Self::Accept, None) if message.decision() == Some(Decision::Unsampled) => {
                Propagation::Suppress
            }
            (Self::Accept, None) => Propagation::Unknown,
        }
    }
}

const fn undecided(context: TraceContext) -> TraceContext {
    let flags = context.flags();
    context.with_flags(TraceFlags::with_sampled(flags, false))
}
