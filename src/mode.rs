//! How a channel is run: what its receivers take for an error.

use crate::setting::setting;

setting! {
    /// Says how a channel is run: which messages are errors there (specification [section 9]). It
    /// is a matter of configuration, never of the message.
    ///
    /// Every reading is first one of a mixed channel; [`Reading::require`](crate::Reading::require)
    /// says whether a stricter one takes it.
    ///
    /// ```
    /// use glassine::{FaultKind, Mode, Reading};
    ///
    /// let bare = Reading::read(b"{}");
    /// assert!(bare.require(Mode::Closed).is_ok());
    /// assert_eq!(bare.require(Mode::Always).unwrap_err().kind(), FaultKind::NotEnveloped);
    /// ```
    ///
    /// [section 9]: crate::spec#9-channels-and-streams
    Mode
    /// Old and new senders share the channel: nothing is an error, and what is damaged is delivered
    /// whole.
    #[default]
    Mixed = "mixed";
    /// Every sender is upgraded: what begins with the magic byte is a frame or an error
    /// ([`R-CHAN-1`]).
    ///
    /// [`R-CHAN-1`]: crate::spec#9-channels-and-streams
    Closed = "closed";
    /// Every sender wraps every message: each is a frame or an error ([`R-CHAN-2`]).
    ///
    /// [`R-CHAN-2`]: crate::spec#9-channels-and-streams
    Always = "always";
}
