//! The allow-list: which fields pass a trust boundary, in either direction.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::field::{Field, FieldType};
use crate::w3c::baggage::BaggageMembers;

/// Which fields pass a trust boundary (`O-SEC-2`). Where nothing was said, no baggage, no text-map
/// entry, no private and no unknown field does; `tracestate`, fan-out weights, thinnings and
/// further contexts belong to the context and pass with it. `Copy`, and made in a `const`.
///
/// ```
/// use glassine::Field;
/// use glassine::policy::AllowList;
///
/// let list = AllowList::NONE.with_baggage(&["tenant"]).with_text_map(&["b3"]);
/// assert_eq!(list.baggage("tenant=7,email=x%40y,plan=gold").as_deref(), Some("tenant=7"));
/// assert!(list.admits(&Field::TextMap { key: "B3", value: "0" }));
/// assert!(!list.admits(&Field::TextMap { key: "x-datadog-trace-id", value: "1" }));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AllowList {
    baggage: Names,
    text_map: Names,
    types: Types,
}

impl AllowList {
    /// Nothing but what belongs to the context. The default.
    pub const NONE: Self =
        Self { baggage: Names::Only(&[]), text_map: Names::Only(&[]), types: Types::Only(&[]) };

    /// Everything: for a channel both ends of which are in one trust domain.
    pub const ALL: Self = Self { baggage: Names::All, text_map: Names::All, types: Types::All };

    /// The same with these baggage keys, compared exactly (W3C Baggage, *key*).
    #[must_use]
    pub const fn with_baggage(self, keys: &'static [&'static str]) -> Self {
        Self { baggage: Names::Only(keys), ..self }
    }

    /// The same with these text-map keys, compared without regard to ASCII case (`R-FIELD-3`). What
    /// another propagator reads from such an entry is believed as far as that propagator goes:
    /// [`Trust`](crate::policy::Trust) does not look into it.
    #[must_use]
    pub const fn with_text_map(self, keys: &'static [&'static str]) -> Self {
        Self { text_map: Names::Only(keys), ..self }
    }

    /// The same with fields of these types, which this crate does not know: private ones, agreed on
    /// by the parties of a channel.
    #[must_use]
    pub const fn with_types(self, types: &'static [FieldType]) -> Self {
        Self { types: Types::Only(types), ..self }
    }

    /// Whether some field of this type may pass: asked before the field is looked at. O(types in
    /// the list).
    pub(crate) fn may_admit(&self, field_type: FieldType) -> bool {
        match field_type {
            FieldType::BAGGAGE => !self.baggage.is_empty(),
            FieldType::TEXT_MAP => !self.text_map.is_empty(),
            field_type if field_type.is_known() => true,
            field_type => match self.types {
                Types::All => true,
                Types::Only(types) => types.contains(&field_type),
            },
        }
    }

    /// Whether every field passes, whatever it is.
    pub(crate) const fn admits_all(&self) -> bool {
        matches!(self, Self { baggage: Names::All, text_map: Names::All, types: Types::All })
    }

    /// Whether the list lets a field pass. Of baggage it lets pass the members that
    /// [`baggage`](Self::baggage) leaves. O(keys in the list).
    #[must_use]
    pub fn admits(&self, field: &Field<'_>) -> bool {
        match field {
            Field::Baggage(text) => self.baggage(text).is_some(),
            Field::TextMap { key, .. } => {
                self.text_map.contains(|allowed| allowed.eq_ignore_ascii_case(key))
            }
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
        let Names::Only(keys) = self.baggage else { return Some(Cow::Borrowed(text)) };
        let mut left = String::new();
        for member in BaggageMembers::new(text).filter(|member| keys.contains(&member.key())) {
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

impl Default for AllowList {
    /// [`NONE`](Self::NONE).
    fn default() -> Self {
        Self::NONE
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Names {
    All,
    Only(&'static [&'static str]),
}

impl Names {
    const fn is_empty(self) -> bool {
        matches!(self, Self::Only([]))
    }

    fn contains(self, is_it: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| is_it(name)),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Types {
    All,
    Only(&'static [FieldType]),
}
