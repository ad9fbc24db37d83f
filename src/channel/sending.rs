//! What a channel decides at the moment when a message is sent.

use crate::policy::counters::Counters;
use crate::policy::rollout::{Rollout, RolloutSwitch};

/// The part of a channel that is asked when a message leaves, not when it is prepared.
#[derive(Debug, Default)]
pub(super) struct Sending {
    pub(super) switch: RolloutSwitch,
    pub(super) counters: Counters,
    pub(super) empty: EmptyMessages,
}

impl Sending {
    pub(super) const fn new(rollout: Rollout, empty: EmptyMessages) -> Self {
        Self { switch: RolloutSwitch::new(rollout), counters: Counters::new(), empty }
    }

    /// Whether an envelope may go in front of a payload of this length.
    #[inline]
    pub(super) fn wraps(&self, payload_len: usize) -> bool {
        (payload_len > 0 || self.empty == EmptyMessages::Wrapped) && self.switch.get().sends()
    }
}

/// What becomes of messages without a payload. Where an empty message means *no value* (a retained
/// message of MQTT that is removed, a tombstone of a compacted log), an envelope would make it one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum EmptyMessages {
    /// They go bare, whatever their context is (`O-WRITE-1`).
    #[default]
    Bare,
    /// They are wrapped like all others: where an empty message is a message.
    Wrapped,
}
