//! Counters of what was read and sent, for the people who run a channel.

use core::sync::atomic::{AtomicUsize, Ordering};

use crate::fault::{Fault, FaultKind};
use crate::policy::trust::Trust;
use crate::reading::Reading;
use crate::verdict::{Decision, Verdict};

/// What is counted, kind by kind. The kinds of a group add up: every message that is read counts
/// once in [`READ`](Self::READ), every message that is sent once in [`SENT`](Self::SENT);
/// [`POLICY`](Self::POLICY) says what happened to some of them besides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Count {
    /// Read: bare.
    ReadBare,
    /// Read: enveloped, and sampled.
    ReadSampled,
    /// Read: enveloped, with an unsampled context.
    ReadUnsampled,
    /// Read: enveloped, with a decision against the trace and no ids.
    ReadMarker,
    /// Read: enveloped, with nothing known: the escape, or fields without a context.
    ReadUndecided,
    /// Read: a frame of another version.
    ReadUnknownVersion,
    /// Read: damaged, and delivered whole.
    ReadDamaged,
    /// Sent: bare.
    SentBare,
    /// Sent: with a sampled context.
    SentSampled,
    /// Sent: with the unsampled marker.
    SentMarker,
    /// Sent: with fields alone.
    SentUndecided,
    /// Sent: in the escape, because of how the payload begins, or because the channel is
    /// [always](crate::Mode::Always) enveloped.
    SentEscaped,
    /// Read: claims that the trust policy took away, wholly or in part.
    DroppedByPolicy,
    /// Read: what the channel's [mode](crate::Mode) takes for an error.
    Refused,
    /// Read: one copy for many (a thinning), by a receiver that was not told its name (`R-THIN-3`).
    Unnamed,
    /// Sent: without a context that was to be sent, because its trace is not in the rollout's
    /// share.
    OutOfShare,
    /// Sent: without fields, or members of lists, that the allow-list or a limit held back.
    FieldsDropped,
    /// Sent: without an envelope that was to be sent, because the message would have been too long;
    /// or too long, because its payload cannot do without the escape.
    TooLong,
}

impl Count {
    /// The kinds of messages that are read.
    pub const READ: [Self; 7] = [
        Self::ReadBare,
        Self::ReadSampled,
        Self::ReadUnsampled,
        Self::ReadMarker,
        Self::ReadUndecided,
        Self::ReadUnknownVersion,
        Self::ReadDamaged,
    ];

    /// The kinds of messages that are sent.
    pub const SENT: [Self; 5] = [
        Self::SentBare,
        Self::SentSampled,
        Self::SentMarker,
        Self::SentUndecided,
        Self::SentEscaped,
    ];

    /// What the policies and limits of a channel do to messages that were counted as read or sent.
    pub const POLICY: [Self; 6] = [
        Self::DroppedByPolicy,
        Self::Refused,
        Self::Unnamed,
        Self::OutOfShare,
        Self::FieldsDropped,
        Self::TooLong,
    ];

    /// A name for metrics and logs, such as `dropped_by_policy`, unique within its group.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadBare | Self::SentBare => "bare",
            Self::ReadSampled | Self::SentSampled => "sampled",
            Self::ReadUnsampled => "unsampled",
            Self::ReadMarker | Self::SentMarker => "marker",
            Self::ReadUndecided | Self::SentUndecided => "undecided",
            Self::ReadUnknownVersion => "unknown_version",
            Self::ReadDamaged => "damaged",
            Self::SentEscaped => "escaped",
            Self::DroppedByPolicy => "dropped_by_policy",
            Self::Refused => "refused",
            Self::Unnamed => "unnamed",
            Self::OutOfShare => "out_of_share",
            Self::FieldsDropped => "fields_dropped",
            Self::TooLong => "too_long",
        }
    }
}

/// How many kinds there are.
const KINDS: usize = Count::READ.len() + Count::SENT.len() + Count::POLICY.len();

/// Counters that any thread may add to, without a lock. They wrap where the machine's word ends.
/// Counting is an atomic addition, or two; a snapshot reads each counter once.
///
/// On machines whose atomics cannot add (Cortex-M0 and the like), counting is a load and a store:
/// an interrupt or another core that counts in between is lost.
///
/// ```
/// use glassine::{FaultKind, Reading};
/// use glassine::policy::{Count, Counters};
///
/// static COUNTERS: Counters = Counters::new();
///
/// COUNTERS.record_reading(Reading::read(b"{}"));
/// COUNTERS.record_reading(Reading::read(b"\x9E\x01\xC1\xDE\x00"));
/// let snapshot = COUNTERS.snapshot();
/// assert_eq!(snapshot.count(Count::ReadBare), 1);
/// assert_eq!(snapshot.count(Count::ReadDamaged), 1);
/// assert_eq!(snapshot.fault(FaultKind::TruncatedHeader), 1);
/// ```
#[derive(Debug)]
pub struct Counters {
    counts: [AtomicUsize; KINDS],
    faults: [AtomicUsize; FaultKind::ALL.len()],
}

