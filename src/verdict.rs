//! What a message is, and what its sender decided.

/// Says what a message is (specification [section 6]).
///
/// [section 6]: crate::spec#6-how-a-message-is-read
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Verdict {
    /// No frame: the payload is the whole message.
    Bare,
    /// A frame of version 1.
    Enveloped,
    /// A frame of another version: payload and decision are readable, the carrier is not.
    UnknownVersion,
    /// A frame whose header is wrong: the payload is the whole message, and
    /// [`Reading::fault`](crate::Reading::fault) says what is wrong.
    Damaged,
}

impl Verdict {
    /// Returns the specification's name for it: `bare`, `enveloped`, `unknown_version`, `damaged`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Enveloped => "enveloped",
            Self::UnknownVersion => "unknown_version",
            Self::Damaged => "damaged",
        }
    }
}

/// Says what a sender decided about a trace (specification [section 2]).
///
/// [section 2]: crate::spec#2-words-and-notation
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[allow(clippy::exhaustive_enums, reason = "a decision is one of two")]
pub enum Decision {
    /// The trace is recorded.
    Sampled,
    /// The trace is not recorded; do not start one here.
    Unsampled,
}

impl Decision {
    /// Returns `sampled` or `unsampled`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sampled => "sampled",
            Self::Unsampled => "unsampled",
        }
    }
}
