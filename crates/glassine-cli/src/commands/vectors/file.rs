//! A file of vectors, one kind in each.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Error, Value, json};

use crate::commands::vectors::kind::Kind;
use crate::commands::vectors::read::read;
use crate::io::failure::Failure;
use crate::show::printable::{printable, printable_path};

#[derive(Deserialize)]
#[serde(expecting = "an object with `kind` and `vectors`")]
struct VectorFile {
    kind: String,
    vectors: Vec<Value>,
}

/// A vector, with the kind that its file is of.
#[derive(Clone)]
pub(crate) struct Vector {
    pub(crate) kind: Kind,
    pub(crate) kind_name: String,
    pub(crate) value: Value,
}

/// Hands out the name of every vector of a file, safe to print, with where the library disagrees.
pub(crate) fn verify(
    path: &Path,
    mut each: impl FnMut(&str, Vec<String>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let wrong = |clause: String| Failure::Failed(format!("{}: {clause}", printable_path(path)));
    for (i, Vector { kind, value, .. }) in read_file(path)?.iter().enumerate() {
        let Some(vector_name) = value["name"].as_str() else {
            return Err(wrong(format!("vector {i}, counted from 0, has no name")));
        };
        let vector_name = printable(vector_name.as_bytes());
        let differences = kind.differences(value);
        let differences = differences
            .map_err(|error| wrong(format!("{vector_name}: {}", printable_error(&error))))?;
        each(&vector_name, differences)?;
    }
    Ok(())
}

/// The vectors of a file, which is one document or, where its name ends so, lines.
pub(crate) fn read_file(path: &Path) -> Result<Vec<Vector>, Failure> {
    let wrong = |clause: String| Failure::Failed(format!("{}: {clause}", printable_path(path)));
    let text = fs::read(path).map_err(|error| wrong(format!("cannot read the file: {error}")))?;
    let is_of_lines = path.extension().is_some_and(|ending| ending == "jsonl");
    if is_of_lines { of_lines(&text) } else { of_document(&text) }.map_err(wrong)
}

/// One JSON object with the vectors of one kind. None of a JSON Schema.
pub(crate) fn of_document(text: &[u8]) -> Result<Vec<Vector>, String> {
    let json: Value = serde_json::from_slice(text).map_err(|error| format!("not JSON: {error}"))?;
    if json["$schema"].as_str().is_some_and(|schema| schema.starts_with(JSON_SCHEMA)) {
        return Ok(Vec::new());
    }
    let file = VectorFile::deserialize(&json);
    let file = file.map_err(|error| format!("not a vector file: {}", printable_error(&error)))?;
    if file.vectors.is_empty() {
        return Err("the file holds no vectors".to_owned());
    }
    let of_kind = |value| Vector::new(&file.kind, value);
    file.vectors.into_iter().map(of_kind).collect()
}

/// A vector on each line, with its kind, and without what is absent.
fn of_lines(text: &[u8]) -> Result<Vec<Vector>, String> {
    let text = std::str::from_utf8(text).map_err(|error| format!("not UTF-8: {error}"))?;
    let vector = |(i, line): (usize, &str)| {
        let value: Value = serde_json::from_str(line)
            .map_err(|error| format!("line {}: not JSON: {error}", i + 1))?;
        let kind = value["kind"].as_str().map(str::to_owned);
        let kind = kind.ok_or_else(|| format!("line {}: missing field `kind`", i + 1))?;
        Vector::new(&kind, if kind == "read" { complete(value) } else { value })
    };
    let vectors: Vec<_> = text.lines().enumerate().map(vector).collect::<Result<_, String>>()?;
    if vectors.is_empty() { Err("the file holds no vectors".to_owned()) } else { Ok(vectors) }
}

impl Vector {
    fn new(kind_name: &str, value: Value) -> Result<Self, String> {
        let kind = Kind::of(kind_name).ok_or_else(|| {
            format!("no such kind of vectors: {}", printable(kind_name.as_bytes()))
        })?;
        Ok(Self { kind, kind_name: kind_name.to_owned(), value })
    }
}

/// A `read` vector with what generated ones leave out: what is absent in the reading, as in that of
/// the empty message, and channels that take the message as mixed ones do.
fn complete(vector: Value) -> Value {
    let absent = read(&json!({ "form": "binary", "message": "" })).unwrap_or_default();
    let mut whole = json!({
        "reading": absent["reading"],
        "closed": "as mixed",
        "always": "as mixed",
    });
    merge(&mut whole, vector);
    whole
}

/// Puts the keys of one object into another one; objects in it are not replaced but merged.
fn merge(whole: &mut Value, part: Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (key, value) in part {
                merge(whole.entry(key).or_insert(Value::Null), value);
            }
        }
        (whole, part) => *whole = part,
    }
}

/// Errors quote what they are about.
fn printable_error(error: &Error) -> String {
    printable(error.to_string().as_bytes())
}

/// What the `$schema` of a schema begins with; that of a vector file names the schema beside it.
const JSON_SCHEMA: &str = "https://json-schema.org/";
