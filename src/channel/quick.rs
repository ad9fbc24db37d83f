//! What a channel decides about nearly all messages, by one comparison each: what its settings say
//! about them is found when they are made.

use crate::channel::origin::ToSend;
use crate::mode::Mode;
use crate::policy::rollout::{Threshold, Unsampled};
use crate::policy::trust::Trust;
use crate::reader::Reader;

/// Below and from which value on there is nothing more to ask.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quick {
    /// An origin that has less to send than this goes bare, unless its payload needs the escape.
    pub(super) bare_below: ToSend,
    /// From here on, a message without the magic byte is taken as bare.
    pub(super) takes_bare: Threshold,
    /// From here on, a context without fields is read, and believed.
    pub(super) takes_context: Threshold,
}

impl Quick {
    pub(super) const fn new(
        mode: Mode,
        unsampled: Unsampled,
        trust: Trust,
        reader: Reader,
    ) -> Self {
        let bare_below = match (unsampled, mode) {
            (Unsampled::Bare, Mode::Mixed | Mode::Closed) => ToSend::CONTEXT,
            (Unsampled::Marker, _) | (_, Mode::Always) => ToSend::NOTHING,
        };
        let takes_bare = match mode {
            Mode::Mixed => Threshold::COUNT_ONLY,
            Mode::Closed => Threshold::ANY,
            Mode::Always => Threshold::NEVER,
        };
        let takes_context = match (trust, mode) {
            (Trust::Accept, _) if !reader.reads_context() => Threshold::NEVER,
            (Trust::Accept, Mode::Mixed) => Threshold::RECEIVE_ONLY,
            (Trust::Accept, Mode::Closed | Mode::Always) => Threshold::ANY,
            (Trust::Drop | Trust::LinkOnly | Trust::Redecide, _) => Threshold::NEVER,
        };
        Self { bare_below, takes_bare, takes_context }
    }
}
