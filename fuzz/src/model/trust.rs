//! What is left of a message's claims, and who may start a trace from it: the table of section 15,
//! a row after the other.

use glassine::policy::{Propagation, Role, Trust};
use glassine::{Decision, Reading, TraceContext, TraceFlags};

pub(crate) const EVERY: [Trust; 4] = [Trust::Drop, Trust::LinkOnly, Trust::Redecide, Trust::Accept];

/// What a policy leaves.
pub(crate) fn judged(trust: Trust, message: Reading<'_>) -> Propagation {
    let is_sampled = message.decision() == Some(Decision::Sampled);
    let [accept, redecide, link_only] = match (message.context(), message.decision()) {
        (Some(context), Some(_)) if is_sampled => [
            Propagation::Continue(context),
            Propagation::Resample(with_sampled(context, false)),
            Propagation::Link(context),
        ],
        (Some(context), Some(_)) => {
            [Propagation::Continue(context), Propagation::Resample(context), Propagation::Unknown]
        }
        (None, Some(_)) if !is_sampled => {
            [Propagation::Suppress, Propagation::Unknown, Propagation::Unknown]
        }
        _ => [Propagation::Unknown; 3],
    };
    match trust {
        Trust::Accept => accept,
        Trust::Redecide => redecide,
        Trust::LinkOnly => link_only,
        _ => Propagation::Unknown,
    }
}

/// Whether a receiver may make a span: one that only continues, if a sampled context is believed;
/// any other, unless it believes that there is to be none.
pub(crate) fn may_make_a_span(role: Role, trust: Trust, message: Reading<'_>) -> bool {
    let believes = trust == Trust::Accept;
    match role {
        Role::ContinueOnly => believes && message.context().is_some_and(TraceContext::is_sampled),
        _ => !(believes && message.decision() == Some(Decision::Unsampled)),
    }
}

pub(crate) fn with_sampled(context: TraceContext, is_sampled: bool) -> TraceContext {
    let bits = context.flags().to_u8() & 0xFE | u8::from(is_sampled);
    context.with_flags(TraceFlags::from_u8(bits))
}
