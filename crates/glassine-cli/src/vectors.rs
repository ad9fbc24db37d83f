//! `glassine vectors`: the library against the machine-readable examples
//! (`spec/vectors/README.md`).

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::Path;
use std::process::ExitCode;

use data_encoding::HEXLOWER;
use glassine::policy::{FanOut, Share, fan_out_selects};
use glassine::{
    Envelope, Field, FieldType, Mode, Reader, SpanId, TraceContext, TraceFlags, TraceId,
    needs_escape, reparent,
};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Error, Map, Value, json};

use crate::args::Vectors;
use crate::encoding::Encoding;
use crate::failure::{Failure, say};
use crate::form::Form;
use crate::input::name;
use crate::printable::printable;
use crate::reading::{ContextReading, FaultReading, Reading};
use crate::received::Received;

pub(crate) fn run(args: &Vectors) -> Result<ExitCode, Failure> {
    let (mut passed, mut failed) = (0, 0);
    let mut all_good = true;
    for path in &args.files {
        let result = verify(path, |vector, outcome| {
            match outcome {
                Outcome::Passed => passed += 1,
                Outcome::Failed(differences) => {
                    failed += 1;
                    print(&format!("{}: {vector}: {}", name(path), differences.join("; ")))?;
                }
            }
            Ok(())
        });
        match result {
            Err(Failure::Failed(sentence)) => {
                say(sentence);
                all_good = false;
            }
            other => other?,
        }
    }
    let all = passed + failed;
    print(&format!("{all} vectors: {passed} passed, {failed} failed"))?;
    Ok(if all_good && failed == 0 && all > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

enum Outcome {
    Passed,
    /// Key by key, where the vector and the library disagree.
    Failed(Vec<String>),
}

/// One line. The exit code is still the answer where nobody reads it.
fn print(line: &str) -> Result<(), Failure> {
    match writeln!(io::stdout(), "{line}").map_err(Failure::from) {
        Err(Failure::ClosedPipe) => Ok(()),
        other => other,
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `kind` and `vectors`")]
struct VectorFile {
    kind: String,
    vectors: Vec<Value>,
}

/// Hands out the name of every vector of a file, safe to print, with what became of it.
fn verify(
    path: &Path,
    mut each: impl FnMut(&str, Outcome) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let wrong = |clause: String| Failure::Failed(format!("{}: {clause}", name(path)));
    let text = fs::read(path).map_err(|error| wrong(format!("cannot read the file: {error}")))?;
    let json: Value =
        serde_json::from_slice(&text).map_err(|error| wrong(format!("not JSON: {error}")))?;
    if json["$schema"].as_str().is_some_and(|schema| schema.starts_with(JSON_SCHEMA)) {
        return Ok(());
    }
    let file = VectorFile::deserialize(&json);
    let file =
        file.map_err(|error| wrong(format!("not a vector file: {}", printable_error(&error))))?;
    if file.vectors.is_empty() {
        return Err(wrong("the file holds no vectors".to_owned()));
    }
    let kind = Kind::of(&file.kind);
    let kind = kind.ok_or_else(|| {
        wrong(format!("no such kind of vectors: {}", printable(file.kind.as_bytes())))
    })?;
    for (i, vector) in file.vectors.iter().enumerate() {
        let Some(vector_name) = vector["name"].as_str() else {
            return Err(wrong(format!("vector {i}, counted from 0, has no name")));
        };
        let vector_name = printable(vector_name.as_bytes());
        let outcome = kind.outcome(vector);
        each(
            &vector_name,
            outcome
                .map_err(|error| wrong(format!("{vector_name}: {}", printable_error(&error))))?,
        )?;
    }
    Ok(())
}

/// Errors quote what they are about.
fn printable_error(error: &Error) -> String {
    printable(error.to_string().as_bytes())
}

/// How the vectors of one kind are answered, and which of their keys the answer is compared with.
struct Kind {
    answer: fn(&Value) -> Result<Value, Error>,
    compared: fn(&Value) -> &'static [&'static str],
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "read" => Self { answer: read, compared: |_| &["reading", "closed", "always"] },
            "stream" => Self { answer: stream, compared: |_| &["answers"] },
            "reparent" => Self { answer: reparented, compared: |_| &["result"] },
            "write" => Self { answer: written, compared: |_| &["result"] },
            "traceparent" => Self {
                answer: traceparent,
                compared: |vector| {
                    if vector["fault"].is_null() { &["reading", "written"] } else { &["fault"] }
                },
            },
            "share" => Self { answer: share, compared: |_| &["within"] },
            "fan_out" => Self { answer: fan_out, compared: |_| &["selected"] },
            "rate" => Self { answer: rate, compared: |_| &["one_in"] },
            _ => return None,
        })
    }

    fn outcome(&self, vector: &Value) -> Result<Outcome, Error> {
        let answer = (self.answer)(vector)?;
        let mut differences = Vec::new();
        for key in (self.compared)(vector) {
            let expected =
                vector.get(key).ok_or_else(|| Error::custom(format!("missing field `{key}`")))?;
            compare(key, expected, &answer[key], &mut differences);
        }
        Ok(if differences.is_empty() { Outcome::Passed } else { Outcome::Failed(differences) })
    }
}

