//! What an allow-list lets pass: `O-SEC-2`.

use glassine::{Field, FieldType};

use crate::model::members::baggage;

/// Names that pass; `None` where all do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    pub(crate) baggage: Option<&'static [&'static str]>,
    pub(crate) text_map: Option<&'static [&'static str]>,
    pub(crate) types: Option<&'static [FieldType]>,
    /// Whether it is made at run time.
    pub(crate) is_owned: bool,
}

impl List {
    pub(crate) const NONE: Self =
        Self { baggage: Some(&[]), text_map: Some(&[]), types: Some(&[]), is_owned: false };
    pub(crate) const ALL: Self =
        Self { baggage: None, text_map: None, types: None, is_owned: false };

    /// What is left of a baggage text.
    pub(crate) fn baggage_left(&self, text: &str) -> Option<String> {
        let Some(keys) = self.baggage else { return Some(text.to_owned()) };
        let left: Vec<_> = baggage(text)
            .filter(|member| keys.contains(&member.key))
            .map(|member| match member.properties {
                "" => format!("{}={}", member.key, member.value),
                properties => format!("{}={};{properties}", member.key, member.value),
            })
            .collect();
        (!left.is_empty()).then(|| left.join(","))
    }

    /// Whether a field that is not baggage passes.
    pub(crate) fn lets_pass(&self, field: &Field<'_>) -> bool {
        match field {
            Field::TextMap { key, .. } => self.text_map.is_none_or(|names| {
                let key = key.to_lowercase();
                names.iter().map(|name| name.to_lowercase()).any(|name| {
                    match name.split_once('*') {
                        Some((prefix, _)) => key.starts_with(prefix),
                        None => key == name,
                    }
                })
            }),
            Field::Unknown { field_type, .. } => {
                self.types.is_none_or(|types| types.contains(field_type))
            }
            _ => true,
        }
    }
}
