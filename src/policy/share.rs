//! A share of all traces, the same in every program and every language.

use crate::id::TraceId;
use crate::policy::hash;

/// A share of all traces, in millionths (specification section 17). A trace is in it or not as a
/// whole, in every program and every language: a hash of the trace id decides. Who is in a smaller
/// share is in every larger one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Share {
    pub(super) millionths: u32,
}

impl Share {
    /// So many millionths of all traces: 10,000 are 1 %. `None` above 1,000,000.
    #[must_use]
    pub const fn from_millionths(millionths: u32) -> Option<Self> {
        if millionths > MILLION { None } else { Some(Self { millionths }) }
    }

    /// The share in millionths.
    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.millionths
    }

    /// Whether a trace is in the share (`R-SHARE-2`). One hash of 16 bytes.
    #[must_use]
    pub fn contains(self, trace_id: TraceId) -> bool {
        let threshold = (u64::from(self.millionths) << 32) / u64::from(MILLION);
        hash::of_trace(trace_id) >> 32 < threshold
    }
}

pub(crate) const MILLION: u32 = 1_000_000;
