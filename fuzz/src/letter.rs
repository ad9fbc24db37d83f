//! The generator of the target `write`: what a fuzzer's bytes ask for.

use core::iter;
use core::num::NonZeroU32;
use core::str;

use arbitrary::Arbitrary;
use glassine::{Envelope, Field, FieldType, SpanId, TraceContext, TraceFlags, TraceId};

use crate::model::frame::joined;

/// A message to write, with anything that could be asked for, allowed or not.
///
/// The inputs in `seeds/write` are bytes of this type: its shape, and that of what it holds, is
/// theirs.
#[derive(Arbitrary, Debug)]
pub struct Letter<'a> {
    says: Says,
    fields: Vec<Given<'a>>,
    /// So many empty fields of a grease type more: the way to more than 128.
    grease: u8,
    /// An inbound frame whose fields are kept.
    inbound: Inbound<'a>,
    /// The room that fields are shortened to.
    room: u16,
    payload: &'a [u8],
}

impl<'a> Letter<'a> {
    /// Byte 5, the context, and an envelope that says both. `None` if an id is all zero: there is
    /// no value of the crate's types that says so (R-WRITE-3).
    pub(crate) fn says(&self) -> Option<(u8, Option<TraceContext>, Envelope<'static>)> {
        Some(match &self.says {
            Says::Nothing => (0, None, Envelope::escape()),
            Says::Unsampled => (1, None, Envelope::unsampled()),
            Says::Context(ids) => {
                let context = ids.context()?;
                (3, Some(context), Envelope::new(context))
            }
        })
    }

    /// The fields that are asked for. `None` if the crate's types rule one out.
    pub(crate) fn fields(&self) -> Option<Vec<Field<'a>>> {
        let grease = Field::Unknown { field_type: FieldType::GREASE[0], value: &[] };
        let grease = iter::repeat_n(grease, usize::from(self.grease));
        self.fields.iter().map(Given::field).chain(grease.map(Some)).collect()
    }

    /// The frame whose fields are kept: no bytes if there is none.
    pub(crate) fn inbound(&self) -> Vec<u8> {
        self.inbound.frame().unwrap_or_default()
    }

    pub(crate) fn room(&self) -> usize {
        usize::from(self.room)
    }

    pub(crate) fn payload(&self) -> &'a [u8] {
        self.payload
    }
}

/// The shape that is asked for.
#[derive(Arbitrary, Debug)]
enum Says {
    Nothing,
    Unsampled,
    Context(Ids),
}

/// A frame that came in, with fields that may be misplaced, repeated or malformed.
#[derive(Arbitrary, Debug)]
struct Inbound<'a> {
    context: Option<Ids>,
    fields: Vec<Given<'a>>,
}

impl Inbound<'_> {
    fn frame(&self) -> Option<Vec<u8>> {
        let fields: Vec<_> = self.fields.iter().filter_map(Given::field).collect();
        let context = self.context.as_ref().and_then(Ids::context);
        joined(if context.is_some() { 3 } else { 0 }, context, &fields)
    }
}

/// A context, of which an id may be all zero.
#[derive(Arbitrary, Debug)]
struct Ids {
    trace_id: [u8; TraceId::LEN],
    span_id: [u8; SpanId::LEN],
    flags: u8,
}

impl Ids {
    fn context(&self) -> Option<TraceContext> {
        Some(TraceContext::new(
            TraceId::from_bytes(self.trace_id)?,
            SpanId::from_bytes(self.span_id)?,
            TraceFlags::from_u8(self.flags),
        ))
    }
}

/// A field that is asked for, well-formed or not.
#[derive(Arbitrary, Debug)]
enum Given<'a> {
    Tracestate(&'a str),
    Baggage(&'a str),
    TextMap {
        key: &'a str,
        value: &'a str,
    },
    FanOutWeight(NonZeroU32),
    FurtherContext(Ids),
    Thinning(NonZeroU32),
    Unknown {
        field_type: u8,
        value: &'a [u8],
    },
    /// Longer values than a fuzzer's input holds.
    Long {
        field_type: u8,
        key_len: u16,
        len: u32,
    },
}

impl<'a> Given<'a> {
    /// `None` if the crate's types rule it out.
    fn field(&self) -> Option<Field<'a>> {
        Some(match *self {
            Self::Tracestate(text) => Field::Tracestate(text),
            Self::Baggage(text) => Field::Baggage(text),
            Self::TextMap { key, value } => Field::TextMap { key, value },
            Self::FanOutWeight(weight) => Field::FanOutWeight(weight),
            Self::FurtherContext(ref ids) => Field::FurtherContext(ids.context()?),
            Self::Thinning(one_in) => Field::Thinning(one_in),
            Self::Unknown { field_type, value } => {
                Field::Unknown { field_type: FieldType(field_type), value }
            }
            Self::Long { field_type, key_len, len } => {
                let long = |len: usize| str::from_utf8(&LONG[..len % LONG.len()]).unwrap();
                let value = long(len as usize);
                match FieldType(field_type) {
                    FieldType::TRACESTATE => Field::Tracestate(value),
                    FieldType::BAGGAGE => Field::Baggage(value),
                    FieldType::TEXT_MAP => {
                        Field::TextMap { key: long(usize::from(key_len)), value }
                    }
                    field_type => Field::Unknown { field_type, value: value.as_bytes() },
                }
            }
        })
    }
}

/// Well-formed as text, and longer than any field.
static LONG: [u8; 70_000] = [b'a'; 70_000];
