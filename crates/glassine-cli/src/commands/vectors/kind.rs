//! The kinds of vectors.

use serde::de::Error as _;
use serde_json::{Error, Value};

use crate::commands::vectors::difference::add_differences;
use crate::commands::vectors::lists::{members, shortened};
use crate::commands::vectors::policy::{fan_out, rate, share, table};
use crate::commands::vectors::read::{read, stream};
use crate::commands::vectors::thinning::{nested_weight, thinned, thinning};
use crate::commands::vectors::traceparent::{masked, traceparent};
use crate::commands::vectors::write::{reparented, reparented_text, sent, written};

/// How the vectors of one kind are answered, and which of their keys the answer is compared with.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    answer: fn(&Value) -> Result<Value, Error>,
    compared: fn(&Value) -> &'static [&'static str],
}

impl Kind {
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "read" => Self { answer: read, compared: |_| &["reading", "closed", "always"] },
            "stream" => Self { answer: stream, compared: |_| &["answers"] },
            "reparent" => Self { answer: reparented, compared: |_| &["result"] },
            "reparent_text" => Self { answer: reparented_text, compared: |_| &["result"] },
            "write" => Self { answer: written, compared: |_| &["result"] },
            "send" => Self { answer: sent, compared: |_| &["result"] },
            "shorten" => Self { answer: shortened, compared: |_| &["result"] },
            "members" => Self { answer: members, compared: |_| &["members"] },
            "traceparent" => Self {
                answer: traceparent,
                compared: |vector| {
                    if vector["fault"].is_null() { &["reading", "written"] } else { &["fault"] }
                },
            },
            "mask" => Self { answer: masked, compared: |_| &["written", "masked"] },
            "share" => Self { answer: share, compared: |_| &["within"] },
            "fan_out" => Self { answer: fan_out, compared: |_| &["selected"] },
            "rate" => Self { answer: rate, compared: |_| &["one_in"] },
            "table" => Self { answer: table, compared: |_| &["one_in"] },
            "weight" => Self { answer: nested_weight, compared: |_| &["result"] },
            "thinned" => Self { answer: thinned, compared: |_| &["decision", "weight"] },
            "thin" => Self { answer: thinning, compared: |_| &["result"] },
            _ => return None,
        })
    }

    /// The keys of a vector that say what the answer is.
    pub(crate) fn compared(self, vector: &Value) -> &'static [&'static str] {
        (self.compared)(vector)
    }

    /// Where the library disagrees with a vector, key by key.
    pub(crate) fn differences(&self, vector: &Value) -> Result<Vec<String>, Error> {
        let answer = (self.answer)(vector)?;
        let mut differences = Vec::new();
        for key in (self.compared)(vector) {
            let expected =
                vector.get(key).ok_or_else(|| Error::custom(format!("missing field `{key}`")))?;
            add_differences(key, expected, &answer[key], &mut differences);
        }
        Ok(differences)
    }
}
