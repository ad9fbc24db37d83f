//! The target `fields`: any bytes as a carrier, any list (sections 5, 8, 11 and 15).

use bytes::Bytes;
use glassine::fields::RawField;
use glassine::policy::Rollout;
use glassine::{Field, Origin, Reader, Reading, TraceContext};

use crate::again::written_again;
use crate::channel::received::received;
use crate::model::field::{is_in_place, is_repeated, value_of};
use crate::model::origin::{ROOM, item, len};
use crate::model::trust;
use crate::read::carrier::carrier_is_read_as_in_section_5;
use crate::read::reparent::reparented;
use crate::settings::{Settings, lists};
use crate::write::shortened::shortened;

/// Any bytes: settings, the shape of a frame, and what is in its carrier behind the ids.
pub fn fields(input: &[u8]) {
    let Some((settings, rest)) = Settings::split(input) else { return };
    let Some((&[shape, flags], carrier)) = rest.split_first_chunk() else { return };
    let Some(frame) = frame(shape, flags, carrier) else { return };
    let message = Reader::new().with_carrier_cap(u16::MAX).read(&frame);
    carrier_is_read_as_in_section_5(message);
    written_again(Reading::read(&frame));
    reparented(&frame);
    for field in message.carrier().fields() {
        lists_agree(&field);
    }

    let settings = Settings { rollout: Rollout::On, ..settings };
    let bytes = Bytes::copy_from_slice(&frame);
    for trust in trust::EVERY {
        received(&settings, trust, &bytes);
    }
    let given: Vec<_> = message.carrier().raw_fields().map(as_it_stands).collect();
    given_fields_count_once(message.context(), &given);
    shortened(&message.carrier().fields().collect::<Vec<_>>(), carrier.len() / 2);
}

/// A frame of which nothing is wrong but what is in the carrier.
fn frame(shape: u8, flags: u8, fields: &[u8]) -> Option<Vec<u8>> {
    let ids: &[u8] = if shape & 2 == 0 { &[] } else { &[7; 24] };
    let (shape, flags) = match shape & 3 {
        0 => (0, 0),
        1 => (1, flags & 0xFE),
        _ => (3, flags),
    };
    let [len_0, len_1] = u16::try_from(ids.len() + fields.len()).ok()?.to_be_bytes();
    let header = [0x9E, 1, 0xC1, 0xDE, flags, shape, len_0, len_1];
    Some([&header[..], ids, fields, b"payload"].concat())
}

/// What each list says of a field is what the model says.
fn lists_agree(field: &Field<'_>) {
    for list in lists() {
        let expected = match field {
            Field::Baggage(text) => list.baggage_left(text).is_some(),
            field => list.lets_pass(field),
        };
        assert_eq!(list.allow_list().admits(field), expected);
    }
}

/// A field as somebody might give it to be sent: well-formed, or bytes of a type that has others.
fn as_it_stands<'a>(raw: RawField<'a>) -> Field<'a> {
    let (field_type, value) = (raw.field_type(), raw.value());
    Field::parse(field_type, value).unwrap_or(Field::Unknown { field_type, value })
}

/// Given by hand, fields that cannot be sent cost themselves, and of what counts once the first one
/// counts: whatever is given, it is kept in one pass, and the context stays.
fn given_fields_count_once(context: Option<TraceContext>, given: &[Field<'_>]) {
    let mut expected: Vec<Field<'_>> = Vec::new();
    for field in given {
        let counts = value_of(field).is_some()
            && is_in_place(field, context)
            && !expected.iter().any(|earlier| is_repeated(field, earlier));
        if counts && expected.len() < 128 {
            expected.push(*field);
        }
    }
    let origin = Origin::from(context).with_fields(given);
    assert_eq!(origin.context(), context);
    let baggage = expected.iter().find_map(|field| match field {
        Field::Baggage(text) => Some(*text),
        _ => None,
    });
    expected.sort_by_key(Field::field_type);
    let items: Vec<_> = expected.iter().map(item).collect();
    if len(&items) <= ROOM {
        assert!(origin.carrier().fields().eq(expected.iter().copied()));
        assert_eq!(origin.carrier().baggage(), baggage);
        let without = origin.clone().with_baggage(None);
        let is_baggage = |field: &Field<'_>| matches!(field, Field::Baggage(_));
        let weighs = |field: &Field<'_>| matches!(field.field_type().0, 4 | 6);
        let others = expected.iter().filter(|field| !is_baggage(field) && !weighs(field));
        assert!(without.carrier().fields().filter(|field| !weighs(field)).eq(others.copied()));
        assert_eq!(without.with_baggage(Some("a=1")).carrier().baggage(), Some("a=1"));
    } else {
        assert_eq!(origin.carrier().faults().next(), None);
    }
}
