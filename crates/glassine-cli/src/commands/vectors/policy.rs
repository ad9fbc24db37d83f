//! Vectors of what is decided alike in every language.

use std::num::NonZeroU32;

use glassine::TraceId;
use glassine::policy::{FanOut, FanOutPoint, Share, fan_out_selects};
use serde::{Deserialize, de::Error as _};
use serde_json::{Error, Value, json};

use crate::commands::vectors::hex::hex;

#[derive(Deserialize)]
struct ShareVector {
    #[serde(deserialize_with = "hex")]
    trace_id: [u8; TraceId::LEN],
    millionths: u32,
}

/// Whether a share of all traces has this one.
pub(crate) fn share(vector: &Value) -> Result<Value, Error> {
    let ShareVector { trace_id, millionths } = ShareVector::deserialize(vector)?;
    let share = Share::from_millionths(millionths)
        .ok_or_else(|| Error::custom("more than a million millionths"))?;
    Ok(json!({ "within": share.contains(not_zero(trace_id)?) }))
}

#[derive(Deserialize)]
struct FanOutVector {
    #[serde(deserialize_with = "hex")]
    trace_id: [u8; TraceId::LEN],
    weight: Option<NonZeroU32>,
    #[serde(deserialize_with = "hex")]
    recipient: Vec<u8>,
    one_in: NonZeroU32,
}

/// Whether a recipient is among those that get the context.
pub(crate) fn fan_out(vector: &Value) -> Result<Value, Error> {
    let FanOutVector { trace_id, weight, recipient, one_in } = FanOutVector::deserialize(vector)?;
    let selected = fan_out_selects(not_zero(trace_id)?, weight, &recipient, one_in);
    Ok(json!({ "selected": selected }))
}

#[derive(Deserialize)]
struct RateVector {
    recipients: u32,
}

/// Of how many recipients one gets the context.
pub(crate) fn rate(vector: &Value) -> Result<Value, Error> {
    let RateVector { recipients } = RateVector::deserialize(vector)?;
    Ok(json!({ "one_in": FanOut::DEFAULT.one_in(recipients) }))
}

#[derive(Deserialize)]
struct TableVector {
    points: Vec<TablePoint>,
    recipients: u32,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct TablePoint {
    recipients: u64,
    one_in: u64,
}

/// The same by a table of one's own; null if it is none.
pub(crate) fn table(vector: &Value) -> Result<Value, Error> {
    let TableVector { points, recipients } = TableVector::deserialize(vector)?;
    // The library's types admit neither zeros nor more than 32 bits.
    let number = |number: u64| NonZeroU32::new(u32::try_from(number).ok()?);
    let point = |TablePoint { recipients, one_in }| {
        Some(FanOutPoint { recipients: number(recipients)?, one_in: number(one_in)? })
    };
    let points: Option<Vec<_>> = points.into_iter().map(point).collect();
    let one_in =
        points.and_then(|points| FanOut::new(&points).map(|table| table.one_in(recipients)));
    Ok(json!({ "one_in": one_in }))
}

fn not_zero(trace_id: [u8; TraceId::LEN]) -> Result<TraceId, Error> {
    TraceId::from_bytes(trace_id).ok_or_else(|| Error::custom("the trace id is all zero"))
}
