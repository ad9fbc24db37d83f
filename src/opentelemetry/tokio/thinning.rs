//! One send, many receivers: which of them get the context.

use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use crate::{FanOut, Inbound, Origin, fan_out_selects};

/// The origin of a message that many receive, and one in how many of them gets it.
#[derive(Clone)]
pub(super) struct Thinned {
    origin: Origin,
    one_in: NonZeroU32,
}

impl Thinned {
    /// For so many receivers. The table is asked for sampled contexts only.
    pub(super) fn new(origin: Origin, table: FanOut<'static>, receivers: usize) -> Self {
        let is_sampled = origin.context().is_some_and(|context| context.is_sampled());
        let receivers = u32::try_from(receivers).unwrap_or(u32::MAX);
        let one_in = if is_sampled { table.one_in(receivers) } else { NonZeroU32::MIN };
        Self { origin, one_in }
    }

    /// A message that nobody sent.
    pub(super) fn bare() -> Self {
        Self { origin: Origin::default(), one_in: NonZeroU32::MIN }
    }

    /// What came back because nobody receives.
    pub(super) fn into_origin(self) -> Origin {
        self.origin
    }

    /// What the receiver of this number gets: the same whenever it asks.
    pub(super) fn origin_for(&self, number: u64) -> Origin {
        let Some(context) = self.origin.context().filter(|_| self.one_in.get() > 1) else {
            return self.origin.clone();
        };
        if fan_out_selects(context.trace_id(), &number.to_be_bytes(), self.one_in) {
            self.origin.clone().fanned_out(self.one_in)
        } else {
            Origin::new(Inbound::DoNotStart)
        }
    }
}

/// The numbers of a channel's receivers, in the order of their subscription.
#[derive(Clone, Default)]
pub(super) struct Numbers(Arc<AtomicU64>);

impl Numbers {
    pub(super) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}
