//! The allow-list: which fields pass a trust boundary, in either direction.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;
#[cfg(feature = "serde")]
use alloc::vec::Vec;
use core::fmt;
use core::mem::{forget, replace};

use crate::field::{Field, FieldType};
use crate::w3c::baggage::BaggageMembers;

/// Which fields pass a trust boundary (`O-SEC-2`). Where nothing was said, no baggage, no text-map
/// entry, no private and no unknown field does; `tracestate`, fan-out weights, thinnings and
/// further contexts belong to the context and pass with it. Made in a `const`, or from what a
/// configuration file says; cloning it is O(1).
///
/// ```
/// use glassine::Field;
/// use glassine::policy::AllowList;
///
/// let list = AllowList::NONE.with_baggage(&["tenant"]).with_text_map(&["b3", "uberctx-*"]);
/// assert_eq!(list.baggage("tenant=7,email=x%40y,plan=gold").as_deref(), Some("tenant=7"));
/// assert!(list.admits(&Field::TextMap { key: "B3", value: "0" }));
/// assert!(list.admits(&Field::TextMap { key: "uberctx-tenant", value: "7" }));
/// assert!(!list.admits(&Field::TextMap { key: "x-datadog-trace-id", value: "1" }));
/// ```
#[derive(Clone)]
pub struct AllowList {
    baggage: Names,
    text_map: Names,
    types: Types,
    /// A [bit](FieldType::bit) for baggage and for text-map entries, unless none of them passes.
    lists_bits: u64,
    /// Those of the other types.
    types_bits: u64,
}

impl AllowList {
    /// Nothing but what belongs to the context. The default.
    pub const NONE: Self = Self {
        baggage: Names::Only(&[]),
        text_map: Names::Only(&[]),
        types: Types::Only(&[]),
        lists_bits: 0,
        types_bits: 0,
    };

    /// Everything: for a channel both ends of which are in one trust domain.
    pub const ALL: Self = Self {
        baggage: Names::All,
        text_map: Names::All,
        types: Types::All,
        lists_bits: FieldType::BAGGAGE.bit() | FieldType::TEXT_MAP.bit(),
        types_bits: u64::MAX,
    };

    /// The same with these baggage keys, compared exactly (W3C Baggage, *key*).
    #[must_use]
    pub const fn with_baggage(mut self, keys: &'static [&'static str]) -> Self {
        forget(replace(&mut self.baggage, Names::Only(keys)));
        self.with_bit(FieldType::BAGGAGE, !keys.is_empty())
    }

    /// The same with these text-map keys, compared without regard to ASCII case (`R-FIELD-3`). One
    /// that ends in `*` stands for all keys that begin with what is in front of it. What another
    /// propagator reads from such an entry is believed as far as that propagator goes:
    /// [`Trust`](crate::policy::Trust) does not look into it.
    #[must_use]
    pub const fn with_text_map(mut self, keys: &'static [&'static str]) -> Self {
        forget(replace(&mut self.text_map, Names::Only(keys)));
        self.with_bit(FieldType::TEXT_MAP, !keys.is_empty())
    }

    /// The same with fields of these types, which this crate does not know: private ones, agreed on
    /// by the parties of a channel.
    #[must_use]
    pub const fn with_types(mut self, types: &'static [FieldType]) -> Self {
        forget(replace(&mut self.types, Types::Only(types)));
        self.types_bits = bits(types);
        self
    }

    /// The same with these baggage keys, which need not be known when the program is built.
    #[must_use]
    pub fn with_baggage_keys<K: Into<String>>(self, keys: impl IntoIterator<Item = K>) -> Self {
        let baggage = Names::owned(keys);
        let any = !baggage.is_empty();
        Self { baggage, ..self }.with_bit(FieldType::BAGGAGE, any)
    }

    /// The same with these text-map keys, which need not be known when the program is built.
    #[must_use]
    pub fn with_text_map_keys<K: Into<String>>(self, keys: impl IntoIterator<Item = K>) -> Self {
        let text_map = Names::owned(keys);
        let any = !text_map.is_empty();
        Self { text_map, ..self }.with_bit(FieldType::TEXT_MAP, any)
    }

    /// The same with these types of fields, which need not be known when the program is built.
    #[must_use]
    pub fn with_field_types(self, types: impl IntoIterator<Item = FieldType>) -> Self {
        let types: Arc<[FieldType]> = types.into_iter().collect();
        let types_bits = bits(&types);
        Self { types: Types::Owned(types), types_bits, ..self }
    }

    const fn with_bit(mut self, field_type: FieldType, any: bool) -> Self {
        let bit = field_type.bit();
        self.lists_bits = if any { self.lists_bits | bit } else { self.lists_bits & !bit };
        self
    }

    /// Whether some field of this type may pass: asked before the field is looked at. O(types in
    /// the list).
    pub(crate) fn may_admit(&self, field_type: FieldType) -> bool {
        match field_type {
            FieldType::BAGGAGE => !self.baggage.is_empty(),
            FieldType::TEXT_MAP => !self.text_map.is_empty(),
            field_type if field_type.is_known() => true,
            field_type => self.types.contain(field_type),
        }
    }

    /// The types, besides those that belong to the context, of which some field may pass: a
    /// [bit](FieldType::bit) for each, which some have that do not pass. O(1).
    #[inline]
    pub(crate) const fn bits(&self) -> u64 {
        self.lists_bits | self.types_bits
    }

    /// Whether baggage passes whole, whatever its members are.
    pub(crate) const fn admits_all_baggage(&self) -> bool {
        matches!(self.baggage, Names::All)
    }

    /// Whether every field passes, whatever it is.
    pub(crate) const fn admits_all(&self) -> bool {
        matches!(self, Self { baggage: Names::All, text_map: Names::All, types: Types::All, .. })
    }

    /// Whether the list lets a field pass. Of baggage it lets pass the members that
    /// [`baggage`](Self::baggage) leaves. O(keys in the list).
    #[must_use]
    pub fn admits(&self, field: &Field<'_>) -> bool {
        match field {
            Field::Baggage(text) => self.baggage(text).is_some(),
            Field::TextMap { key, .. } => self.text_map.any(|allowed| stands_for(allowed, key)),
            Field::Unknown { field_type, .. } => self.may_admit(*field_type),
            Field::Tracestate(_)
            | Field::FanOutWeight(_)
            | Field::FurtherContext(_)
            | Field::Thinning(_) => true,
        }
    }

    /// What the list leaves of a `baggage` header value, by whole members with their properties.
    /// `None` if nothing is left. Allocates if there are keys in the list; with [`ALL`](Self::ALL)
    /// and [`NONE`](Self::NONE) it does not.
    #[must_use]
    pub fn baggage<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        if let Names::All = self.baggage {
            return Some(Cow::Borrowed(text));
        }
        let is_allowed = |key: &str| self.baggage.any(|allowed| allowed == key);
        let mut left = String::new();
        for member in BaggageMembers::new(text).filter(|member| is_allowed(member.key())) {
            if !left.is_empty() {
                left.push(',');
            }
            left.extend([member.key(), "=", member.value()]);
            if !member.properties().is_empty() {
                left.extend([";", member.properties()]);
            }
        }
        (!left.is_empty()).then_some(Cow::Owned(left))
    }
}

