//! `serde` for the lists of fields that pass a boundary, as people write them down.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field::FieldType;
use crate::policy::allow_list::AllowList;

/// Writes `all`, `none`, or a table of the lists.
impl Serialize for AllowList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let table = Table {
            baggage: self.baggage_keys().into(),
            text_map: self.text_map_keys().into(),
            types: self.field_types().map(|types| types.iter().map(|of| of.0).collect()).into(),
        };
        match &table {
            _ if self.admits_all() => serializer.serialize_str(ALL),
            Table { baggage: List::Only(a), text_map: List::Only(b), types: List::Only(c) }
                if a.is_empty() && b.is_empty() && c.is_empty() =>
            {
                serializer.serialize_str(NONE)
            }
            table => table.serialize(serializer),
        }
    }
}

/// Reads `all`, `none`, or a table with lists of `baggage` keys, `text_map` keys and field `types`,
/// each of which may be `all`. What the table does not name does not pass.
///
/// ```
/// use glassine::policy::AllowList;
///
/// let list: AllowList = serde_json::from_str(r#"{"baggage": ["tenant"], "text_map": "all"}"#)?;
/// assert_eq!(list.baggage("tenant=7,email=x").as_deref(), Some("tenant=7"));
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<'de> Deserialize<'de> for AllowList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AllowListVisitor)
    }
}

struct AllowListVisitor;

impl<'de> Visitor<'de> for AllowListVisitor {
    type Value = AllowList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"all\", \"none\", or a table of `baggage`, `text_map` and `types`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<AllowList, E> {
        match text {
            ALL => Ok(AllowList::ALL),
            NONE => Ok(AllowList::NONE),
            text => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AllowList, A::Error> {
        Table::deserialize(MapAccessDeserializer::new(map)).map(Into::into)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<AllowList, A::Error> {
        Table::deserialize(SeqAccessDeserializer::new(seq)).map(Into::into)
    }
}

impl From<Table> for AllowList {
    fn from(Table { baggage, text_map, types }: Table) -> Self {
        let mut list = Self::ALL;
        if let List::Only(keys) = baggage {
            list = list.with_baggage_keys(keys);
        }
        if let List::Only(keys) = text_map {
            list = list.with_text_map_keys(keys);
        }
        if let List::Only(types) = types {
            list = list.with_field_types(types.into_iter().map(FieldType));
        }
        list
    }
}

/// The lists, of which those that are not there let nothing pass.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Table {
    baggage: List<String>,
    text_map: List<String>,
    types: List<u8>,
}

enum List<T> {
    All,
    Only(Vec<T>),
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::Only(Vec::new())
    }
}

impl<T> From<Option<Vec<T>>> for List<T> {
    fn from(list: Option<Vec<T>>) -> Self {
        list.map_or(Self::All, Self::Only)
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str(ALL),
            Self::Only(list) => list.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"all\" or a list")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<List<T>, E> {
        match text {
            ALL => Ok(List::All),
            text => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<List<T>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(List::Only)
    }
}

const ALL: &str = "all";
const NONE: &str = "none";
