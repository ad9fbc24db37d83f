//! What is done with inbound context: a claim, not a fact (law 7; specification section 15).

use crate::{Decision, Message, TraceContext, TraceFlags};

/// How far a channel or a peer is trusted (`O-SEC-1`). Where nothing was said, not at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
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

/// What the receiver's span does with what came, after the trust policy.
///
/// ```
/// use glassine::{Inbound, Message, Trust};
///
/// let bytes = b"\x9E\x01\xC1\xDE\x00\x01\x00\x00payload"; // the unsampled marker
/// assert_eq!(Trust::Accept.judge(Message::read(bytes)), Inbound::DoNotStart);
/// assert_eq!(Trust::default().judge(Message::read(bytes)), Inbound::Nothing);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Inbound {
    /// Nothing is known: the local sampler decides whether a trace starts here.
    #[default]
    Nothing,
    /// The sender decided against a trace, and said no more: no trace starts here.
    DoNotStart,
    /// The span continues this context, and its decision.
    Continue(TraceContext),
    /// The span continues this context, whose sampled flag was cleared; the local sampler decides.
    Decide(TraceContext),
    /// The span is a new root, or what its surroundings make it, with a link to this sampled context.
    Link(TraceContext),
}

impl Inbound {
    /// The context, whether it is continued or linked to.
    #[must_use]
    pub const fn context(self) -> Option<TraceContext> {
        match self {
            Self::Continue(context) | Self::Decide(context) | Self::Link(context) => Some(context),
            Self::Nothing | Self::DoNotStart => None,
        }
    }
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
    pub fn judge(self, message: Message<'_>) -> Inbound {
        match (self, message.context()) {
            (Self::Drop, _) => Inbound::Nothing,
            (Self::LinkOnly, context) => {
                context.filter(|context| context.is_sampled()).map_or(Inbound::Nothing, Inbound::Link)
            }
            (Self::Redecide, context) => {
                context.map_or(Inbound::Nothing, |context| Inbound::Decide(undecided(context)))
            }
            (Self::Accept, Some(context)) => Inbound::Continue(context),
            (Self::Accept, None) if message.decision() == Some(Decision::Unsampled) => Inbound::DoNotStart,
            (Self::Accept, None) => Inbound::Nothing,
        }
    }
}

/// Whether a receiver starts traces of its own. Session actors and others that see every message may continue traces, and never start them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Role {
    /// Starts a trace where nothing is known, if the local sampler says so.
    #[default]
    MayStart,
    /// Makes a span only for a context that came in, continued or linked to.
    ContinueOnly,
}

impl Role {
    /// Whether a span may be made at all. The local sampler is asked after this, never instead of it: a parent-based sampler does not cover links.
    #[must_use]
    pub const fn admits(self, inbound: Inbound) -> bool {
        match inbound {
            Inbound::Nothing => matches!(self, Self::MayStart),
            Inbound::DoNotStart => false,
            Inbound::Continue(_) | Inbound::Decide(_) | Inbound::Link(_) => true,
        }
    }
}

const fn undecided(context: TraceContext) -> TraceContext {
    let flags = context.flags();
    context.with_flags(TraceFlags::with_sampled(flags, false))
}
