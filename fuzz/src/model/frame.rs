//! How a frame is written: bytes joined in the order of section 4.

use glassine::{Field, Reader, TraceContext};

use crate::model::field::value_of;

/// What goes in front of a payload; `None` if its own reader would not take all of it (R-WRITE-5,
/// R-WRITE-7).
pub(crate) fn by_hand(
    shape: u8,
    context: Option<TraceContext>,
    fields: &[Field<'_>],
) -> Option<Vec<u8>> {
    let front = joined(shape, context, fields)?;
    let takes_all =
        Reader::new().with_carrier_cap(u16::MAX).read(&front).carrier().faults().next().is_none();
    (fields.len() <= 128 && takes_all).then_some(front)
}

/// Header, ids and fields, one after the other; `None` where a length has no place.
pub(crate) fn joined(
    shape: u8,
    context: Option<TraceContext>,
    fields: &[Field<'_>],
) -> Option<Vec<u8>> {
    let mut carrier = Vec::new();
    if let Some(context) = context {
        carrier.extend(context.trace_id().to_bytes());
        carrier.extend(context.span_id().to_bytes());
    }
    for field in fields {
        let value = value_of(field)?;
        carrier.push(field.field_type().0);
        carrier.extend(u16::try_from(value.len()).ok()?.to_be_bytes());
        carrier.extend(value);
    }
    let [len_0, len_1] = u16::try_from(carrier.len()).ok()?.to_be_bytes();
    let flags = context.map_or(0, |context| context.flags().to_u8());
    let header = [0x9E, 1, 0xC1, 0xDE, flags, shape, len_0, len_1];
    Some([&header[..], &carrier].concat())
}
