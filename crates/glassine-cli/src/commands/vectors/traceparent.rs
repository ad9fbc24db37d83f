//! Vectors of `traceparent` texts.

use glassine::TraceContext;
use serde::Deserialize;
use serde_json::{Error, Value, json};

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