fn compare(key: &str, expected: &Value, found: &Value, differences: &mut Vec<String>) {
    match (expected, found) {
        _ if expected == found => {}
        (Value::Object(expected), Value::Object(found)) => {
            let value =
                |object: &Map<String, Value>, key| object.get(key).cloned().unwrap_or_default();
            let keys: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
            for inner in keys {
                compare(
                    &format!("{key}.{inner}"),
                    &value(expected, inner),
                    &value(found, inner),
                    differences,
                );
            }
        }
        _ => {
            let difference =
                format!("{key} is {}, expected {}", abbreviated(found), abbreviated(expected));
            differences.push(printable(difference.as_bytes()));
        }
    }
}

fn abbreviated(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[derive(Deserialize)]
struct ReadVector {
    form: String,
    #[serde(deserialize_with = "hex")]
    message: Vec<u8>,
    cap: Option<u16>,
}

fn read(vector: &Value) -> Result<Value, Error> {
    let ReadVector { form, message, cap } = ReadVector::deserialize(vector)?;
    let reader = cap.map_or(Reader::new(), |cap| Reader::new().with_carrier_cap(cap));
    let form = match form.as_str() {
        "binary" => Form::Binary(Encoding::Raw),
        "text" => Form::Text,
        other => return Err(Error::custom(format!("no such form: {other}"))),
    };
    let mixed = Received::new(reader, form, &message);
    // The reading of a closed or always channel, as vectors write it.
    let strict = |mode| match Received::of_mode(reader, form, mode, &message) {
        Ok(received) if received == mixed => json!("as mixed"),
        Ok(received) => json!(Reading::new(&received)),
        Err(fault) => json!(FaultReading::from(fault)),
    };
    Ok(json!({
        "reading": Reading::new(&mixed),
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

fn stream(vector: &Value) -> Result<Value, Error> {
    let StreamVector { message, answers } = StreamVector::deserialize(vector)?;
    let answers = answers.into_iter().map(|StreamStep { arrived }| {
        let front = message
            .get(..arrived)
            .ok_or_else(|| Error::custom(format!("the message has no {arrived} bytes")))?;
        let answer = match Reader::new().read_prefix(front) {
            Ok(message) => json!({
                "verdict": message.verdict().name(),
                "fault": message.fault().map(FaultReading::from),
                "payload_offset": message.payload_offset(),
            }),
            Err(incomplete) => json!({ "incomplete": incomplete.needs() }),
        };
        Ok(json!({ "arrived": arrived, "answer": answer }))
    });
    Ok(json!({ "answers": answers.collect::<Result<Vec<_>, Error>>()? }))
}

#[derive(Deserialize)]
struct ReparentVector {
    #[serde(deserialize_with = "hex")]
    message: Vec<u8>,
    #[serde(deserialize_with = "hex")]
    span_id: [u8; SpanId::LEN],
}

fn reparented(vector: &Value) -> Result<Value, Error> {
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

fn written(vector: &Value) -> Result<Value, Error> {
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
struct TraceparentVector {
    text: String,
}

fn traceparent(vector: &Value) -> Result<Value, Error> {
    let TraceparentVector { text } = TraceparentVector::deserialize(vector)?;
    Ok(match text.parse::<TraceContext>() {
        Ok(context) => {
            json!({ "reading": ContextReading::from(context), "written": context.to_traceparent().as_str() })
        }
        Err(error) => json!({ "fault": { "kind": error.kind().name(), "offset": error.offset() } }),
    })
}

#[derive(Deserialize)]
struct ShareVector {
    #[serde(deserialize_with = "hex")]
    trace_id: [u8; TraceId::LEN],
    millionths: u32,
}

fn share(vector: &Value) -> Result<Value, Error> {
    let ShareVector { trace_id, millionths } = ShareVector::deserialize(vector)?;
    let share = Share::from_millionths(millionths)
        .ok_or_else(|| Error::custom("more than a million millionths"))?;
    Ok(json!({ "within": share.contains(not_zero(trace_id)?) }))
}

#[derive(Deserialize)]
struct FanOutVector {
    #[serde(deserialize_with = "hex")]
    trace_id: [u8; TraceId::LEN],
    #[serde(deserialize_with = "hex")]
    recipient: Vec<u8>,
    one_in: NonZeroU32,
}

fn fan_out(vector: &Value) -> Result<Value, Error> {
    let FanOutVector { trace_id, recipient, one_in } = FanOutVector::deserialize(vector)?;
    Ok(json!({ "selected": fan_out_selects(not_zero(trace_id)?, &recipient, one_in) }))
}

#[derive(Deserialize)]
struct RateVector {
    recipients: u32,
}

fn rate(vector: &Value) -> Result<Value, Error> {
    let RateVector { recipients } = RateVector::deserialize(vector)?;
    Ok(json!({ "one_in": FanOut::DEFAULT.one_in(recipients) }))
}

fn not_zero(trace_id: [u8; TraceId::LEN]) -> Result<TraceId, Error> {
    TraceId::from_bytes(trace_id).ok_or_else(|| Error::custom("the trace id is all zero"))
}

/// Lower-case hexadecimal, of any length or of exactly one.
fn hex<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = HEXLOWER.decode(text.as_bytes());
    let bytes =
        bytes.map_err(|error| D::Error::custom(format!("not lower-case hexadecimal: {error}")))?;
    let len = bytes.len();
    bytes.try_into().map_err(|_| D::Error::custom(format!("{len} bytes are not the right number")))
}

/// What the `$schema` of a schema begins with; that of a vector file names the schema beside it.
const JSON_SCHEMA: &str = "https://json-schema.org/";
/// Characters of a value that are shown where it differs.
const LONGEST: usize = 100;
