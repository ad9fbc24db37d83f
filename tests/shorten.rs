//! What is dropped first when a carrier is too long (specification section 18).

use glassine::{Field, FieldType, SpanId, TraceContext, TraceFlags, TraceId, shorten};
use proptest::prelude::*;

fn further(id: u64) -> Field<'static> {
    let (trace_id, span_id) = (TraceId::from_u128(1).unwrap(), SpanId::from_u64(id).unwrap());
    Field::FurtherContext(TraceContext::new(trace_id, span_id, TraceFlags::NONE))
}

fn weight() -> Field<'static> {
    Field::FanOutWeight(9.try_into().unwrap())
}

fn thinning() -> Field<'static> {
    Field::Thinning(7.try_into().unwrap())
}

const UNKNOWN: Field<'_> = Field::Unknown { field_type: FieldType(0x60), value: b"private" };
const B3: Field<'_> = Field::TextMap { key: "b3", value: "0" };
const UBER: Field<'_> = Field::TextMap { key: "uber", value: "1" };

/// R-LIMIT-2, step by step: with each step there is room for a little less.
#[test]
fn things_are_dropped_in_the_order_of_the_specification() {
    let all = [
        Field::Tracestate("a=1,b=2"),
        weight(),
        thinning(),
        Field::Baggage("k=1, l=2,m=3"),
        B3,
        UBER,
        UNKNOWN,
        further(1),
        further(2),
    ];
    let len = 10 + 7 + 7 + 15 + 7 + 9 + 10 + 28 + 28;
    let ts = Field::Tracestate("a=1,b=2");
    let steps: [(usize, &[Field<'_>]); 11] = [
        (len, &all),
        (
            len - 1,
            &[
                ts,
                weight(),
                thinning(),
                Field::Baggage("k=1, l=2"),
                B3,
                UBER,
                UNKNOWN,
                further(1),
                further(2),
            ],
        ),
        (
            len - 5,
            &[
                ts,
                weight(),
                thinning(),
                Field::Baggage("k=1"),
                B3,
                UBER,
                UNKNOWN,
                further(1),
                further(2),
            ],
        ),
        (len - 10, &[ts, weight(), thinning(), B3, UBER, UNKNOWN, further(1), further(2)]),
        (len - 16, &[ts, weight(), thinning(), B3, UNKNOWN, further(1), further(2)]),
        (len - 25, &[ts, weight(), thinning(), UNKNOWN, further(1), further(2)]),
        (len - 32, &[ts, weight(), thinning(), further(1), further(2)]),
        (len - 42, &[ts, weight(), thinning(), further(1)]),
        (24, &[ts, weight(), thinning()]),
        (23, &[Field::Tracestate("a=1"), weight(), thinning()]),
        (0, &[weight(), thinning()]),
    ];
    for (room, left) in steps {
        assert_eq!(shorten(&mut all.clone(), room), left, "room for {room} bytes");
    }
}

/// R-SHORT-5: members are what is between commas and more than white space, and what stands behind
/// the last one that fits goes.
#[test]
fn white_space_and_empty_members_go_with_what_is_dropped() {
    let cases = [
        ("a=1 ,b=2", 8, "a=1 ,b=2"),
        ("a=1 ,b=2", 7, "a=1"),
        ("a=1 ,b=2", 3, "a=1"),
        ("a=1 ,b=2", 2, ""),
        ("a=1,", 3, "a=1"),
        ("a=1,,,b=2, ", 10, "a=1,,,b=2"),
        ("a=1,,,b=2, ", 9, "a=1,,,b=2"),
        ("a=1,,,b=2, ", 8, "a=1"),
        (" \t,a=1,b=2", 6, " \t,a=1"),
        (" \t,a=1,b=2", 5, ""),
        (" , ,", 3, ""),
    ];
    for (list, room, left) in cases {
        let lists = [Field::Baggage(list), Field::Tracestate(list)];
        for (mut field, expected) in
            lists.into_iter().zip([Field::Baggage(left), Field::Tracestate(left)])
        {
            let expected = (!left.is_empty()).then_some(expected);
            let shortened = shorten(std::slice::from_mut(&mut field), 3 + room);
            assert_eq!(shortened.first(), expected.as_ref(), "{list:?} in {room}");
        }
    }
}

/// R-SHORT-1 to R-SHORT-4: bytes alone are counted, nothing is judged, and the order is the given
/// one, not the canonical one.
#[test]
fn the_last_is_the_last_that_was_given() {
    let private =
        |field_type| Field::Unknown { field_type: FieldType(field_type), value: b"12345" };
    let given = [private(0xE0), private(0x60)];
    assert_eq!(shorten(&mut given.clone(), 8), [private(0xE0)]);
    let malformed = [Field::Baggage("\n"), B3];
    assert_eq!(shorten(&mut malformed.clone(), 11), malformed);
    assert_eq!(shorten(&mut malformed.clone(), 10), [B3]);
    let many = [private(0x60); 129];
    assert_eq!(shorten(&mut many.clone(), 129 * 8).len(), 129);
    assert_eq!(shorten(&mut many.clone(), 0), []);
}

/// W3C's floors: what everyone must be able to carry is carried whole.
#[test]
fn the_floors_fit_into_the_floor_of_the_carrier() {
    let tracestate = format!("a={}", "x".repeat(510));
    let members: Vec<_> = (0..64).map(|i| format!("key{i:02}={}", "v".repeat(121))).collect();
    let baggage = format!("{}v", members.join(","));
    assert_eq!((tracestate.len(), baggage.len()), (512, 8192));
    let all = [Field::Tracestate(&tracestate), Field::Baggage(&baggage)];
    assert_eq!(shorten(&mut all.clone(), 8734 - 24), all);
    assert_eq!(
        shorten(&mut all.clone(), 8734 - 25),
        [Field::Tracestate(&tracestate), Field::Baggage(&members[..63].join(","))]
    );
}

proptest! {
    /// What is left fits, is a prefix of each list, and nothing is dropped that fits.
    #[test]
    fn what_is_left_fits(
        members in proptest::collection::vec("[a-z]{1,4}=[a-z]{0,6}", 1..8),
        separator in "[ \t]?,[ \t]?",
        room in 0_usize..120,
    ) {
        let list = members.join(&separator);
        let len = |fields: &[Field<'_>]| -> usize {
            fields
                .iter()
                .map(|field| match field {
                    Field::Baggage(text) | Field::Tracestate(text) => 3 + text.len(),
                    _ => unreachable!("only lists are given"),
                })
                .sum()
        };
        let mut fields = [Field::Tracestate(&list), Field::Baggage(&list)];
        let left = shorten(&mut fields, room);
        prop_assert!(len(left) <= room);
        for field in &*left {
            let (Field::Baggage(text) | Field::Tracestate(text)) = field else { unreachable!() };
            prop_assert!(
                (1..=members.len()).any(|count| members[..count].join(&separator) == *text),
                "{text:?}"
            );
        }
        if 2 * (3 + list.len()) <= room {
            prop_assert_eq!(left.len(), 2);
            prop_assert_eq!(len(left), 2 * (3 + list.len()));
        }
    }
}
