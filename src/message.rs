//! A message that was read: verdict, decision, carrier, payload.

use core::fmt;

use crate::wire::{DECIDED, HEADER_LEN, IDS};
use crate::{Carrier, Fault, FaultKind, Reader, TraceContext, TraceFlags};

/// What a message is (specification section 6).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Verdict {
    /// No frame: the payload is the whole message.
    Bare,
    /// A frame of version 1.
    Enveloped,
    /// A frame of another version: payload and decision are readable, the carrier is not.
    UnknownVersion,
    /// A frame whose header is wrong: the payload is the whole message, and [`Message::fault`] says what is wrong.
    Damaged,
}

impl Verdict {
    /// The specification's name for it: `bare`, `enveloped`, `unknown_version`, `damaged`.
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

/// What a sender decided about a trace (specification section 2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Decision {
    /// The trace is recorded.
    Sampled,
    /// The trace is not recorded; do not start one here.
    Unsampled,
}

impl Decision {
    /// `sampled` or `unsampled`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sampled => "sampled",
            Self::Unsampled => "unsampled",
        }
    }
}

/// A message that was read: a view of its bytes (specification section 6). `Copy`, 40 bytes at most.
///
/// Making one has looked at the header and at nothing else; what is in the carrier is parsed when it is asked for. Nothing here allocates or panics.
/// `Debug` shows lengths and flags, never the payload.
///
/// ```
/// use glassine::{Message, Verdict};
///
/// let message = Message::read(b"{\"id\":7}");
/// assert_eq!(message.verdict(), Verdict::Bare);
/// assert_eq!(message.payload(), b"{\"id\":7}");
/// assert!(!message.claims_sampled());
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    bytes: &'a [u8],
    head: Head,
}

impl<'a> Message<'a> {
    /// Reads a message of a mixed channel, with the default cap on the carrier: [`Reader::read`]. O(1).
    #[must_use]
    #[inline]
    pub fn read(bytes: &'a [u8]) -> Self {
        Reader::new().read(bytes)
    }

    #[inline]
    pub(crate) fn new(bytes: &'a [u8], head: Head) -> Self {
        Self { bytes, head }
    }

    #[cfg(feature = "alloc")]
    pub(crate) const fn head(self) -> Head {
        self.head
    }

    /// What the message is.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        self.head.verdict
    }

    /// What is wrong: with the header of a damaged message, or a carrier above the cap. What is wrong inside the carrier is in
    /// [`Carrier::faults`].
    #[must_use]
    pub const fn fault(self) -> Option<Fault> {
        self.head.fault
    }

    /// The version of a frame. `None` for bare and damaged messages.
    #[must_use]
    pub fn version(self) -> Option<u8> {
        self.head.is_framed().then_some(self.head.version)
    }

    /// Whether the header claims that the trace is sampled (`R-READ-7`): false for bare and damaged messages. A hint that saves work, before any
    /// trust policy. O(1), without touching the carrier.
    #[must_use]
    #[inline]
    pub const fn claims_sampled(self) -> bool {
        self.head.claims_sampled()
    }

    /// What the sender decided, if it did (`R-READ-8`). Looks at the ids, because a frame with an id that is all zero has no decision. O(1).
    #[must_use]
    pub fn decision(self) -> Option<Decision> {
        self.flags().map(|flags| if flags.is_sampled() { Decision::Sampled } else { Decision::Unsampled })
    }

    /// The trace flags that state the decision, where there is one.
    #[must_use]
    pub fn flags(self) -> Option<TraceFlags> {
        let decided = self.head.is_framed() && self.head.shape & DECIDED != 0 && !self.carrier().has_zero_id();
        decided.then_some(self.head.flags)
    }

    /// The context that the message carries, by value. `None` for every message that has none that is usable. O(1).
    #[must_use]
    #[inline]
    pub fn context(self) -> Option<TraceContext> {
        self.carrier().context()
    }

    /// The carrier, not parsed yet. Empty unless the message is enveloped and its carrier is within the cap. O(1).
    #[must_use]
    #[inline]
    pub fn carrier(self) -> Carrier<'a> {
        let head = self.head;
        if !head.has_readable_carrier() {
            return Carrier::EMPTY;
        }
        let bytes = self.bytes.get(HEADER_LEN..head.framed_payload_offset as usize).unwrap_or_default();
        Carrier::new(bytes, head.shape & IDS != 0, head.flags)
    }

    /// The payload, as it was sent: all of the message if it is bare or damaged. O(1), a view that keeps the message's buffer alive; copy it if you keep
    /// it longer.
    #[must_use]
    #[inline]
    pub fn payload(self) -> &'a [u8] {
        self.bytes.get(self.payload_offset()..).unwrap_or_default()
    }

    /// Where the payload begins: 0 for bare and damaged messages, 8 and the carrier's length for frames.
    #[must_use]
    #[inline]
    pub const fn payload_offset(self) -> usize {
        self.head.payload_offset()
    }

    /// All bytes of the message.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("verdict", &self.verdict())
            .field("fault", &self.fault().map(Fault::kind))
            .field("context", &self.context())
            .field("payload_len", &self.payload().len())
            .finish_non_exhaustive()
    }
}

/// What the header says: everything about a message but its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) verdict: Verdict,
    pub(crate) version: u8,
    pub(crate) flags: TraceFlags,
    pub(crate) shape: u8,
    /// Where the payload begins if the message is a frame.
    pub(crate) framed_payload_offset: u32,
    pub(crate) fault: Option<Fault>,
}

impl Head {
    pub(crate) const BARE: Self = Self {
        verdict: Verdict::Bare,
        version: 0,
        flags: TraceFlags::NONE,
        shape: 0,
        framed_payload_offset: 0,
        fault: None,
    };

    #[inline]
    const fn is_framed(&self) -> bool {
        matches!(self.verdict, Verdict::Enveloped | Verdict::UnknownVersion)
    }

    /// Whether the carrier is one of version 1 and within the cap.
    #[inline]
    pub(crate) const fn has_readable_carrier(&self) -> bool {
        matches!(self.verdict, Verdict::Enveloped) && self.fault.is_none()
    }

    #[inline]
    pub(crate) const fn claims_sampled(&self) -> bool {
        // Without DECIDED the flags are 0: anything else is damaged.
        self.is_framed() && self.flags.is_sampled()
    }

    #[inline]
    pub(crate) const fn payload_offset(&self) -> usize {
        if self.is_framed() { self.framed_payload_offset as usize } else { 0 }
    }
}

const _: () = assert!(size_of::<Message<'_>>() <= 40);
const _: () = assert!(size_of::<Option<FaultKind>>() == 1);
