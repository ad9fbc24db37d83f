//! One field of a carrier: what it may hold, judged in one place for reading and for writing.

use core::fmt;
use core::num::NonZeroU32;

use crate::context::TraceContext;
use crate::flags::TraceFlags;
use crate::wire::FURTHER_CONTEXT_LEN;

/// Says what a field is: a number of which some are known to this crate (specification [section
/// 5.2] and [appendix E]).
///
/// [section 5.2]: crate::spec#52-fields
/// [appendix E]: crate::spec#appendix-e-registries
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_structs, reason = "an open code point: any byte is one")]
pub struct FieldType(pub u8);

impl FieldType {
    /// W3C `tracestate` header text.
    pub const TRACESTATE: Self = Self(1);
    /// W3C `baggage` header text.
    pub const BAGGAGE: Self = Self(2);
    /// A key and a value of any other propagator.
    pub const TEXT_MAP: Self = Self(3);
    /// How many messages a sampled one stands for.
    pub const FAN_OUT_WEIGHT: Self = Self(4);
    /// One more context that the message continues.
    pub const FURTHER_CONTEXT: Self = Self(5);
    /// One in how many receivers of this one copy keeps the sampled context.
    pub const THINNING: Self = Self(6);
    /// The types reserved for grease: senders may insert them, readers skip them ([`R-VER-3`]).
    ///
    /// [`R-VER-3`]: crate::spec#12-versions-and-grease
    pub const GREASE: [Self; 4] = [Self(0x2A), Self(0x4A), Self(0xAA), Self(0xCA)];

    /// Tells whether this crate knows what the value means. Type 0, which is never used, counts as
    /// known.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.0 <= Self::THINNING.0
    }

    /// Tells whether the type is for private use, by agreement of the parties on a channel.
    #[must_use]
    pub const fn is_private(self) -> bool {
        matches!(self.0, 0x60..=0x7F | 0xE0..)
    }

    /// Tells whether someone who does not know the type keeps the field when the frame is changed:
    /// bit 7 ([`R-COPY-2`]).
    ///
    /// [`R-COPY-2`]: crate::spec#8-how-a-frame-is-changed
    #[must_use]
    pub const fn is_kept_unknown(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// A bit for the type, modulo 64.
    #[cfg(all(feature = "policy", feature = "bytes"))]
    pub(crate) const fn bit(self) -> u64 {
        1_u64.wrapping_shl(self.0 as u32)
    }

    /// The copying rule (`R-COPY-1`, `R-COPY-2`).
    pub(crate) const fn is_kept(self) -> bool {
        self.is_known() || self.is_kept_unknown()
    }
}

impl fmt::Debug for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldType({:02x})", self.0)
    }
}

