//! Fan-out sampling: the more recipients a message has, the fewer of them get its context
//! (specification section 17).

use core::num::NonZeroU32;

use crate::id::TraceId;
use crate::policy::hash;

/// A table that says, for a number of recipients, one in how many of them gets the sampled context.
///
/// Rates between the points are interpolated on logarithmic scales and rounded to one in a whole
/// number, so that the weight is exact. Below the first point the first rate holds, above the last
/// the last.
///
/// ```
/// use glassine::policy::FanOut;
///
/// let one_in = |recipients| FanOut::DEFAULT.one_in(recipients).get();
/// assert_eq!([1, 25, 100, 1_000, 10_000, 5_000_000].map(one_in), [1, 5, 10, 100, 1_000, 1_000]);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FanOut<'a> {
    points: &'a [FanOutPoint],
}

/// A point of a [`FanOut`] table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a table is written down by its fields")]
pub struct FanOutPoint {
    /// The number of recipients.
    pub recipients: NonZeroU32,
    /// One in so many of them gets the context: the weight of those that do.
    pub one_in: NonZeroU32,
}

impl FanOut<'static> {
    /// 100 % at 1 recipient, 10 % at 100, 0.1 % at 10,000 and more.
    pub const DEFAULT: Self = Self { points: &[point(1, 1), point(100, 10), point(10_000, 1_000)] };
}

impl<'a> FanOut<'a> {
    /// A table of your own. `None` if it is empty or its numbers of recipients do not ascend
    /// (`R-FAN-4`). O(points).
    #[must_use]
    pub fn new(points: &'a [FanOutPoint]) -> Option<Self> {
        let ascends =
            points.windows(2).all(|pair| matches!(pair, [a, b] if a.recipients < b.recipients));
        (ascends && !points.is_empty()).then_some(Self { points })
    }

    /// One in how many of so many recipients gets the context (`R-FAN-1`, `R-FAN-4`). 0 recipients
    /// count as 1. Once a fan-out, not once a recipient: between two points it takes a logarithm.
    #[must_use]
    pub fn one_in(self, recipients: u32) -> NonZeroU32 {
        let recipients = recipients.max(1);
        let above = self.points.partition_point(|point| point.recipients.get() <= recipients);
        let below = above.checked_sub(1).and_then(|below| self.points.get(below));
        match (below, self.points.get(above)) {
            // At a point there is nothing to interpolate: such as for one recipient.
            (Some(point), _) if point.recipients.get() == recipients => point.one_in,
            (Some(below), Some(above)) => interpolate(*below, *above, recipients),
            (Some(point), None) | (None, Some(point)) => point.one_in,
            (None, None) => NonZeroU32::MIN,
        }
    }
}

/// Whether a recipient of a fan-out gets the sampled context, given one in how many do (`R-FAN-2`).
/// `weight` is that of the message that the fan-out comes from, before it is multiplied: fan-outs
/// inside one another then choose independently, even where recipients have equal names.
///
/// A receiver of a copy that went to many asks the same of itself (`R-THIN-1`): with its own name,
/// the weight in the frame and the frame's [thinning](crate::Carrier::thinning).
///
/// The same recipient of the same message always decides the same, so that a retry agrees; who is
/// chosen at one in ten is also chosen at one in five. Two hashes, unless one in one is chosen; the
/// second takes least of a name of 4 bytes, an integer.
#[must_use]
pub fn fan_out_selects(
    trace_id: TraceId,
    weight: Option<NonZeroU32>,
    recipient: &[u8],
    one_in: NonZeroU32,
) -> bool {
    // One in one is everybody, whatever the hash is.
    if one_in == NonZeroU32::MIN {
        return true;
    }
    let fan_out = hash::of_fan_out(trace_id, weight);
    match <&[u8; 4]>::try_from(recipient) {
        // Of a length that is known here, the hash asks nothing on the way.
        Ok(integer) => is_below(hash::of_recipient(fan_out, integer), one_in),
        Err(_) => selects_some(fan_out, recipient, one_in),
    }
}

/// The same for all recipients of a fan-out, of which [`hash::of_fan_out`] was made once.
#[cfg(feature = "bytes")]
#[inline]
pub(crate) fn selects(fan_out: u64, recipient: &[u8], one_in: NonZeroU32) -> bool {
    one_in == NonZeroU32::MIN || selects_some(fan_out, recipient, one_in)
}

/// The same where not everybody is chosen.
// Not inlined, so that messages to everybody save no registers for the hash.
#[inline(never)]
fn selects_some(fan_out: u64, recipient: &[u8], one_in: NonZeroU32) -> bool {
    is_below(hash::of_recipient(fan_out, recipient), one_in)
}

#[inline]
fn is_below(hash: u64, one_in: NonZeroU32) -> bool {
    // h < 2⁶⁴ / N, without leaving 64 bits.
    hash.checked_mul(u64::from(one_in.get())).is_some()
}

/// The weight of a message that a fan-out made of one that already had a weight: the product, or
/// the largest weight if that is more (`R-FAN-3`).
#[cfg(feature = "bytes")]
pub(crate) fn nested_weight(inherited: Option<NonZeroU32>, one_in: NonZeroU32) -> NonZeroU32 {
    inherited.map_or(one_in, |inherited| inherited.saturating_mul(one_in))
}

fn interpolate(below: FanOutPoint, above: FanOutPoint, recipients: u32) -> NonZeroU32 {
    let ratio = |to: NonZeroU32, from: NonZeroU32| f64::from(to.get()) / f64::from(from.get());
    let way = libm::log(f64::from(recipients) / f64::from(below.recipients.get()))
        / libm::log(ratio(above.recipients, below.recipients));
    let one_in = f64::from(below.one_in.get()) * libm::pow(ratio(above.one_in, below.one_in), way);
    // Exact halves come out a little below or above; they all round up.
    NonZeroU32::new((one_in + 0.5 + 1e-9) as u32).unwrap_or(NonZeroU32::MIN)
}

const fn point(recipients: u32, one_in: u32) -> FanOutPoint {
    match (NonZeroU32::new(recipients), NonZeroU32::new(one_in)) {
        (Some(recipients), Some(one_in)) => FanOutPoint { recipients, one_in },
        _ => panic!("a point of zero recipients or at a rate of one in zero"),
    }
}
