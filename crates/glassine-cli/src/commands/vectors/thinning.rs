//! Vectors of one copy for many, and of the weights of fan-outs.

use std::num::NonZeroU32;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use glassine::policy::{FanOut, Propagation, Rollout, Trust};
use glassine::{Channel, Decision, Field, Origin, SpanId, TraceContext, TraceFlags, TraceId};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Error, Value, json};

use crate::commands::vectors::hex::hex;
use crate::commands::vectors::write::ContextVector;

#[derive(Deserialize)]
struct WeightVector {
    weight: Option<NonZeroU32>,
    one_in: NonZeroU32,
}

/// The weight of a message that a fan-out chose.
pub(crate) fn nested_weight(vector: &Value) -> Result<Value, Error> {
    let WeightVector { weight, one_in } = WeightVector::deserialize(vector)?;
    let any = TraceId::from_u128(1).zip(SpanId::from_u64(1));
    let any = any.map(|(trace, span)| TraceContext::new(trace, span, TraceFlags::SAMPLED));
    let origin = Origin::from(any).with_fields(weight.map(Field::FanOutWeight).as_slice());
    // A weight of 1 says nothing, and is left out.
    let result = origin.fanned_out(one_in).weight().unwrap_or(NonZeroU32::MIN);
    Ok(json!({ "result": result }))
}

#[derive(Deserialize)]
struct ThinnedVector {
    #[serde(deserialize_with = "hex")]
    message: Vec<u8>,
    #[serde(deserialize_with = "name")]
    receiver: Option<Vec<u8>>,
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    name.map(|name| HEXLOWER.decode(name.as_bytes()).map_err(D::Error::custom)).transpose()
}

/// What a receiver of this name makes of a message whose sender it believes.
pub(crate) fn thinned(vector: &Value) -> Result<Value, Error> {
    let ThinnedVector { message, receiver } = ThinnedVector::deserialize(vector)?;
    let channel = Channel::new().with_trust(Trust::Accept);
    let message = Bytes::from(message);
    let received = match receiver {
        Some(name) => channel.receiver().with_name(&name).receive(message),
        None => channel.receive(message),
    };
    let decision = match received.origin().propagation() {
        Propagation::Continue(context) if context.is_sampled() => Some(Decision::Sampled),
        Propagation::Continue(_) | Propagation::Suppress => Some(Decision::Unsampled),
        _ => None,
    };
    let weight = received.origin().weight();
    Ok(json!({ "decision": decision.map(Decision::name), "weight": weight }))
}

#[derive(Deserialize)]
struct ThinVector {
    context: ContextVector,
    weight: Option<NonZeroU32>,
    recipients: u32,
    #[serde(deserialize_with = "hex")]
    payload: Vec<u8>,
}

/// One copy for so many recipients.
pub(crate) fn thinning(vector: &Value) -> Result<Value, Error> {
    let ThinVector { context, weight, recipients, payload } = ThinVector::deserialize(vector)?;
    let origin =
        Origin::from(context.context()).with_fields(weight.map(Field::FanOutWeight).as_slice());
    let channel = Channel::new().with_rollout(Rollout::On);
    let wrapper = channel.wrapper_for_many(&origin, recipients, FanOut::DEFAULT);
    let message = wrapper.wrap(Bytes::from(payload)).into_bytes();
    Ok(json!({ "result": HEXLOWER.encode(&message) }))
}