impl Counters {
    /// All zero.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            counts: [const { AtomicUsize::new(0) }; KINDS],
            faults: [const { AtomicUsize::new(0) }; FaultKind::ALL.len()],
        }
    }

    /// Counts a message that was read: its kind, and its fault if it has one. Looks at the ids, and
    /// at nothing else in the carrier.
    pub fn record_reading(&self, message: Reading<'_>) {
        let count = match (message.verdict(), message.decision()) {
            (Verdict::Bare, _) => Count::ReadBare,
            (Verdict::Damaged, _) => Count::ReadDamaged,
            (Verdict::UnknownVersion, _) => Count::ReadUnknownVersion,
            (Verdict::Enveloped, Some(Decision::Sampled)) => Count::ReadSampled,
            (Verdict::Enveloped, Some(Decision::Unsampled)) if message.context().is_some() => {
                Count::ReadUnsampled
            }
            (Verdict::Enveloped, Some(Decision::Unsampled)) => Count::ReadMarker,
            (Verdict::Enveloped, None) => Count::ReadUndecided,
        };
        self.record(count);
        if let Some(fault) = message.fault() {
            add_one(&self.faults, fault.kind() as usize);
        }
    }

    /// Counts a message of whose decision this trust believes less than there is. What could not be
    /// read was not dropped by a policy.
    pub fn record_judgement(&self, reading: Reading<'_>, trust: Trust) {
        if trust != Trust::Accept && reading.decision().is_some() {
            self.record(Count::DroppedByPolicy);
        }
    }

    /// Counts a message that a channel of its mode refuses, with the fault that it names, unless
    /// the reading had that fault already and was counted with it.
    pub fn record_refusal(&self, reading: Option<Fault>, refusal: Fault) {
        self.record(Count::Refused);
        if reading.map(Fault::kind) != Some(refusal.kind()) {
            add_one(&self.faults, refusal.kind() as usize);
        }
    }

    /// Counts one more of a kind.
    #[inline]
    pub fn record(&self, count: Count) {
        add_one(&self.counts, count as usize);
    }

    /// The counts at this moment. Each is exact; together they may be a message apart while others
    /// count.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let load = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        Snapshot {
            counts: self.counts.each_ref().map(load),
            faults: self.faults.each_ref().map(load),
        }
    }
}

impl Default for Counters {
    fn default() -> Self {
        Self::new()
    }
}

/// What [`Counters`] had counted at one moment, or between two. `Copy`; asking is O(1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Snapshot {
    counts: [usize; KINDS],
    faults: [usize; FaultKind::ALL.len()],
}

impl Snapshot {
    /// How many of a kind.
    #[must_use]
    pub fn count(&self, count: Count) -> usize {
        self.counts.get(count as usize).copied().unwrap_or_default()
    }

    /// How many of all these kinds: `sum(Count::READ)` is the number of messages read.
    #[must_use]
    pub fn sum(&self, counts: impl IntoIterator<Item = Count>) -> usize {
        counts.into_iter().fold(0, |sum, count| sum.wrapping_add(self.count(count)))
    }

    /// What was counted since an earlier snapshot of the same counters. Right also where a counter
    /// has wrapped once.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut difference = *self;
        for (now, before) in difference.counts.iter_mut().zip(&earlier.counts) {
            *now = now.wrapping_sub(*before);
        }
        for (now, before) in difference.faults.iter_mut().zip(&earlier.faults) {
            *now = now.wrapping_sub(*before);
        }
        difference
    }

    /// How many messages had this fault: damaged ones, carriers above the cap, and what a channel
    /// of its mode refused for it.
    #[must_use]
    pub fn fault(&self, kind: FaultKind) -> usize {
        self.faults.get(kind as usize).copied().unwrap_or_default()
    }
}

#[inline]
fn add_one(counters: &[AtomicUsize], at: usize) {
    if let Some(counter) = counters.get(at) {
        #[cfg(target_has_atomic = "ptr")]
        counter.fetch_add(1, Ordering::Relaxed);
        #[cfg(not(target_has_atomic = "ptr"))]
        counter.store(counter.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }
}
