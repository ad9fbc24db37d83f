//! What a channel has decided about a message before there is a payload.

use crate::encoded_envelope::EncodedEnvelope;
use crate::policy::counters::Count;

/// An envelope, what a message with it counts as, and what was lost on the way to it.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    envelope: EncodedEnvelope,
    sent: Count,
    is_out_of_share: bool,
    has_lost_fields: bool,
}

impl Prepared {
    pub(super) const BARE: Self = Self::new(EncodedEnvelope::EMPTY, Count::SentBare);

    pub(super) const fn new(envelope: EncodedEnvelope, sent: Count) -> Self {
        Self { envelope, sent, is_out_of_share: false, has_lost_fields: false }
    }

    pub(super) fn with_out_of_share(self, is_out_of_share: bool) -> Self {
        Self { is_out_of_share, ..self }
    }

    pub(super) fn with_lost_fields(self, has_lost_fields: bool) -> Self {
        Self { has_lost_fields, ..self }
    }

    pub(super) const fn envelope(&self) -> &EncodedEnvelope {
        &self.envelope
    }

    pub(super) fn into_envelope(self) -> EncodedEnvelope {
        self.envelope
    }

    /// What a message counts as that has this envelope.
    pub(super) const fn sent(&self) -> Count {
        self.sent
    }

    /// Whether there is an envelope, and nothing was lost on the way to it.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        !self.is_out_of_share && !self.has_lost_fields && !self.envelope.is_empty()
    }

    /// Whether a context was to be sent whose trace is not in the share.
    pub(super) const fn is_out_of_share(&self) -> bool {
        self.is_out_of_share
    }

    /// Whether the list or a limit has held fields back.
    pub(super) const fn has_lost_fields(&self) -> bool {
        self.has_lost_fields
    }
}
