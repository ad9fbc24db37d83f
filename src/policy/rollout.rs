//! The rollout switch: whether frames are read and written, for which share of traces, changed
//! while the program runs.

use core::fmt;
use core::str::FromStr;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::context::TraceContext;
use crate::envelope::{Envelope, Says};
use crate::id::TraceId;
use crate::policy::share::Share;
use crate::reader::Reader;
use crate::reading::Reading;
use crate::setting::{ParseSettingError, setting};

/// How far the rollout of a channel has come (law 8: receivers first).
///
/// As text it is `off`, `count_only`, `receive_only`, `on`, or the share, such as `30 %`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Rollout {
    /// Frames are neither read nor written: the program behaves as without Glassine. The way back
    /// is [`ReceiveOnly`](Self::ReceiveOnly): a frame that is still under way reaches a program
    /// that is off as it is, header and all.
    Off,
    /// Frames are read and counted, and every message is delivered whole, as if it had come bare:
    /// the dry run of a program that receives. What its counters call anything but bare looks like
    /// a frame, and is none, while nobody sends.
    CountOnly,
    /// Frames are read and not written; nothing is escaped. Where every member starts.
    #[default]
    ReceiveOnly,
    /// Frames are read, and written for a share of all traces. Payloads are escaped, whatever the
    /// share is.
    Share(Share),
    /// Frames are read and written.
    On,
}

/// A [`Rollout`] that any thread may change while others go by it: one atomic word, no lock.
///
/// ```
/// use glassine::policy::{Rollout, RolloutSwitch, Share};
///
/// static ORDERS: RolloutSwitch = RolloutSwitch::new(Rollout::ReceiveOnly);
///
/// ORDERS.set(Rollout::Share(Share::from_millionths(10_000).unwrap())); // 1 % of traces
/// ORDERS.set(Rollout::On);
/// ORDERS.set(Rollout::ReceiveOnly); // and back
/// assert_eq!(ORDERS.get(), Rollout::ReceiveOnly);
/// ```
#[derive(Debug)]
pub struct RolloutSwitch {
    /// A position by its number, or the millionths of a share behind the last number.
    word: AtomicU32,
}

impl RolloutSwitch {
    /// A switch in this position.
    #[must_use]
    pub const fn new(rollout: Rollout) -> Self {
        Self { word: AtomicU32::new(word(rollout)) }
    }

    /// The position. One relaxed load.
    #[must_use]
    #[inline]
    pub fn get(&self) -> Rollout {
        match self.word.load(Ordering::Relaxed) {
            OFF => Rollout::Off,
            COUNT_ONLY => Rollout::CountOnly,
            RECEIVE_ONLY => Rollout::ReceiveOnly,
            ON => Rollout::On,
            share => Rollout::Share(Share { millionths: share - FIRST_SHARE }),
        }
    }

    /// Whether it stands at this position or beyond it.
    #[cfg(feature = "bytes")]
    #[inline]
    pub(crate) fn has_reached(&self, least: Threshold) -> bool {
        self.word.load(Ordering::Relaxed) >= least.0
    }

    /// Moves the switch: one relaxed store. Messages that are being written at that moment go by
    /// the old position or by the new one, each as a whole. Switches of several channels are moved
    /// one by one.
    pub fn set(&self, rollout: Rollout) {
        self.word.store(word(rollout), Ordering::Relaxed);
    }

    /// Reads a message of a mixed channel, or leaves it alone while the switch is off or counts
    /// only: its payload is then all of it. O(1).
    #[must_use]
    pub fn read<'a>(&self, reader: Reader, bytes: &'a [u8]) -> Reading<'a> {
        if self.get().receives() { reader.read(bytes) } else { Reading::bare(bytes) }
    }

    /// What goes in front of a payload, given the context of the span that sends it. `None`: the
    /// payload goes as it is.
    ///
    /// Only a sampled context travels, and only if its trace is in the share. `unsampled` says what
    /// an unsampled one becomes. While anything may be sent, a payload whose first byte asks for it
    /// is escaped (`R-WRITE-2`); while the switch is off or receives only, nothing is
    /// (`O-WRITE-2`). Allocates nothing; for a payload that is not sampled it costs a load and a
    /// few comparisons.
    ///
    /// ```
    /// use glassine::policy::{Rollout, RolloutSwitch, Unsampled};
    ///
    /// let switch = RolloutSwitch::new(Rollout::On);
    /// let context = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
    /// let envelope = switch.envelope(Some(context), Unsampled::Bare, b"{}").expect("sampled");
    /// assert_eq!(envelope.encoded_len(), Ok(32));
    /// assert_eq!(switch.envelope(None, Unsampled::Bare, b"{}"), None);
    /// # Ok::<(), glassine::w3c::ParseError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn envelope(
        &self,
        context: Option<TraceContext>,
        unsampled: Unsampled,
        payload: &[u8],
    ) -> Option<Envelope<'static>> {
        let rollout = self.get();
        let says = rollout.says(context, unsampled);
        let says = if rollout.sends() { Says::or_escape(says, payload) } else { says };
        says.map(Envelope::saying)
    }
}

