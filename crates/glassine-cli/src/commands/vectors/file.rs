//! A file of vectors, one kind in each.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Error, Value};

use crate::commands::vectors::kind::Kind;
use crate::io::failure::Failure;
use crate::show::printable::{printable, printable_path};

#[derive(Deserialize)]
#[serde(expecting = "an object with `kind` and `vectors`")]
struct VectorFile {
    kind: String,
    vectors: Vec<Value>,
}

/// Hands out the name of every vector of a file, safe to print, with where the library disagrees.
pub(crate) fn verify(
    path: &Path,
    mut each: impl FnMut(&str, Vec<String>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let wrong = |clause: String| Failure::Failed(format!("{}: {clause}", printable_path(path)));
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
        let differences = kind.differences(vector);
        let differences = differences
            .map_err(|error| wrong(format!("{vector_name}: {}", printable_error(&error))))?;
        each(&vector_name, differences)?;
    }
    Ok(())
}

/// Errors quote what they are about.
fn printable_error(error: &Error) -> String {
    printable(error.to_string().as_bytes())
}

/// What the `$schema` of a schema begins with; that of a vector file names the schema beside it.
const JSON_SCHEMA: &str = "https://json-schema.org/";
