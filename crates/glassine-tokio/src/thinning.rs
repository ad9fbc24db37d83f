//! One send, many receivers: which of them get the context.

use core::fmt;
use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use glassine::policy::{FanOut, Propagation, fan_out_selects};
use glassine::{Origin, TraceContext, Traced};

/// Holds a value that many receive, where it comes from, and one in how many of them gets the
/// context: what tokio's own ends inside [`broadcast`](crate::broadcast) and
/// [`watch`](crate::watch) hold.
///
/// The receivers of a channel have numbers: 0 for the one that the channel was made with, then one
/// more for each that subscribes or is cloned. No number is given twice.
#[derive(Clone, PartialEq, Eq)]
pub struct Thinned<M> {
    value: M,
    origin: Origin,
    one_in: NonZeroU32,
    /// The first number that was not given yet when the value was sent. Who has it, or a greater
    /// one, was no recipient.
    next: u64,
}

impl<M> Thinned<M> {
    /// For so many receivers, and for whoever subscribes later if the channel shows it to them. The
    /// table and the number of receivers, which tokio counts under a lock, are asked for sampled
    /// contexts only.
    #[inline]
    pub(crate) fn new(
        value: M,
        origin: Origin,
        table: FanOut<'static>,
        receivers: impl FnOnce() -> usize,
    ) -> Self {
        let one_in = match sampled(&origin) {
            Some(_) => table.one_in(u32::try_from(receivers()).unwrap_or(u32::MAX)),
            None => NonZeroU32::MIN,
        };
        Self { value, origin, one_in, next: u64::MAX }
    }

    /// A value that nobody sent.
    pub(crate) fn bare(value: M) -> Self {
        Self { value, origin: Origin::default(), one_in: NonZeroU32::MIN, next: u64::MAX }
    }

    /// For those only who have a number already.
    pub(crate) fn for_present(self, numbers: &Numbers) -> Self {
        Self { next: numbers.peek(), ..self }
    }

    /// Returns the value.
    #[must_use]
    pub const fn value(&self) -> &M {
        &self.value
    }

    /// The value, to change it.
    pub(crate) const fn value_mut(&mut self) -> &mut M {
        &mut self.value
    }

    /// The value alone.
    pub(crate) fn into_value(self) -> M {
        self.value
    }

    /// Takes the place of where the value comes from, and leaves the value.
    pub(crate) fn replace_origin(&mut self, thinned: Thinned<()>) {
        let Thinned { value: (), origin, one_in, next } = thinned;
        (self.origin, self.one_in, self.next) = (origin, one_in, next);
    }

    /// Gives the value to the receiver of this number, with what it gets of the context.
    #[inline]
    pub(crate) fn into_traced_for(self, number: u64) -> Traced<M> {
        match self.part_for(number) {
            None => Traced::new(self.value, self.origin),
            Some(part) => Traced::new(self.value, part.of(self.origin)),
        }
    }

    /// What came back because nobody receives.
    pub(crate) fn into_traced(self) -> Traced<M> {
        Traced::new(self.value, self.origin)
    }

    /// Returns where the value comes from for the receiver of this number: the same whenever it
    /// asks. Two hashes where the value is thinned, and a clone of an [`Origin`].
    ///
    /// A receiver of a [`watch`](crate::watch) that has its number only since the value was sent
    /// was no recipient: it gets the decision against the trace, as one that was not chosen, and
    /// where nobody has decided for the trace, the origin as it is.
    #[must_use]
    pub fn origin_for(&self, number: u64) -> Origin {
        match self.part_for(number) {
            None => self.origin.clone(),
            Some(part) => part.of(self.origin.clone()),
        }
    }

    /// What the receiver of this number gets of the origin, where that is not all of it.
    #[inline]
    fn part_for(&self, number: u64) -> Option<Part> {
        let context = sampled(&self.origin)?;
        if number >= self.next {
            return Some(Part::Decision);
        }
        if self.one_in == NonZeroU32::MIN {
            return None;
        }
        let (weight, number) = (self.origin.weight(), number.to_be_bytes());
        let is_chosen = fan_out_selects(context.trace_id(), weight, &number, self.one_in);
        Some(if is_chosen { Part::Weighted { one_in: self.one_in } } else { Part::Decision })
    }
}

/// A part of an origin.
enum Part {
    /// The context, for one receiver in so many.
    Weighted { one_in: NonZeroU32 },
    /// The decision against the trace.
    Decision,
}

impl Part {
    /// Apart, so that an origin that is given whole is not moved on the way.
    #[inline(never)]
    fn of(self, origin: Origin) -> Origin {
        match self {
            Self::Weighted { one_in } => origin.fanned_out(one_in),
            Self::Decision => origin.not_chosen(),
        }
    }
}

impl<M> fmt::Debug for Thinned<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thinned")
            .field("origin", &self.origin)
            .field("one_in", &self.one_in)
            .finish_non_exhaustive()
    }
}

/// The context of a trace that somebody has decided for. What is only linked to decides nothing,
/// and is everybody's.
fn sampled(origin: &Origin) -> Option<TraceContext> {
    match origin.propagation() {
        Propagation::Continue(context) if context.is_sampled() => Some(context),
        _ => None,
    }
}

/// The numbers of a channel's receivers, in the order of their subscription.
#[derive(Clone, Default)]
pub(crate) struct Numbers(Arc<AtomicU64>);

impl Numbers {
    pub(crate) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    /// The number that the next receiver gets.
    fn peek(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
