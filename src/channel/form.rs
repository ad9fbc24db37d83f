//! The two forms of a frame, and how long an envelope is in each.

/// Whether a message goes in binary or in text form (specification sections 3 and 10).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Binary,
    #[cfg(feature = "text")]
    Text,
}

impl Form {
    /// How many bytes of the message an envelope takes that has `len` in binary.
    pub(super) const fn envelope_len(self, len: usize) -> usize {
        match self {
            Self::Binary => len,
            #[cfg(feature = "text")]
            Self::Text => crate::text::envelope_len(len),
        }
    }

    /// How many bytes an envelope may have in binary, to take `room` bytes of the message.
    pub(super) const fn room_for_envelope(self, room: usize) -> usize {
        match self {
            Self::Binary => room,
            #[cfg(feature = "text")]
            Self::Text => crate::text::room_for_envelope(room),
        }
    }
}