impl Rollout {
    /// Whether frames are read, and delivered as what they are.
    #[must_use]
    #[inline]
    pub const fn receives(self) -> bool {
        !matches!(self, Self::Off | Self::CountOnly)
    }

    /// Whether anything may be sent: whether payloads are escaped.
    #[must_use]
    #[inline]
    pub const fn sends(self) -> bool {
        matches!(self, Self::Share(_) | Self::On)
    }

    /// Whether the decision about a trace is sent.
    #[inline]
    pub(crate) fn includes(self, trace_id: TraceId) -> bool {
        match self {
            Self::Off | Self::CountOnly | Self::ReceiveOnly => false,
            Self::Share(share) => share.contains(trace_id),
            Self::On => true,
        }
    }

    /// What goes in front of a payload that needs no escape.
    #[inline]
    pub(crate) fn says(self, context: Option<TraceContext>, unsampled: Unsampled) -> Option<Says> {
        let context = context?;
        let travels = context.is_sampled() || unsampled == Unsampled::Marker;
        (travels && self.includes(context.trace_id()))
            .then(|| if context.is_sampled() { Says::Context(context) } else { Says::Unsampled })
    }
}

impl fmt::Display for Rollout {
    /// Writes `off`, `count_only`, `receive_only`, `on`, or the share.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.pad("off"),
            Self::CountOnly => f.pad("count_only"),
            Self::ReceiveOnly => f.pad("receive_only"),
            Self::Share(share) => share.fmt(f),
            Self::On => f.pad("on"),
        }
    }
}

impl FromStr for Rollout {
    type Err = ParseSettingError;

    /// Reads `off`, `count_only`, `receive_only`, `on`, or a share as [`Share`] is read.
    fn from_str(text: &str) -> Result<Self, ParseSettingError> {
        match text {
            "off" => Ok(Self::Off),
            "count_only" => Ok(Self::CountOnly),
            "receive_only" => Ok(Self::ReceiveOnly),
            "on" => Ok(Self::On),
            text => text.parse().map(Self::Share).map_err(|_| ParseSettingError::or_share(NAMES)),
        }
    }
}

impl Default for RolloutSwitch {
    /// Receive only.
    fn default() -> Self {
        Self::new(Rollout::default())
    }
}

setting! {
    /// What becomes of a context that is not sampled.
    Unsampled
    /// The payload goes bare.
    #[default]
    Bare = "bare";
    /// The unsampled marker goes in front of it: for receivers that would start traces of their own
    /// otherwise (`O-WRITE-3`).
    Marker = "marker";
}

/// A position from which on something holds, in the order in which positions stand: to ask for it
/// is one comparison.
#[cfg(feature = "bytes")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Threshold(u32);

#[cfg(feature = "bytes")]
impl Threshold {
    /// Wherever the switch stands.
    pub(crate) const ANY: Self = Self(OFF);
    /// Wherever it is not off.
    pub(crate) const COUNT_ONLY: Self = Self(COUNT_ONLY);
    /// Wherever frames are read.
    pub(crate) const RECEIVE_ONLY: Self = Self(RECEIVE_ONLY);
    /// Nowhere: no share is so large.
    pub(crate) const NEVER: Self = Self(u32::MAX);
}

const fn word(rollout: Rollout) -> u32 {
    match rollout {
        Rollout::Off => OFF,
        Rollout::CountOnly => COUNT_ONLY,
        Rollout::ReceiveOnly => RECEIVE_ONLY,
        Rollout::On => ON,
        Rollout::Share(share) => FIRST_SHARE + share.millionths,
    }
}

const OFF: u32 = 0;
const COUNT_ONLY: u32 = 1;
const RECEIVE_ONLY: u32 = 2;
const ON: u32 = 3;
const FIRST_SHARE: u32 = 4;

/// Those that have a name.
const NAMES: &[&str] = &["off", "count_only", "receive_only", "on"];
