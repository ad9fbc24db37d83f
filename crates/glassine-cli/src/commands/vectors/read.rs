//! Vectors of messages that are read, whole or as they arrive.

use glassine::{Mode, Reader};
use serde::{Deserialize, de::Error as _};
use serde_json::{Error, Value, json};

use crate::commands::vectors::hex::hex;
use crate::message::any_reading::AnyReading;
use crate::message::encoding::Encoding;
use crate::message::form::Form;
use crate::show::json::{FaultJson, ReadingJson};

#[derive(Deserialize)]
struct ReadVector {
    form: String,
    #[serde(deserialize_with = "hex")]
    message: Vec<u8>,
    cap: Option<u16>,
}

/// How a message is read, in every mode.
pub(crate) fn read(vector: &Value) -> Result<Value, Error> {
    let ReadVector { form, message, cap } = ReadVector::deserialize(vector)?;
    let reader = cap.map_or(Reader::new(), |cap| Reader::new().with_carrier_cap(cap));
    let form = match form.as_str() {
        "binary" => Form::Binary(Encoding::Raw),
        "text" => Form::Text,
        other => return Err(Error::custom(format!("no such form: {other}"))),
    };
    let mixed = || AnyReading::new(reader, form, &message);
    // The reading of a closed or always channel, as vectors write it.
    let strict = |mode| match mixed().require(mode) {
        Ok(reading) if reading == mixed() => json!("as mixed"),
        Ok(reading) => json!(ReadingJson::new(&reading)),
        Err(fault) => json!(FaultJson::from(fault)),
    };
    Ok(json!({
        "reading": ReadingJson::new(&mixed()),
        "closed": strict(Mode::Closed),
        "always": strict(Mode::Always),
    }))
}

#[derive(Deserialize)]
struct StreamVector {
    #[serde(deserialize_with = "hex")]
    message: Vec<u8>,
    answers: Vec<StreamStep>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct StreamStep {
    arrived: usize,
}

/// What a reader says while a message arrives.
pub(crate) fn stream(vector: &Value) -> Result<Value, Error> {
    let StreamVector { message, answers } = StreamVector::deserialize(vector)?;
    let answers = answers.into_iter().map(|StreamStep { arrived }| {
        let front = message
            .get(..arrived)
            .ok_or_else(|| Error::custom(format!("the message has no {arrived} bytes")))?;
        let answer = match Reader::new().read_prefix(front) {
            Ok(reading) => json!({
                "verdict": reading.verdict().name(),
                "fault": reading.fault().map(FaultJson::from),
                "payload_offset": reading.payload_offset(),
            }),
            Err(incomplete) => json!({ "incomplete": incomplete.needs() }),
        };
        Ok(json!({ "arrived": arrived, "answer": answer }))
    });
    Ok(json!({ "answers": answers.collect::<Result<Vec<_>, Error>>()? }))
}