/// Holds one well-formed field (specification [section 5.2]). Borrows its value; building and
/// reading one allocates nothing.
///
/// `Debug` shows the type and the length, never the value.
///
/// [section 5.2]: crate::spec#52-fields
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field<'a> {
    /// W3C `tracestate` header text: not empty, bytes `09` and `20`–`7E`. Its members are not
    /// judged here.
    Tracestate(&'a str),
    /// W3C `baggage` header text: not empty, bytes `09` and `20`–`7E`. Its members are not judged
    /// here.
    Baggage(&'a str),
    /// What another propagator sends, such as `b3`.
    TextMap {
        /// 1 to 255 bytes `21`–`7E`, compared without regard to ASCII case; never a key of W3C's
        /// own.
        key: &'a str,
        /// Any text, also an empty one.
        value: &'a str,
    },
    /// How many messages this sampled one stands for.
    FanOutWeight(NonZeroU32),
    /// One more context that the message continues: a member of a batch, or a link.
    FurtherContext(TraceContext),
    /// One in how many receivers keeps the sampled context: this one copy goes to many. See
    /// [`Carrier::thinning`](crate::Carrier::thinning).
    Thinning(NonZeroU32),
    /// A field of a type that this crate does not know.
    Unknown {
        /// The type; never one that [is known](FieldType::is_known).
        field_type: FieldType,
        /// Its bytes.
        value: &'a [u8],
    },
}

impl<'a> Field<'a> {
    /// Reads the value of a field of this type, as it stands on the wire. `None` if it is malformed
    /// ([`R-FIELD-1`]).
    ///
    /// [`R-FIELD-1`]: crate::spec#52-fields
    #[must_use]
    pub fn parse(field_type: FieldType, value: &'a [u8]) -> Option<Self> {
        Self::parse_inline(field_type, value)
    }

    /// The same within the loop over all fields, where a call is a third of what it takes.
    #[inline(always)]
    pub(crate) fn parse_inline(field_type: FieldType, value: &'a [u8]) -> Option<Self> {
        let field = match field_type {
            FieldType::TRACESTATE => return parse_text(value).map(Self::Tracestate),
            FieldType::BAGGAGE => return parse_text(value).map(Self::Baggage),
            FieldType::TEXT_MAP => {
                let (key_len, rest) = value.split_first()?;
                // A key that ends within a character is none: it has bytes above 7E.
                let rest = core::str::from_utf8(rest).ok()?;
                let (key, value) = rest.split_at_checked(usize::from(*key_len))?;
                Self::TextMap { key, value }
            }
            FieldType::FAN_OUT_WEIGHT => Self::FanOutWeight(parse_count(value)?),
            FieldType::FURTHER_CONTEXT => {
                let [ids @ .., flags]: &[u8; FURTHER_CONTEXT_LEN] = value.try_into().ok()?;
                let flags = TraceFlags::from_u8(*flags);
                Self::FurtherContext(TraceContext::from_ids(ids, flags)?)
            }
            FieldType::THINNING => Self::Thinning(parse_count(value)?),
            _ => Self::Unknown { field_type, value },
        };
        field.is_well_formed().then_some(field)
    }

    /// Returns the type.
    #[must_use]
    pub const fn field_type(&self) -> FieldType {
        match self {
            Self::Tracestate(_) => FieldType::TRACESTATE,
            Self::Baggage(_) => FieldType::BAGGAGE,
            Self::TextMap { .. } => FieldType::TEXT_MAP,
            Self::FanOutWeight(_) => FieldType::FAN_OUT_WEIGHT,
            Self::FurtherContext(_) => FieldType::FURTHER_CONTEXT,
            Self::Thinning(_) => FieldType::THINNING,
            Self::Unknown { field_type, .. } => *field_type,
        }
    }

    /// Whether a reader would take the field: the column *malformed when* of the specification's
    /// table.
    #[inline(always)]
    pub(crate) fn is_well_formed(&self) -> bool {
        match *self {
            Self::Tracestate(text) | Self::Baggage(text) => is_header_text(text),
            Self::TextMap { key, .. } => is_key(key),
            Self::FanOutWeight(_) | Self::FurtherContext(_) | Self::Thinning(_) => true,
            Self::Unknown { field_type, .. } => !field_type.is_known(),
        }
    }

    /// Whether the field may stand here: `R-FIELD-5`, `R-FIELD-6` and `R-FIELD-8`.
    #[inline]
    pub(crate) fn is_in_place(&self, context: Option<TraceContext>) -> bool {
        match self {
            Self::Tracestate(_) => context.is_some(),
            Self::FanOutWeight(_) | Self::Thinning(_) => {
                context.is_some_and(TraceContext::is_sampled)
            }
            _ => true,
        }
    }

    /// The key of a text-map entry, if it is not longer than the wire allows.
    pub(crate) fn key(&self) -> Option<&[u8]> {
        match self {
            Self::TextMap { key, .. } if key.len() <= usize::from(u8::MAX) => Some(key.as_bytes()),
            _ => None,
        }
    }

    /// Hands out the value's bytes as they stand on the wire, in up to three pieces.
    #[inline]
    pub(crate) fn for_each_piece(&self, mut piece: impl FnMut(&[u8])) {
        match self {
            Self::Tracestate(text) | Self::Baggage(text) => piece(text.as_bytes()),
            Self::TextMap { key, value } => {
                // A well-formed key has at most 255 bytes.
                piece(&[key.len() as u8]);
                piece(key.as_bytes());
                piece(value.as_bytes());
            }
            Self::FanOutWeight(count) | Self::Thinning(count) => {
                piece(&count.get().to_be_bytes());
            }
            Self::FurtherContext(context) => {
                piece(context.trace_id().as_bytes());
                piece(context.span_id().as_bytes());
                piece(&[context.flags().to_u8()]);
            }
            Self::Unknown { value, .. } => piece(value),
        }
    }

    /// Bytes of the value on the wire.
    #[inline]
    pub(crate) fn value_len(&self) -> usize {
        match self {
            Self::Tracestate(text) | Self::Baggage(text) => text.len(),
            Self::TextMap { key, value } => key.len().saturating_add(value.len()).saturating_add(1),
            Self::FanOutWeight(_) | Self::Thinning(_) => size_of::<u32>(),
            Self::FurtherContext(_) => FURTHER_CONTEXT_LEN,
            Self::Unknown { value, .. } => value.len(),
        }
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({:02x}, {} bytes)", self.field_type().0, self.value_len())
    }
}

/// The types that have their one field, of those of which one counts: `R-FIELD-2`. Text-map entries
/// count once by their keys, and are not among them.
#[derive(Clone, Copy, Default)]
pub(crate) struct TypesTaken(u8);

impl TypesTaken {
    /// Takes the place of a type. Whether it was free, or there are many.
    #[inline]
    pub(crate) fn take(&mut self, field_type: FieldType) -> bool {
        let is_free = !self.contain(field_type);
        self.0 |= Self::bit(field_type);
        is_free
    }

    /// Whether the place of a type is taken.
    #[inline]
    pub(crate) const fn contain(self, field_type: FieldType) -> bool {
        self.0 & Self::bit(field_type) != 0
    }

    /// No bit for a type of which there are many.
    #[inline]
    const fn bit(field_type: FieldType) -> u8 {
        const ONCE: u8 = 1 << FieldType::TRACESTATE.0
            | 1 << FieldType::BAGGAGE.0
            | 1 << FieldType::FAN_OUT_WEIGHT.0
            | 1 << FieldType::THINNING.0;
        if field_type.is_known() { ONCE & 1 << field_type.0 } else { 0 }
    }
}

/// Takes the places of the types of all of these fields.
impl<'f, 'a: 'f> FromIterator<&'f Field<'a>> for TypesTaken {
    fn from_iter<F: IntoIterator<Item = &'f Field<'a>>>(fields: F) -> Self {
        fields.into_iter().fold(Self::default(), |mut taken, field| {
            taken.take(field.field_type());
            taken
        })
    }
}

/// Keys that have places of their own and are never text-map entries (`R-FIELD-4`).
const W3C_KEYS: [&str; 3] = ["traceparent", "tracestate", "baggage"];

/// The value of a `tracestate` or `baggage`, unless it is malformed.
#[inline]
pub(crate) fn parse_text(value: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(value).ok()?;
    is_header_text(text).then_some(text)
}

#[inline]
fn is_header_text(text: &str) -> bool {
    is_header_value(text.as_bytes())
}

/// Whether the value of a `tracestate` or a `baggage` is well-formed.
#[inline]
pub(crate) fn is_header_value(value: &[u8]) -> bool {
    // To the end, whatever is found: without a way out of the loop, many bytes go at a time.
    !value.is_empty() && value.iter().copied().fold(true, |all, byte| all & is_text(byte))
}

#[inline]
fn is_key(key: &str) -> bool {
    (1..=255).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_graphic())
        && !W3C_KEYS.iter().any(|own| key.eq_ignore_ascii_case(own))
}

/// What a header value may hold (specification section 5.2, *text*).
const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~')
}

fn parse_count(value: &[u8]) -> Option<NonZeroU32> {
    NonZeroU32::new(u32::from_be_bytes(value.try_into().ok()?))
}
