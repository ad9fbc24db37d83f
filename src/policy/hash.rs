//! The hash by which shares and fan-outs are decided, the same in every language (specification
//! section 17).

use core::num::NonZeroU32;

use twox_hash::XxHash64;

use crate::id::TraceId;

/// `R-SHARE-1`: XXH64 of the trace id's bytes with seed 0. Looks at all 16 bytes, unlike
/// OpenTelemetry's `TraceIdRatioBased`, which compares the last 8 of them with a threshold.
#[inline]
pub(crate) fn of_trace(trace_id: TraceId) -> u64 {
    XxHash64::oneshot(0, trace_id.as_bytes())
}

/// `R-FAN-2`: the seed of a fan-out's hashes, which takes in the weight of the message, so that the
/// levels of nested fan-outs choose independently. It is the same for all recipients.
#[inline]
pub(crate) fn of_fan_out(trace_id: TraceId, weight: Option<NonZeroU32>) -> u64 {
    let weight = weight.map_or(0, NonZeroU32::get);
    // A weight of 1 says nothing.
    let seed = if weight == 1 { 0 } else { u64::from(weight) };
    XxHash64::oneshot(seed, trace_id.as_bytes())
}

/// `R-FAN-2`: XXH64 of the recipient's bytes, seeded with that of the fan-out.
#[inline]
pub(crate) fn of_recipient(fan_out: u64, recipient: &[u8]) -> u64 {
    if recipient.len() < STRIPE_LEN {
        XxHash64::oneshot(fan_out, recipient)
    } else {
        of_stripes(fan_out, recipient)
    }
}

// Apart, because its loop saves registers that no shorter name needs.
#[cold]
#[inline(never)]
fn of_stripes(fan_out: u64, recipient: &[u8]) -> u64 {
    XxHash64::oneshot(fan_out, recipient)
}

/// So many bytes at a time XXH64 takes, of those that have as many.
const STRIPE_LEN: usize = 32;
