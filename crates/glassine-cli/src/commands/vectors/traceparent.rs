//! Vectors of `traceparent` texts.

use glassine::TraceContext;
use serde::{Deserialize, de::Error as _};
use serde_json::{Error, Value, json};

use crate::commands::vectors::write::ContextVector;
use crate::show::json::ContextJson;

#[derive(Deserialize)]
struct TraceparentVector {
    text: String,
}

/// What a text says, and how that is written again.
pub(crate) fn traceparent(vector: &Value) -> Result<Value, Error> {
    let TraceparentVector { text } = TraceparentVector::deserialize(vector)?;
    Ok(match text.parse::<TraceContext>() {
        Ok(context) => {
            let written = context.to_traceparent();
            json!({ "reading": ContextJson::from(context), "written": written.as_str() })
        }
        Err(error) => json!({ "fault": { "kind": error.kind().name(), "offset": error.offset() } }),
    })
}

#[derive(Deserialize)]
struct MaskVector {
    context: ContextVector,
}

/// A text with the flags of level 2, and with the sampled flag alone.
pub(crate) fn masked(vector: &Value) -> Result<Value, Error> {
    let context = MaskVector::deserialize(vector)?.context.context();
    let context = context.ok_or_else(|| Error::custom("an id is all zero"))?;
    let (written, masked) = (context.to_traceparent(), context.to_traceparent_level_1());
    Ok(json!({ "written": written.as_str(), "masked": masked.as_str() }))
}
