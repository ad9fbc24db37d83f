//! Vectors of frames that are written, new or with the span id of a hop.

use data_encoding::HEXLOWER;
use glassine::{
    Envelope, Field, FieldType, SpanId, TraceContext, TraceFlags, TraceId, needs_escape, reparent,
};
use serde::Deserialize;
use serde_json::{Error, Value, json};

use crate::commands::vectors::hex::hex;

#[derive(Deserialize)]
struct WriteVector {
    write: WriteDescription,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct WriteDescription {
    context: Value,
    fields: Vec<WriteField>,
    #[serde(deserialize_with = "hex")]
    payload: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct WriteField {
    r#type: u8,
    #[serde(deserialize_with = "hex")]
    value: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct WriteContext {
    #[serde(deserialize_with = "hex")]
    trace_id: [u8; TraceId::LEN],
    #[serde(deserialize_with = "hex")]
    span_id: [u8; SpanId::LEN],
    #[serde(deserialize_with = "hex")]
    trace_flags: [u8; 1],
}

/// The message that is written; null if it is refused.
pub(crate) fn written(vector: &Value) -> Result<Value, Error> {
    let WriteDescription { context, fields, payload } = WriteVector::deserialize(vector)?.write;
    let envelope = match &context {
        Value::Null => Some(Envelope::escape()),
        Value::String(marker) if marker == "unsampled" => Some(Envelope::unsampled()),
        context => WriteContext::deserialize(context)?.context().map(Envelope::new),
    };
    if context.is_null() && fields.is_empty() && !needs_escape(&payload) {
        return Ok(json!({ "result": HEXLOWER.encode(&payload) }));
    }
    // What the library's types do not admit is refused, as is what its writer refuses.
    let fields: Option<Vec<Field<'_>>> =
        fields.iter().map(|field| Field::parse(FieldType(field.r#type), &field.value)).collect();
    let frame = envelope.zip(fields).and_then(|(envelope, fields)| {
        let frame = envelope.with_fields(&fields).encode_to_vec(&payload);
        frame.ok()
    });
    Ok(json!({ "result": frame.map(|frame| HEXLOWER.encode(&frame)) }))
}

impl WriteContext {
    fn context(&self) -> Option<TraceContext> {
        let [flags] = self.trace_flags;
        let trace_id = TraceId::from_bytes(self.trace_id)?;
        Some(TraceContext::new(
            trace_id,
            SpanId::from_bytes(self.span_id)?,
            TraceFlags::from_u8(flags),
        ))
    }
}

#[derive(Deserialize)]
struct ReparentVector {
    #[serde(deserialize_with = "hex")]
    message: Vec<u8>,
    #[serde(deserialize_with = "hex")]
    span_id: [u8; SpanId::LEN],
}

/// The message with another span id; null if it has none.
pub(crate) fn reparented(vector: &Value) -> Result<Value, Error> {
    let vector = ReparentVector::deserialize(vector)?;
    let mut buffer = vector.message.clone();
    // The library's types do not admit an id that is all zero.
    let span_id = SpanId::from_bytes(vector.span_id);
    let result = span_id
        .and_then(|span_id| reparent(&mut buffer, span_id))
        .map(|frame| HEXLOWER.encode(frame));
    if result.is_none() && buffer != vector.message {
        return Ok(json!({ "result": "nothing, but the message was changed" }));
    }
    Ok(json!({ "result": result }))
}
