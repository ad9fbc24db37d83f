//! What a program decides about the messages that it reads and writes: the policies, each in a file of its own, and the channel that holds them together.

#[cfg(feature = "bytes")]
mod allow;
#[cfg(feature = "bytes")]
mod broadcast;
#[cfg(feature = "bytes")]
mod channel;
mod counters;
mod fan_out;
mod hash;
#[cfg(feature = "bytes")]
mod origin;
#[cfg(feature = "bytes")]
mod outgoing;
mod rollout;
#[cfg(feature = "bytes")]
mod traced;
mod trust;

#[cfg(feature = "bytes")]
pub use allow::AllowList;
#[cfg(feature = "bytes")]
pub use broadcast::Broadcast;
#[cfg(feature = "bytes")]
pub use channel::Channel;
pub use counters::{Count, Counters, Snapshot};
pub use fan_out::{FanOut, Point, fan_out_selects, nested_weight};
#[cfg(feature = "bytes")]
pub use origin::Origin;
#[cfg(feature = "bytes")]
pub use outgoing::Outgoing;
pub use rollout::{Rollout, RolloutSwitch, Share, Unsampled};
#[cfg(feature = "bytes")]
pub use traced::Traced;
pub use trust::{Inbound, Role, Trust};
