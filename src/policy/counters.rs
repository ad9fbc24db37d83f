//! Counters of what was read and sent, for the people who run a channel.

use core::sync::atomic::{AtomicUsize, Ordering};

use crate::fault::FaultKind;
use crate::policy::trust::Trust;
use crate::reading::Reading;
use crate::verdict::{Decision, Verdict};

/// What was counted, kind by kind. One row of a table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Count {
    /// Read: bare.
    Bare,
    /// Read: enveloped, and sampled.
    Sampled,
    /// Read: enveloped, with an unsampled context.
    Unsampled,
    /// Read: enveloped, with a decision against the trace and no ids.
    Marker,
    /// Read: enveloped, with nothing known: the escape, or fields without a context.
    Undecided,
    /// Read: a frame of another version.
    UnknownVersion,
    /// Read: damaged, and delivered whole.
    Damaged,
    /// Read: claims that the trust policy took away, wholly or in part.
    DroppedByPolicy,
    /// Sent: a payload in the escape.
    Escaped,
    /// Read: one copy for many (a thinning), by a receiver that was not told its name (`R-THIN-3`).
    Unnamed,
}

impl Count {
    /// Every kind, in this order.
    pub const ALL: [Self; 10] = [
        Self::Bare,
        Self::Sampled,
        Self::Unsampled,
        Self::Marker,
        Self::Undecided,
        Self::UnknownVersion,
        Self::Damaged,
        Self::DroppedByPolicy,
        Self::Escaped,
        Self::Unnamed,
    ];

    /// A name for metrics and logs, such as `dropped_by_policy`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Sampled => "sampled",
            Self::Unsampled => "unsampled",
            Self::Marker => "marker",
            Self::Undecided => "undecided",
            Self::UnknownVersion => "unknown_version",
            Self::Damaged => "damaged",
            Self::DroppedByPolicy => "dropped_by_policy",
            Self::Escaped => "escaped",
            Self::Unnamed => "unnamed",
        }
    }
}

/// Counters that any thread may add to, without a lock. They wrap where the machine's word ends.
/// Counting is an atomic addition, or two; a snapshot reads each counter once.
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
/// assert_eq!(snapshot.count(Count::Bare), 1);
/// assert_eq!(snapshot.count(Count::Damaged), 1);
/// assert_eq!(snapshot.fault(FaultKind::TruncatedHeader), 1);
/// ```
#[derive(Debug)]
pub struct Counters {
    counts: [AtomicUsize; Count::ALL.len()],
    faults: [AtomicUsize; FaultKind::ALL.len()],
}

impl Counters {
    /// All zero.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            counts: [const { AtomicUsize::new(0) }; Count::ALL.len()],
            faults: [const { AtomicUsize::new(0) }; FaultKind::ALL.len()],
        }
    }

    /// Counts a message that was read: its kind, and its fault if it has one. Looks at the ids, and
    /// at nothing else in the carrier.
    pub fn record_reading(&self, message: Reading<'_>) {
        let count = match (message.verdict(), message.decision()) {
            (Verdict::Bare, _) => Count::Bare,
            (Verdict::Damaged, _) => Count::Damaged,
            (Verdict::UnknownVersion, _) => Count::UnknownVersion,
            (Verdict::Enveloped, Some(Decision::Sampled)) => Count::Sampled,
            (Verdict::Enveloped, Some(Decision::Unsampled)) if message.context().is_some() => {
                Count::Unsampled
            }
            (Verdict::Enveloped, Some(Decision::Unsampled)) => Count::Marker,
            (Verdict::Enveloped, None) => Count::Undecided,
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

    /// Counts one more of a kind.
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

/// What [`Counters`] had counted at one moment. `Copy`; asking is O(1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Snapshot {
    counts: [usize; Count::ALL.len()],
    faults: [usize; FaultKind::ALL.len()],
}

impl Snapshot {
    /// How many of a kind.
    #[must_use]
    pub fn count(&self, count: Count) -> usize {
        self.counts.get(count as usize).copied().unwrap_or_default()
    }

    /// How many messages had this fault: damaged ones, and carriers above the cap.
    #[must_use]
    pub fn fault(&self, kind: FaultKind) -> usize {
        self.faults.get(kind as usize).copied().unwrap_or_default()
    }
}

fn add_one(counters: &[AtomicUsize], at: usize) {
    if let Some(counter) = counters.get(at) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
