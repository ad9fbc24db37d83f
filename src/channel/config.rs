//! What a configuration file says of a channel.

use crate::channel::Channel;
use crate::channel::boundary::Boundary;
use crate::channel::sending::EmptyMessages;
use crate::mode::Mode;
use crate::policy::allow_list::AllowList;
use crate::policy::rollout::{Rollout, Unsampled};
use crate::policy::trust::Trust;
use crate::reader::Reader;
use crate::wire::DEFAULT_CARRIER_CAP;

/// Everything that a [`Channel`] is made of, as a configuration file says it: what is not said is
/// as in [`Channel::new`], and what is not known is an error.
///
/// ```
/// use glassine::Channel;
/// use glassine::policy::{ChannelConfig, Rollout, Share};
///
/// let config: ChannelConfig = toml::from_str(
///     r#"
///     rollout = "30 %"      # or "off", "count_only", "receive_only", "on"
///     trust = "accept"      # or "drop", "link_only", "redecide"
///     mode = "mixed"        # or "closed", "always"
///     unsampled = "marker"  # or "bare"
///     max_message_len = 8000
///
///     [outbound_fields]     # or: outbound_fields = "all"
///     baggage = ["tenant"]
///     text_map = ["b3", "uberctx-*"]
///     "#,
/// )?;
/// let channel = Channel::from(config);
/// let share = Share::from_millionths(300_000).map(Rollout::Share);
/// assert_eq!(Some(channel.switch().get()), share);
///
/// let error = toml::from_str::<ChannelConfig>("trust = \"acept\"").unwrap_err();
/// assert!(error.to_string().contains("unknown variant `acept`, expected one of `drop`"));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ChannelConfig {
    /// [`Channel::with_rollout`].
    pub rollout: Rollout,
    /// [`Channel::with_trust`].
    pub trust: Trust,
    /// [`Channel::with_mode`].
    pub mode: Mode,
    /// [`Channel::with_unsampled`].
    pub unsampled: Unsampled,
    /// [`Channel::with_empty_messages`].
    pub empty_messages: EmptyMessages,
    /// [`Channel::with_inbound_fields`].
    pub inbound_fields: AllowList,
    /// [`Channel::with_outbound_fields`].
    pub outbound_fields: AllowList,
    /// [`Channel::with_max_tracestate_len`], in bytes.
    pub max_tracestate_len: u16,
    /// The cap on the carrier of its [`Reader`], in bytes.
    pub carrier_cap: u16,
    /// [`Channel::with_max_message_len`], in bytes. `None`: any number.
    // The last, so that formats without names miss nothing in front of the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_message_len: Option<usize>,
}

impl Default for ChannelConfig {
    /// What [`Channel::new`] is made of.
    fn default() -> Self {
        Self {
            rollout: Rollout::default(),
            trust: Trust::default(),
            mode: Mode::default(),
            unsampled: Unsampled::default(),
            empty_messages: EmptyMessages::default(),
            inbound_fields: AllowList::default(),
            outbound_fields: AllowList::default(),
            max_tracestate_len: Boundary::default().max_tracestate_len,
            carrier_cap: DEFAULT_CARRIER_CAP,
            max_message_len: None,
        }
    }
}

impl From<ChannelConfig> for Channel {
    fn from(config: ChannelConfig) -> Self {
        let channel = Self::new()
            .with_rollout(config.rollout)
            .with_trust(config.trust)
            .with_mode(config.mode)
            .with_unsampled(config.unsampled)
            .with_empty_messages(config.empty_messages)
            .with_inbound_fields(config.inbound_fields)
            .with_outbound_fields(config.outbound_fields)
            .with_max_tracestate_len(config.max_tracestate_len)
            .with_reader(Reader::new().with_carrier_cap(config.carrier_cap));
        match config.max_message_len {
            Some(bytes) => channel.with_max_message_len(bytes),
            None => channel,
        }
    }
}
