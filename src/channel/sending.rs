//! What a channel decides at the moment when a message is sent.

use alloc::vec::Vec;

use crate::channel::form::Form;
use crate::channel::prepared::{Asks, Prepared};
use crate::channel::too_long::MessageTooLong;
use crate::encoded_envelope::EncodedEnvelope;
use crate::envelope::{Envelope, Says};
use crate::mode::Mode;
use crate::policy::counters::{Count, Counters};
use crate::policy::rollout::{Rollout, RolloutSwitch};
use crate::reading::Reading;
use crate::setting::setting;
use crate::shorten::shorten;
use crate::verdict::Decision;
use crate::wire::HEADER_LEN;

/// The part of a channel that is asked when a message leaves, not when it is prepared.
#[derive(Debug, Default)]
pub(super) struct Sending {
    pub(super) switch: RolloutSwitch,
    pub(super) counters: Counters,
    pub(super) empty: EmptyMessages,
    pub(super) mode: Mode,
    /// `None` without a limit.
    pub(super) max_message_len: Option<usize>,
}

/// What goes in front of one payload.
pub(super) struct Choice<'c> {
    counters: &'c Counters,
    chosen: Chosen,
    /// What the message counts as.
    sent: Count,
    /// How many bytes the message has, of how many at most, if that is too long and nothing can be
    /// left out.
    excess: Option<(usize, usize)>,
}

enum Chosen {
    /// What was prepared, as it is.
    Prepared,
    Shortened(EncodedEnvelope),
    Escape,
    Bare,
}

impl Choice<'_> {
    /// The envelope, whatever the length is, and counts the message. `None`: the prepared one.
    #[inline]
    pub(super) fn replacement(self) -> Option<EncodedEnvelope> {
        self.counters.record(self.sent);
        match self.chosen {
            Chosen::Prepared => None,
            Chosen::Shortened(envelope) => Some(envelope),
            Chosen::Escape => Some(EncodedEnvelope::without_fields(Says::Nothing)),
            Chosen::Bare => Some(EncodedEnvelope::empty()),
        }
    }

    /// The message, as `make` makes it of the envelope, of which it gets the one that takes the
    /// place of the prepared one.
    pub(super) fn apply<M>(
        self,
        make: impl FnOnce(Option<EncodedEnvelope>) -> M,
    ) -> Result<M, MessageTooLong<M>> {
        let excess = self.excess;
        let message = make(self.replacement());
        match excess {
            None => Ok(message),
            Some((needed, max)) => Err(MessageTooLong::new(message, needed, max)),
        }
    }
}

impl Sending {
    pub(super) const fn new(rollout: Rollout) -> Self {
        Self {
            switch: RolloutSwitch::new(rollout),
            counters: Counters::new(),
            empty: EmptyMessages::Bare,
            mode: Mode::Mixed,
            max_message_len: None,
        }
    }

    /// Whether a payload of this length gets an envelope that asks for nothing else.
    #[inline]
    pub(super) fn wraps(&self, payload_len: usize) -> bool {
        payload_len > 0 && self.switch.get().sends()
    }

    /// What goes in front of a payload of this length.
    #[inline]
    pub(super) fn choose(
        &self,
        prepared: &Prepared,
        form: Form,
        payload_len: usize,
        needs_escape: bool,
    ) -> Choice<'_> {
        if prepared.asks == Asks::Payload && self.wraps(payload_len) {
            let (counters, sent) = (&self.counters, prepared.sent);
            return Choice { counters, chosen: Chosen::Prepared, sent, excess: None };
        }
        self.choose_with_care(prepared, form, payload_len, needs_escape)
    }

    /// The same where something is to be decided.
    fn choose_with_care(
        &self,
        prepared: &Prepared,
        form: Form,
        payload_len: usize,
        needs_escape: bool,
    ) -> Choice<'_> {
        let sends = self.switch.get().sends();
        let may_wrap = payload_len > 0 || self.empty == EmptyMessages::Wrapped;
        let must_wrap = match self.mode {
            Mode::Mixed => sends && needs_escape,
            // What this channel sends, its receivers take, wherever the switch stands.
            Mode::Closed => needs_escape,
            Mode::Always => true,
        };
        let prepared = if sends && may_wrap { prepared } else { &Prepared::BARE };
        let counters = &self.counters;
        if prepared.is_out_of_share {
            counters.record(Count::OutOfShare);
        }
        if prepared.has_lost_fields {
            counters.record(Count::FieldsDropped);
        }
        let max = self.max_message_len.unwrap_or(usize::MAX);
        let fits = |len| payload_len.saturating_add(form.envelope_len(len)) <= max;
        let whole = &prepared.envelope;
        if !whole.is_empty() {
            if fits(whole.as_bytes().len()) {
                let (chosen, sent) = (Chosen::Prepared, prepared.sent);
                return Choice { counters, chosen, sent, excess: None };
            }
            let room = form.room_for_envelope(max.saturating_sub(payload_len));
            if let Some(shorter) = shortened(whole, room) {
                // A message counts once, whatever held its fields back.
                if !prepared.has_lost_fields {
                    counters.record(Count::FieldsDropped);
                }
                let (chosen, sent) = (Chosen::Shortened(shorter), prepared.sent);
                return Choice { counters, chosen, sent, excess: None };
            }
        }
        if !must_wrap {
            if !whole.is_empty() {
                counters.record(Count::TooLong);
            }
            let (chosen, sent) = (Chosen::Bare, Count::SentBare);
            return Choice { counters, chosen, sent, excess: None };
        }
        let needed = payload_len.saturating_add(form.envelope_len(HEADER_LEN));
        let excess = (needed > max).then_some((needed, max));
        if !whole.is_empty() || excess.is_some() {
            counters.record(Count::TooLong);
        }
        Choice { counters, chosen: Chosen::Escape, sent: Count::SentEscaped, excess }
    }
}

/// As many of an envelope's fields as leave a frame of this many bytes, without a payload. `None`
/// if there is no room for what it says, or nothing is left to say.
#[cold]
fn shortened(envelope: &EncodedEnvelope, room: usize) -> Option<EncodedEnvelope> {
    let whole = Reading::read(envelope.as_bytes());
    let says = match (whole.context(), whole.decision()) {
        (Some(context), _) => Says::Context(context),
        (None, Some(Decision::Unsampled)) => Says::Unsampled,
        (None, _) => Says::Nothing,
    };
    let room = room.checked_sub(HEADER_LEN + says.carrier_len())?;
    let mut fields: Vec<_> = whole.carrier().fields().collect();
    let fields = shorten(&mut fields, room);
    if says == Says::Nothing && fields.is_empty() {
        return None;
    }
    let shorter = Envelope::saying(says).with_fields(fields).to_encoded().ok()?;
    (shorter.as_bytes().len() <= HEADER_LEN + says.carrier_len() + room).then_some(shorter)
}

setting! {
    /// What becomes of messages without a payload. Where an empty message means *no value* (a
    /// retained message of MQTT that is removed, a tombstone of a compacted log), an envelope would
    /// make it one. In an [always](Mode::Always) channel they are wrapped in any case; what this
    /// setting says is whether their context goes with them.
    EmptyMessages
    /// They go bare, whatever their context is (`O-WRITE-1`).
    #[default]
    Bare = "bare";
    /// They are wrapped like all others: where an empty message is a message.
    Wrapped = "wrapped";
}
