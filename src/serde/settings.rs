//! `serde` for the settings of a channel, as people write them down.

use core::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::policy::rollout::Rollout;
use crate::policy::share::{MILLION, Share};

/// A share in formats that people do not read.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Share", expecting = "a share in `millionths`", deny_unknown_fields)]
struct Millionths {
    millionths: u32,
}

/// Writes the text, such as `30 %`, in formats that people read; in all others a struct with one
/// field, `millionths`.
impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            Millionths { millionths: self.millionths() }.serialize(serializer)
        }
    }
}

/// Reads the text (`"30 %"`), a part of 1 (`0.3`, `1.0`), or the struct. A whole number could be
/// meant as per cent or as a part, and is an error.
///
/// ```
/// use glassine::policy::{Rollout, Share};
///
/// assert_eq!(serde_json::from_str::<Rollout>("\"receive_only\"")?, Rollout::ReceiveOnly);
/// let one_per_cent = Share::from_millionths(10_000).map(Rollout::Share);
/// assert_eq!(serde_json::from_str("\"1 %\"").ok(), one_per_cent);
/// assert_eq!(serde_json::from_str(r#"{"share": 0.01}"#).ok(), one_per_cent);
/// # Ok::<(), serde_json::Error>(())
/// ```
impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(ShareVisitor)
        } else {
            deserializer.deserialize_struct("Share", &["millionths"], ShareVisitor)
        }
    }
}

struct ShareVisitor;

impl ShareVisitor {
    /// The share that this part is, if it is one: what is finer than a millionth is an error, as in
    /// text.
    fn exactly<E: Error>(self, part: f64, is_it: impl Fn(f64) -> bool) -> Result<Share, E> {
        // Out of range it becomes the nearest number that is in range.
        Share::from_millionths((part * f64::from(MILLION) + 0.5) as u32)
            .filter(|share| is_it(f64::from(share.millionths()) / f64::from(MILLION)))
            .ok_or_else(|| E::invalid_value(Unexpected::Float(part), &self))
    }
}

impl<'de> Visitor<'de> for ShareVisitor {
    type Value = Share;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a share of traces such as \"30 %\" or 0.3, of at most 100 % and no finer than a \
             millionth",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Share, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_f32<E: Error>(self, part: f32) -> Result<Share, E> {
        self.exactly(part.into(), |share| share as f32 == part)
    }

    fn visit_f64<E: Error>(self, part: f64) -> Result<Share, E> {
        self.exactly(part, |share| share == part)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Share, A::Error> {
        from_millionths(Millionths::deserialize(MapAccessDeserializer::new(map))?)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Share, A::Error> {
        from_millionths(Millionths::deserialize(SeqAccessDeserializer::new(seq))?)
    }
}

fn from_millionths<E: Error>(Millionths { millionths }: Millionths) -> Result<Share, E> {
    let found = Unexpected::Unsigned(millionths.into());
    Share::from_millionths(millionths)
        .ok_or_else(|| E::invalid_value(found, &"at most 1000000 millionths"))
}

/// A rollout as `serde` knows an enum.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Rollout", rename_all = "snake_case")]
enum Spelled {
    Off,
    CountOnly,
    ReceiveOnly,
    Share(Share),
    On,
}

impl From<Rollout> for Spelled {
    fn from(rollout: Rollout) -> Self {
        match rollout {
            Rollout::Off => Self::Off,
            Rollout::CountOnly => Self::CountOnly,
            Rollout::ReceiveOnly => Self::ReceiveOnly,
            Rollout::Share(share) => Self::Share(share),
            Rollout::On => Self::On,
        }
    }
}

impl From<Spelled> for Rollout {
    fn from(spelled: Spelled) -> Self {
        match spelled {
            Spelled::Off => Self::Off,
            Spelled::CountOnly => Self::CountOnly,
            Spelled::ReceiveOnly => Self::ReceiveOnly,
            Spelled::Share(share) => Self::Share(share),
            Spelled::On => Self::On,
        }
    }
}

/// Writes the text, such as `receive_only` or `30 %`, in formats that people read; in all others an
/// enum.
impl Serialize for Rollout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            Spelled::from(*self).serialize(serializer)
        }
    }
}

/// Reads the text, or a table with the `share`.
impl<'de> Deserialize<'de> for Rollout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(RolloutVisitor)
        } else {
            Spelled::deserialize(deserializer).map(Into::into)
        }
    }
}

struct RolloutVisitor;

impl<'de> Visitor<'de> for RolloutVisitor {
    type Value = Rollout;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "off, count_only, receive_only, on, or a share such as \"30 %\" or { share = 0.3 }",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Rollout, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rollout, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Rollout::Share(table.share))
    }
}

/// A rollout as a table, where a share can be a number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    share: Share,
}