/// What is in the lists; `None` for all.
#[cfg(feature = "serde")]
impl AllowList {
    pub(crate) fn baggage_keys(&self) -> Option<Vec<String>> {
        self.baggage.to_vec()
    }

    pub(crate) fn text_map_keys(&self) -> Option<Vec<String>> {
        self.text_map.to_vec()
    }

    pub(crate) fn field_types(&self) -> Option<Vec<FieldType>> {
        match &self.types {
            Types::All => None,
            Types::Only(types) => Some(types.to_vec()),
            Types::Owned(types) => Some(types.to_vec()),
        }
    }
}

impl Default for AllowList {
    /// [`NONE`](Self::NONE).
    fn default() -> Self {
        Self::NONE
    }
}

/// As the lists say it.
impl fmt::Debug for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllowList")
            .field("baggage", &self.baggage)
            .field("text_map", &self.text_map)
            .field("types", &self.types)
            .finish()
    }
}

const fn bits(types: &[FieldType]) -> u64 {
    let mut bits = 0;
    let mut rest = types;
    while let [field_type, after @ ..] = rest {
        bits |= field_type.bit();
        rest = after;
    }
    bits
}

/// Whether a text-map key of the list is this one, or stands for it.
fn stands_for(allowed: &str, key: &str) -> bool {
    match allowed.strip_suffix('*') {
        Some(prefix) => {
            key.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        }
        None => allowed.eq_ignore_ascii_case(key),
    }
}

#[derive(Clone, Debug)]
enum Names {
    All,
    Only(&'static [&'static str]),
    Owned(Arc<[String]>),
}

impl Names {
    fn owned<K: Into<String>>(names: impl IntoIterator<Item = K>) -> Self {
        Self::Owned(names.into_iter().map(Into::into).collect())
    }

    fn is_empty(&self) -> bool {
        !matches!(self, Self::All) && !self.any(|_| true)
    }

    #[cfg(feature = "serde")]
    fn to_vec(&self) -> Option<Vec<String>> {
        match self {
            Self::All => None,
            Self::Only(names) => Some(names.iter().copied().map(Into::into).collect()),
            Self::Owned(names) => Some(names.to_vec()),
        }
    }

    fn any(&self, is_it: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| is_it(name)),
            Self::Owned(names) => names.iter().any(|name| is_it(name)),
        }
    }
}

#[derive(Clone, Debug)]
enum Types {
    All,
    Only(&'static [FieldType]),
    Owned(Arc<[FieldType]>),
}

impl Types {
    fn contain(&self, field_type: FieldType) -> bool {
        match self {
            Self::All => true,
            Self::Only(types) => types.contains(&field_type),
            Self::Owned(types) => types.contains(&field_type),
        }
    }
}
