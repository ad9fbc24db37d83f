//! The fields that an origin keeps: of those that are given, what a writer takes, and of its own,
//! what those leave (`Origin::with_fields`, `Origin::with_baggage`).
#![cfg(all(feature = "policy", feature = "bytes"))]

use std::num::NonZeroU32;

use glassine::policy::{AllowList, Rollout, Trust};
use glassine::{Channel, Envelope, Field, FieldType, Origin, SpanId, TraceContext, TraceFlags};

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn fields(origin: &Origin) -> Vec<Field<'_>> {
    origin.carrier().fields().collect()
}

const OWN: [Field<'static>; 2] = [Field::Tracestate("x=1"), Field::Baggage("a=1")];

#[test]
fn what_a_writer_would_refuse_takes_no_place() {
    let unknown = |field_type| Field::Unknown { field_type: FieldType(field_type), value: b"" };
    let refused: [&[Field<'_>]; 6] = [
        &[Field::Baggage("é")],
        &[Field::Tracestate("")],
        &[Field::TextMap { key: "traceparent", value: "" }],
        &[unknown(0); 128],
        &[unknown(0); 300],
        &[Field::Tracestate("\n"), Field::Baggage("\n"), unknown(6)],
    ];
    for given in refused {
        let origin = Origin::from(sampled()).with_fields(&OWN);
        assert_eq!(fields(&origin.with_fields(given)), OWN, "{given:?}");
    }
    let origin = Origin::from(sampled()).with_fields(&OWN);
    assert_eq!(fields(&origin.with_baggage(Some("é"))), OWN[..1], "baggage has one owner");

    // Misplaced: nothing is weighed that is not sampled.
    let unsampled = Origin::from(sampled().with_flags(TraceFlags::NONE)).with_fields(&OWN);
    assert_eq!(fields(&unsampled.with_fields(&[Field::FanOutWeight(number(2)); 128])), OWN);
}

#[test]
fn what_is_repeated_takes_one_place() {
    let weight = Field::FanOutWeight(number(2));
    let origin = Origin::from(sampled()).with_fields(&OWN).with_fields(&[weight; 128]);
    assert_eq!(fields(&origin), [OWN[0], OWN[1], weight]);

    let entry = |key| Field::TextMap { key, value: "" };
    let origin = Origin::from(sampled()).with_fields(&[entry("own"), entry("b3")]);
    let origin = origin.with_fields(&[[entry("B3"); 64], [entry("more"); 64]].concat());
    assert_eq!(fields(&origin), [entry("B3"), entry("more"), entry("own")]);
}

/// As many as are read: those that are given come first, then a thinning, then the others.
#[test]
fn above_128_the_others_go_from_the_end_and_no_thinning_does() {
    let unknown = |n: u8| Field::Unknown { field_type: FieldType(0x80 | n), value: b"" };
    let own: Vec<_> = (0..128).map(unknown).collect();
    let origin = Origin::from(sampled()).with_fields(&own);
    let given = Field::Baggage("a=1");
    let with_given = origin.with_baggage(Some("a=1"));
    assert_eq!(fields(&with_given), [&[given][..], &own[..127]].concat());

    let further = |id| Field::FurtherContext(sampled().with_span_id(SpanId::from_u64(id).unwrap()));
    for count in [126, 127] {
        let contexts = (1..=count).map(further);
        let all: Vec<_> = contexts.chain([Field::Thinning(number(10))]).collect();
        let message = Envelope::new(sampled()).with_fields(&all).encode_to_vec(b"payload").unwrap();
        let channel = Channel::new()
            .with_rollout(Rollout::On)
            .with_trust(Trust::Accept)
            .with_inbound_fields(AllowList::ALL);
        let origin = channel.receive(message.into()).into_parts().1;
        assert_eq!(origin.thinning(), Some(number(10)));
        let origin = origin.with_baggage(Some("a=1"));
        assert_eq!(origin.thinning(), Some(number(10)), "beside {count}");
        assert_eq!(origin.carrier().fields().count(), 128);
        let origin = origin.with_fields(&[Field::TextMap { key: "b3", value: "0" }]);
        assert_eq!(origin.thinning(), Some(number(10)), "beside {count} and a key");
        assert_eq!(origin.carrier().fields().count(), 128);
    }
}
