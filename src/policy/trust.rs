//! What is done with inbound context: a claim, not a fact (law 7; specification section 15).

use crate::context::TraceContext;
use crate::flags::TraceFlags;
use crate::policy::propagation::Propagation;
use crate::reading::Reading;
use crate::setting::setting;
use crate::verdict::Decision;

setting! {
    /// How far a channel or a peer is trusted (`O-SEC-1`). Where nothing was said, not at all.
    Trust
    /// Believes nothing: the message is handled as if it had come bare.
    #[default]
    Drop = "drop";
    /// Links to a sampled context, which decides nothing and weighs nothing: the local sampler is
    /// asked, as for a bare message.
    LinkOnly = "link_only";
    /// Believes the ids and not the decision: the local root sampler is asked.
    ///
    /// OpenTelemetry's default sampler takes an unsampled parent for a decision, so that a span
    /// under such a context would never be sampled. The companion crate therefore starts a trace of
    /// its own that links to the context, under either relation, and none where the receiver only
    /// continues traces.
    Redecide = "redecide";
    /// Believes ids, decision and weight.
    Accept = "accept";
}

impl Trust {
    /// Says what is left of a message's claims. Total: every message under every policy. O(1).
    ///
    /// | the message | accept | redecide | link only | drop |
    /// |---|---|---|---|---|
    /// | bare, damaged, escape, an id that is all zero | unknown | unknown | unknown | unknown |
    /// | a sampled context | continue | resample | link | unknown |
    /// | an unsampled context | continue | resample | unknown | unknown |
    /// | unsampled, without readable ids | suppress | unknown | unknown | unknown |
    /// | sampled, without readable ids | unknown | unknown | unknown | unknown |
    ///
    /// Ids are not readable in the marker, in an unknown version, and above the cap.
    #[must_use]
    #[inline]
    pub fn judge(self, reading: Reading<'_>) -> Propagation {
        match (self, reading.context()) {
            (Self::Drop, _) => Propagation::Unknown,
            (Self::LinkOnly, context) => context
                .filter(|context| context.is_sampled())
                .map_or(Propagation::Unknown, Propagation::Link),
            (Self::Redecide, context) => context
                .map_or(Propagation::Unknown, |context| Propagation::Resample(undecided(context))),
            (Self::Accept, Some(context)) => Propagation::Continue(context),
            (Self::Accept, None) if reading.decision() == Some(Decision::Unsampled) => {
                Propagation::Suppress
            }
            (Self::Accept, None) => Propagation::Unknown,
        }
    }
}

/// Whether a policy that leaves this believes what a peer says of weights: who takes the decision
/// away takes what it counts.
#[cfg(feature = "bytes")]
pub(crate) const fn weighs(propagation: Propagation) -> bool {
    matches!(propagation, Propagation::Continue(context) if context.is_sampled())
}

const fn undecided(context: TraceContext) -> TraceContext {
    let flags = context.flags();
    context.with_flags(TraceFlags::with_sampled(flags, false))
}
