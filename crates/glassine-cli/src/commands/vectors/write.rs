//! Vectors of frames that are written, new or with the span id of a hop.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use glassine::policy::{Rollout, RolloutSwitch, Unsampled};
use glassine::text::TextReading;
use glassine::{
    Envelope, Field, FieldType, SpanId, TraceContext, TraceFlags, TraceId, needs_escape, reparent,
};
use serde::{Deserialize, de::Error as _};
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
    fields: Vec<FieldVector>,
    #[serde(deserialize_with = "hex")]
    payload: Vec<u8>,
}

/// A field as an application gives it.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct FieldVector {
    r#type: u8,
    #[serde(deserialize_with = "hex")]
    value: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct ContextVector {
    #[serde(deserialize_with = "hex")]
    trace_id: [u8; TraceId::LEN],
    #[serde(deserialize_with = "hex")]
    span_id: [u8; SpanId::LEN],
    #[serde(deserialize_with = "hex")]
    trace_flags: [u8; 1],
}

/// The message that is written; null if it is refused.
pub(crate) fn written(vector: &Value) -> Result<Value, Error> {
    let written = WriteVector::deserialize(vector)?.write.in_binary()?;
    Ok(json!({ "result": written.map(|message| HEXLOWER.encode(&message)) }))
}

#[derive(Deserialize)]
struct SendVector {
    channel: String,
    sending: String,
    write: WriteDescription,
}

/// The message that goes out; null if it is refused.
pub(crate) fn sent(vector: &Value) -> Result<Value, Error> {
    let SendVector { channel, sending, write } = SendVector::deserialize(vector)?;
    let rollout = match sending.as_str() {
        "on" => Rollout::On,
        "off" => Rollout::Off,
        "receive_only" => Rollout::ReceiveOnly,
        other => return Err(Error::custom(format!("no such way of sending: {other}"))),
    };
    let sent = match channel.as_str() {
        _ if !rollout.sends() => write.while_not_sending(rollout)?,
        "binary" => write.in_binary()?,
        "text" => write.in_text()?,
        other => return Err(Error::custom(format!("no such channel: {other}"))),
    };
    Ok(json!({ "result": sent.map(|message| HEXLOWER.encode(&message)) }))
}

impl FieldVector {
    /// The field, if it is one that the library's types admit.
    fn field(&self) -> Option<Field<'_>> {
        Field::parse(FieldType(self.r#type), &self.value)
    }

    /// The same with lists of any text.
    pub(crate) fn unjudged(&self) -> Option<Field<'_>> {
        match FieldType(self.r#type) {
            FieldType::TRACESTATE => std::str::from_utf8(&self.value).ok().map(Field::Tracestate),
            FieldType::BAGGAGE => std::str::from_utf8(&self.value).ok().map(Field::Baggage),
            _ => self.field(),
        }
    }
}

impl WriteDescription {
    fn in_binary(&self) -> Result<Option<Vec<u8>>, Error> {
        if self.says_nothing() && !needs_escape(&self.payload) {
            return Ok(Some(self.payload.clone()));
        }
        self.encode(|envelope| envelope.encode_to_vec(&self.payload).ok())
    }

    fn in_text(&self) -> Result<Option<Vec<u8>>, Error> {
        // What is not UTF-8 is no text to the library.
        let text = std::str::from_utf8(&self.payload).ok();
        let begins = self.payload.starts_with(TEXT_PREFIX);
        if self.says_nothing() && !text.map_or(begins, glassine::text::needs_escape) {
            return Ok(Some(self.payload.clone()));
        }
        self.encode(|envelope| Some(envelope.encode_to_text(text?).ok()?.into_bytes()))
    }

    /// What the rollout switch lets through.
    fn while_not_sending(&self, rollout: Rollout) -> Result<Option<Vec<u8>>, Error> {
        let context = match &self.context {
            Value::Object(_) => ContextVector::deserialize(&self.context)?.context(),
            _ => None,
        };
        let switch = RolloutSwitch::new(rollout);
        let envelope = switch.envelope(context, Unsampled::Marker, &self.payload);
        Ok(envelope.is_none().then(|| self.payload.clone()))
    }

    fn says_nothing(&self) -> bool {
        self.context.is_null() && self.fields.is_empty()
    }

    /// `None` where the library's types do not admit what is asked for, or its writer refuses it.
    fn encode(
        &self,
        encode: impl FnOnce(Envelope<'_>) -> Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let envelope = match &self.context {
            Value::Null => Some(Envelope::escape()),
            Value::String(marker) if marker == "unsampled" => Some(Envelope::unsampled()),
            context => ContextVector::deserialize(context)?.context().map(Envelope::new),
        };
        let fields: Option<Vec<Field<'_>>> = self.fields.iter().map(FieldVector::field).collect();
        Ok(envelope
            .zip(fields.as_deref())
            .and_then(|(envelope, fields)| encode(envelope.with_fields(fields))))
    }
}

impl ContextVector {
    /// The context; `None` where an id is all zero, which the library's types do not admit.
    pub(crate) fn context(&self) -> Option<TraceContext> {
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

/// The same of a message in text form, whose header and carrier are decoded and encoded again.
pub(crate) fn reparented_text(vector: &Value) -> Result<Value, Error> {
    let ReparentVector { message, span_id } = ReparentVector::deserialize(vector)?;
    let reading = TextReading::read(&message);
    let mut frame = reading.decode().as_reading().as_bytes().to_vec();
    let result = SpanId::from_bytes(span_id)
        .filter(|_| reading.context().is_some())
        .and_then(|span_id| reparent(&mut frame, span_id))
        .map(|frame| {
            let encoded = BASE64URL_NOPAD.encode(frame);
            [TEXT_PREFIX, encoded.as_bytes(), b";", reading.payload()].concat()
        });
    Ok(json!({ "result": result.map(|message| HEXLOWER.encode(&message)) }))
}

/// What messages in text form begin with (section 10).
const TEXT_PREFIX: &[u8] = b"~glassine;";
