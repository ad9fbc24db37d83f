//! What a program is asked, and what its answer has to be.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value};

use crate::commands::vectors::difference::add_differences;
use crate::commands::vectors::file::Vector;
use crate::message::encoding::Encoding;

/// Which questions are asked, and which answers are expected.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Profile {
    /// A minimal reader of binary channels (section 14)
    Minimal,
    /// Everything, but for what a program does not offer
    Full,
}

/// A vector as a question to a program.
pub(crate) struct Question {
    /// The vector's name.
    pub(crate) name: String,
    /// The vector's kind.
    pub(crate) kind: String,
    /// What an answer that is right shows.
    pub(crate) requirements: Vec<String>,
    /// What is asked, a JSON object.
    pub(crate) line: String,
    answer: Map<String, Value>,
    /// The keys without which an answer is none.
    required: Vec<&'static str>,
    encoding: Encoding,
}

/// What an answer is worth.
pub(crate) enum Judgement {
    /// The program does not do what was asked.
    NotOffered,
    Right,
    /// What differs, safe to print.
    Wrong(String),
}

impl Question {
    /// `None` if it is not asked in this profile.
    pub(crate) fn new(profile: Profile, encoding: Encoding, vector: Vector) -> Option<Self> {
        let Vector { kind, kind_name, value } = vector;
        let is_binary_read = kind_name == "read" && value["form"] == "binary";
        if profile == Profile::Minimal && !is_binary_read {
            return None;
        }
        let compared = kind.compared(&value);
        let Value::Object(mut asked) = value else { return None };
        let name = asked.remove("name")?.as_str()?.to_owned();
        let requirements = asked.remove("requirements").unwrap_or_default();
        let requirements = requirements.as_array().into_iter().flatten().filter_map(Value::as_str);
        let requirements = requirements.filter(|requirement| profile.has(requirement));
        let mut requirements: Vec<String> = requirements.map(str::to_owned).collect();
        if requirements.is_empty() && kind_name == "read" {
            // What every reading shows.
            requirements.push("R-READ-1".to_owned());
        }
        asked.remove("shows");
        asked.remove("kind");

        let mut answer = Map::new();
        for key in compared.iter().chain(&["hash"]) {
            answer.extend(asked.remove_entry(*key));
        }
        let mut required = compared.to_vec();
        match kind_name.as_str() {
            "read" => {
                flatten_reading(&mut answer, &asked);
                required = profile.required().to_vec();
                if encoding == Encoding::Base64 {
                    let message = bytes_of(&asked["message"]);
                    asked.insert("message".to_owned(), BASE64.encode(&message).into());
                }
            }
            "stream" => flatten_answers(&mut answer, &mut asked),
            _ => {}
        }
        if profile == Profile::Minimal {
            answer.retain(|key, _| required.contains(&key.as_str()));
        }
        asked.insert("ask".to_owned(), kind_name.clone().into());
        let line = Value::Object(asked).to_string();
        Some(Self { name, kind: kind_name, requirements, line, answer, required, encoding })
    }

    /// Judges a line of the program's output.
    pub(crate) fn judge(&self, line: &str) -> Judgement {
        let mut found = match serde_json::from_str(line) {
            Ok(Value::Object(found)) => found,
            Ok(_) => return Judgement::Wrong("the answer is no JSON object".to_owned()),
            Err(error) => return Judgement::Wrong(format!("the answer is not JSON: {error}")),
        };
        if found.get("unsupported") == Some(&Value::Bool(true)) {
            return Judgement::NotOffered;
        }
        if self.kind == "read" {
            self.normalise_payload(&mut found);
        }
        let mut differences = Vec::new();
        for (key, expected) in &self.answer {
            match found.get(key) {
                Some(found) => add_differences(key, expected, found, &mut differences),
                None if self.required.contains(&key.as_str()) => {
                    differences.push(format!("{key} is missing"));
                }
                None => {}
            }
        }
        if differences.is_empty() {
            Judgement::Right
        } else {
            Judgement::Wrong(differences.join("; "))
        }
    }

    /// However the bytes are spelled, and where they are told by their place.
    fn normalise_payload(&self, found: &mut Map<String, Value>) {
        if let Some(Value::String(text)) = found.get_mut("payload") {
            if let Ok(bytes) = self.encoding.decode(text.as_bytes().to_vec()) {
                *text = HEXLOWER.encode(&bytes);
            }
        } else if found.contains_key("payload_offset") && found.contains_key("payload_len") {
            // These two are compared by themselves.
            let payload = self.answer.get("payload").cloned().unwrap_or_default();
            found.insert("payload".to_owned(), payload);
        }
    }
}

impl Profile {
    /// The keys of a reading that it cannot do without.
    const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Minimal => {
                &["verdict", "sampled", "decision", "trace_flags", "trace_id", "span_id", "payload"]
            }
            Self::Full => &["verdict", "payload"],
        }
    }

    /// Whether its classes obey this requirement (section 14).
    fn has(self, requirement: &str) -> bool {
        const MINIMAL: [&str; 7] =
            ["R-INV-", "R-FRAME-", "R-CARRIER-1", "R-READ-", "R-LIMIT-1", "R-VER-1", "R-VER-2"];
        self == Self::Full || MINIMAL.iter().any(|start| requirement.starts_with(start))
    }
}

/// The keys of the reading beside those of the channels, and the payload's bytes.
fn flatten_reading(answer: &mut Map<String, Value>, asked: &Map<String, Value>) {
    let Some(Value::Object(reading)) = answer.remove("reading") else { return };
    let message = bytes_of(&asked["message"]);
    let start = reading.get("payload_offset").and_then(Value::as_u64).unwrap_or_default();
    let payload = usize::try_from(start).ok().and_then(|start| message.get(start..));
    answer.insert("payload".to_owned(), HEXLOWER.encode(payload.unwrap_or_default()).into());
    answer.extend(reading);
}

/// How much has arrived is asked; the rest is the answer.
fn flatten_answers(answer: &mut Map<String, Value>, asked: &mut Map<String, Value>) {
    let Some(Value::Array(steps)) = answer.remove("answers") else { return };
    let arrived: Vec<Value> = steps.iter().map(|step| step["arrived"].clone()).collect();
    let answers: Vec<Value> = steps.iter().map(|step| step["answer"].clone()).collect();
    asked.insert("arrived".to_owned(), arrived.into());
    answer.insert("answers".to_owned(), answers.into());
}

fn bytes_of(hex: &Value) -> Vec<u8> {
    HEXLOWER.decode(hex.as_str().unwrap_or_default().as_bytes()).unwrap_or_default()
}
