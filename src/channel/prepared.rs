//! What a channel has decided about a message before there is a payload.

use crate::encoded_envelope::EncodedEnvelope;
use crate::policy::counters::Count;

/// An envelope, what a message with it counts as, and what was lost on the way to it.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) envelope: EncodedEnvelope,
    /// What a message counts as that has this envelope.
    pub(super) sent: Count,
    /// Whether a context was to be sent whose trace is not in the share.
    pub(super) is_out_of_share: bool,
    /// Whether the list or a limit has held fields back.
    pub(super) has_lost_fields: bool,
    pub(super) asks: Asks,
}

/// What a payload is still asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asks {
    /// Whether there is one: while sending is on, the envelope goes in front of it.
    Payload,
    /// Whether it needs the escape: without it, it goes bare.
    Escape,
    /// Everything.
    All,
}

impl Prepared {
    pub(super) const BARE: Self = Self {
        envelope: EncodedEnvelope::empty(),
        sent: Count::SentBare,
        is_out_of_share: false,
        has_lost_fields: false,
        asks: Asks::All,
    };
}
