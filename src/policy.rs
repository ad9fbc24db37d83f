//! What a program decides about the messages that it reads and writes, a file for each policy, and
//! what a [`Channel`](crate::Channel) makes of them.

pub(crate) mod counters;
pub(crate) mod fan_out;
pub(crate) mod hash;
pub(crate) mod propagation;
pub(crate) mod role;
pub(crate) mod rollout;
pub(crate) mod share;
pub(crate) mod trust;

#[cfg(feature = "bytes")]
pub(crate) mod allow_list;
#[cfg(feature = "bytes")]
pub(crate) mod capture;

pub use self::counters::{Count, Counters, Snapshot};
pub use self::fan_out::{FanOut, FanOutPoint, fan_out_selects};
pub use self::propagation::Propagation;
pub use self::role::Role;
pub use self::rollout::{Rollout, RolloutSwitch, Unsampled};
pub use self::share::Share;
pub use self::trust::Trust;

#[cfg(feature = "bytes")]
pub use self::{allow_list::AllowList, capture::Capture};
#[cfg(all(feature = "bytes", feature = "serde"))]
pub use crate::channel::config::ChannelConfig;
#[cfg(feature = "bytes")]
pub use crate::channel::{
    broadcast::Broadcast,
    payload::Payload,
    receiver::Receiver,
    sending::EmptyMessages,
    too_long::MessageTooLong,
    traced::Undecodable,
    wrapper::{Appender, Wrapper},
};
pub use crate::setting::ParseSettingError;
