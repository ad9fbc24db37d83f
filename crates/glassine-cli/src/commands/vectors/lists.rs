//! Vectors of lists and of what is left of them.

use data_encoding::HEXLOWER;
use glassine::w3c::{BaggageMembers, TracestateMembers};
use glassine::{Field, SpanId, TraceId, shorten};
use serde::{Deserialize, de::Error as _};
use serde_json::{Error, Value, json};

use crate::commands::vectors::hex::hex;
use crate::commands::vectors::write::FieldVector;

#[derive(Deserialize)]
struct MembersVector {
    list: String,
    #[serde(deserialize_with = "hex")]
    text: Vec<u8>,
}

/// The members of a list.
pub(crate) fn members(vector: &Value) -> Result<Value, Error> {
    let MembersVector { list, text } = MembersVector::deserialize(vector)?;
    let text = std::str::from_utf8(&text).map_err(Error::custom)?;
    let members: Vec<Value> = match list.as_str() {
        "tracestate" => TracestateMembers::new(text)
            .map(|member| json!({ "key": member.key(), "value": member.value() }))
            .collect(),
        "baggage" => BaggageMembers::new(text)
            .map(|member| {
                json!({
                    "key": member.key(),
                    "value": member.value(),
                    "properties": member.properties(),
                })
            })
            .collect(),
        other => return Err(Error::custom(format!("no such list: {other}"))),
    };
    Ok(json!({ "members": members }))
}

#[derive(Deserialize)]
struct ShortenVector {
    shorten: ShortenDescription,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct ShortenDescription {
    has_ids: bool,
    fields: Vec<FieldVector>,
    carrier_bytes: usize,
}

/// What is left of fields.
pub(crate) fn shortened(vector: &Value) -> Result<Value, Error> {
    let ShortenDescription { has_ids, fields, carrier_bytes } =
        ShortenVector::deserialize(vector)?.shorten;
    let fields: Option<Vec<_>> = fields.iter().map(FieldVector::unjudged).collect();
    let mut fields = fields.ok_or_else(|| Error::custom("the library has no such field"))?;
    // The library's room is what the ids leave.
    let room = carrier_bytes.saturating_sub(if has_ids { IDS_LEN } else { 0 });
    let left = shorten(&mut fields, room).iter().map(
        |field| json!({ "type": field.field_type().0, "value": HEXLOWER.encode(&value(field)) }),
    );
    Ok(json!({ "result": left.collect::<Vec<_>>() }))
}

/// The bytes of a field's value (section 5.2).
fn value(field: &Field<'_>) -> Vec<u8> {
    match *field {
        Field::Tracestate(text) | Field::Baggage(text) => text.as_bytes().to_vec(),
        Field::TextMap { key, value } => {
            [&[key.len() as u8], key.as_bytes(), value.as_bytes()].concat()
        }
        Field::FanOutWeight(number) | Field::Thinning(number) => {
            number.get().to_be_bytes().to_vec()
        }
        Field::FurtherContext(context) => [
            &context.trace_id().as_bytes()[..],
            context.span_id().as_bytes(),
            &[context.flags().to_u8()],
        ]
        .concat(),
        Field::Unknown { value, .. } => value.to_vec(),
        _ => Vec::new(),
    }
}

/// The bytes of ids in a carrier.
const IDS_LEN: usize = TraceId::LEN + SpanId::LEN;
