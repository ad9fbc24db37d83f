//! A message that was read: verdict, decision, carrier, payload.

use core::fmt;

use crate::carrier::Carrier;
use crate::context::TraceContext;
use crate::fault::{Fault, FaultKind};
use crate::flags::TraceFlags;
use crate::head::Head;
use crate::mode::Mode;
use crate::verdict::{Decision, Verdict};
use crate::wire::{CONTEXT_LEN, DEFAULT_CARRIER_CAP, HEADER_LEN};

/// Tells what a message says: verdict, decision, context, payload (specification [section 6]). It
/// is a view of the message's bytes, `Copy`, 24 bytes at most.
///
/// Making one has looked at the header and at nothing else; what is in the carrier is parsed when
/// it is asked for. Nothing here allocates or panics. `Debug` shows lengths and flags, never the
/// payload.
///
/// ```
/// use glassine::{Reading, Verdict};
///
/// let message = Reading::read(b"{\"id\":7}");
/// assert_eq!(message.verdict(), Verdict::Bare);
/// assert_eq!(message.payload(), b"{\"id\":7}");
/// assert!(!message.claims_sampled());
/// ```
///
/// [section 6]: crate::spec#6-how-a-message-is-read
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reading<'a> {
    bytes: &'a [u8],
    head: Head,
}

impl<'a> Reading<'a> {
    /// Reads a message of a mixed channel, with the default cap on the carrier; a
    /// [`Reader`](crate::Reader) has another. O(1).
    #[must_use]
    #[inline]
    pub fn read(bytes: &'a [u8]) -> Self {
        Self::new(bytes, Head::parse(bytes, bytes.len(), DEFAULT_CARRIER_CAP))
    }

    /// Gives the reading back if a channel of this mode takes the message. O(1).
    ///
    /// # Errors
    /// The [`Fault`] that makes the message an error there: what a mixed channel calls damaged,
    /// what makes bytes behind the magic byte no frame ([`R-CHAN-1`]), and in always channels
    /// [`FaultKind::NotEnveloped`] for a bare message ([`R-CHAN-2`]).
    ///
    /// [`R-CHAN-1`]: crate::spec#9-channels-and-streams
    /// [`R-CHAN-2`]: crate::spec#9-channels-and-streams
    pub fn require(self, mode: Mode) -> Result<Self, Fault> {
        self.head.require(mode, self.fault(), self.bytes).map(|()| self)
    }

    #[inline]
    pub(crate) fn new(bytes: &'a [u8], head: Head) -> Self {
        Self { bytes, head }
    }

    /// Leaves a message unread: all of it is payload.
    #[cfg(feature = "policy")]
    pub(crate) const fn bare(bytes: &'a [u8]) -> Self {
        Self { bytes, head: Head::BARE }
    }

    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) const fn head(self) -> Head {
        self.head
    }

    /// Returns what the message is.
    #[must_use]
    #[inline]
    pub const fn verdict(self) -> Verdict {
        self.head.verdict()
    }

    /// Returns what is wrong with the header of a damaged message, or that the carrier is above the
    /// cap. What is wrong inside the carrier is in [`Carrier::faults`].
    #[must_use]
    #[inline]
    pub const fn fault(self) -> Option<Fault> {
        self.head.fault(self.bytes.len())
    }

    /// Returns the version of a frame. `None` for bare and damaged messages.
    #[must_use]
    #[inline]
    pub fn version(self) -> Option<u8> {
        self.head.version()
    }

    /// Tells whether the header claims that the trace is sampled ([`R-READ-7`]): false for bare and
    /// damaged messages. It is a hint that saves work, before any trust policy. O(1), without
    /// touching the carrier.
    ///
    /// [`R-READ-7`]: crate::spec#6-how-a-message-is-read
    #[must_use]
    #[inline]
    pub const fn claims_sampled(self) -> bool {
        self.head.claims_sampled()
    }

    /// Returns what the sender decided, if it did ([`R-READ-8`]). Looks at the ids, because a frame
    /// with an id that is all zero has no decision. O(1).
    ///
    /// [`R-READ-8`]: crate::spec#6-how-a-message-is-read
    #[must_use]
    #[inline]
    pub fn decision(self) -> Option<Decision> {
        self.flags()
            .map(|flags| if flags.is_sampled() { Decision::Sampled } else { Decision::Unsampled })
    }

    /// Returns the trace flags that state the decision, where there is one.
    #[must_use]
    #[inline]
    pub fn flags(self) -> Option<TraceFlags> {
        let flags = self.head.flags()?;
        (!self.head.has_ids() || self.context().is_some()).then_some(flags)
    }

    /// Returns the context that the message carries. `None` for every message that has none that is
    /// usable. O(1).
    #[must_use]
    #[inline]
    pub fn context(self) -> Option<TraceContext> {
        // No frame with ids has its payload further in front. Compilers do not know that, and ask
        // again in `payload` unless it is said here.
        if self.payload_offset() < CONTEXT_LEN {
            return None;
        }
        let flags = self.head.flags_of_ids()?;
        // The ids stand in one place; the carrier is not needed to find them.
        let [_, _, _, _, _, _, _, _, ids @ ..] = self.bytes.first_chunk::<CONTEXT_LEN>()?;
        TraceContext::from_ids(ids, flags)
    }

    /// Returns the carrier, not parsed yet. It is empty unless the message is enveloped and its
    /// carrier is within the cap. O(1).
    #[must_use]
    #[inline]
    pub fn carrier(self) -> Carrier<'a> {
        let head = self.head;
        if !head.has_readable_carrier() {
            return Carrier::EMPTY;
        }
        let bytes = self.bytes.get(HEADER_LEN..head.payload_offset()).unwrap_or_default();
        Carrier::new(bytes, head.has_ids(), head.flags().unwrap_or_default())
    }

    /// Returns the payload, as it was sent: all of the message if it is bare or damaged. O(1). It
    /// is a view of the message's buffer; copy it if you keep it longer.
    #[must_use]
    #[inline]
    pub fn payload(self) -> &'a [u8] {
        match self.payload_offset() {
            // Bare messages need no look at their length.
            0 => self.bytes,
            at => self.bytes.get(at..).unwrap_or_default(),
        }
    }

    /// Returns where the payload begins: 0 for bare and damaged messages, 8 and the carrier's
    /// length for frames.
    #[must_use]
    #[inline]
    pub const fn payload_offset(self) -> usize {
        self.head.payload_offset()
    }

    /// Returns all bytes of the message.
    #[must_use]
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }
}

impl fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("verdict", &self.verdict())
            .field("fault", &self.fault().map(Fault::kind))
            .field("context", &self.context())
            .field("payload_len", &self.payload().len())
            .finish_non_exhaustive()
    }
}

const _: () = assert!(size_of::<Reading<'_>>() <= 24);
const _: () = assert!(size_of::<Option<FaultKind>>() == 1);
