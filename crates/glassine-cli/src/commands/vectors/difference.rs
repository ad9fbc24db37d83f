//! Where a vector and the library disagree.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::show::printable::printable;

/// Adds where two values disagree, key by key, safe to print.
pub(crate) fn add_differences(
    key: &str,
    expected: &Value,
    found: &Value,
    differences: &mut Vec<String>,
) {
    match (expected, found) {
        _ if expected == found => {}
        (Value::Object(expected), Value::Object(found)) => {
            let value =
                |object: &Map<String, Value>, key| object.get(key).cloned().unwrap_or_default();
            let keys: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
            for inner in keys {
                add_differences(
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

/// Characters of a value that are shown where it differs.
const LONGEST: usize = 100;
