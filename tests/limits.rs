//! How long a message of a channel may be, and what gives way: fields, then the envelope, and never
//! the payload (law 2; specification section 11).
#![cfg(all(feature = "policy", feature = "bytes", feature = "text"))]

use bytes::Buf;
use glassine::policy::{AllowList, Count, FanOut, Rollout, Share, Trust, Unsampled};
use glassine::text::TextReading;
use glassine::{Channel, Field, FieldType, Origin, Reading, TraceContext, TraceFlags};

const fn on() -> Channel {
    Channel::new()
        .with_rollout(Rollout::On)
        .with_trust(Trust::Accept)
        .with_inbound_fields(AllowList::ALL)
        .with_outbound_fields(AllowList::ALL)
}

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn counted<const N: usize>(channel: &Channel, counts: [Count; N]) -> [usize; N] {
    counts.map(|count| channel.counters().snapshot().count(count))
}

/// Every limit from none to more than all of it.
#[test]
fn fields_go_first_then_the_envelope() {
    let fields = [Field::Tracestate("a=1,b=2"), Field::Baggage("tenant=7,plan=gold")];
    let origin = Origin::from(sampled()).with_fields(&fields);
    let payload = b"payload";
    let whole = on().wrap(&origin, payload).remaining();
    let mut before = 0;
    for max in 0..=whole + 1 {
        let channel = on().with_max_message_len(max);
        let message = channel.wrap(&origin, payload).into_bytes();
        let reading = Reading::read(&message);
        assert_eq!(reading.payload(), payload);
        assert!(message.len() <= max.max(payload.len()), "{} > {max}", message.len());
        assert!(message.len() >= before, "a larger limit takes less away");
        before = message.len();
        assert_eq!(reading.context().is_some(), max >= payload.len() + 32);
        let expected = match max {
            max if max < payload.len() + 32 => [1, 0, 0, 1],
            max if max < whole => [0, 1, 1, 0],
            _ => [0, 1, 0, 0],
        };
        let counts = [Count::SentBare, Count::SentSampled, Count::FieldsDropped, Count::TooLong];
        assert_eq!(counted(&channel, counts), expected, "{max} of {whole}");
        let encoded = channel.wrapper(&origin).encode_with(payload.len(), |to| {
            to.extend_from_slice(payload);
            Ok::<_, ()>(())
        });
        assert_eq!(encoded.unwrap(), message);
        if max >= whole {
            assert_eq!(message.len(), whole);
        }
        // By members, the last first.
        let left = reading.carrier().baggage().unwrap_or_default();
        assert!(["", "tenant=7", "tenant=7,plan=gold"].contains(&left), "{left}");
    }
}

#[test]
fn text_has_the_same_budget() {
    let fields = [Field::Tracestate("a=1,b=2"), Field::Baggage("tenant=7,plan=gold")];
    let origin = Origin::from(sampled()).with_fields(&fields);
    let whole = on().wrap_text(&origin, "payload").len();
    for max in 0..=whole + 1 {
        let channel = on().with_max_message_len(max);
        let message = channel.wrap_text(&origin, "payload");
        let reading = TextReading::read(&message);
        assert_eq!(reading.payload_str(), Ok("payload"));
        assert!(message.len() <= max.max("payload".len()));
        // 10 characters, 43 of base64url for 32 bytes, and the end.
        assert_eq!(reading.context().is_some(), max >= "payload".len() + 54, "{max}");
        assert_eq!(message.len() == whole, max >= whole);
    }
}

#[test]
fn a_payload_that_needs_the_escape_says_what_it_needs() {
    let channel = on().with_max_message_len(12);
    let origin = Origin::from(sampled());
    // With room for the escape alone, the context gives way.
    let fits = channel.wrapper(&origin).try_wrap(&b"\x9E123"[..]).unwrap().into_bytes();
    assert_eq!((fits.len(), Reading::read(&fits).payload()), (12, &b"\x9E123"[..]));
    assert_eq!(counted(&channel, [Count::SentEscaped, Count::TooLong]), [1, 1]);

    let too_long = channel.wrapper(&origin).try_wrap(&b"\x9E1234"[..]).unwrap_err();
    assert_eq!((too_long.needed(), too_long.max()), (13, 12));
    assert_eq!(
        too_long.to_string(),
        "the payload must be escaped, which makes 13 bytes of at most 12"
    );
    // Nothing is lost, and nothing is misread: the transport refuses it.
    let message = too_long.into_message().into_bytes();
    assert_eq!(message, channel.wrap(&Origin::default(), &b"\x9E1234"[..]).into_bytes());
    assert_eq!(Reading::read(&message).payload(), b"\x9E1234");

    // What needs none is as long as it is.
    assert!(channel.wrapper(&origin).try_wrap(&b"a payload that is longer"[..]).is_ok());
    let too_long = channel.wrapper(&origin).try_wrap_text("~glassine;").unwrap_err();
    assert_eq!((too_long.needed(), too_long.max()), (32, 12));
    assert_eq!(TextReading::read(&too_long.into_message()).payload_str(), Ok("~glassine;"));
}

#[test]
fn a_limit_beside_fields_alone_and_the_marker() {
    let baggage = Origin::default().with_fields(&[Field::Baggage("tenant=7")]);
    for (max, expected) in [(30, [1, 0, 0]), (20, [0, 1, 1]), (7, [0, 1, 1])] {
        let channel = on().with_max_message_len(max);
        let message = channel.wrap(&baggage, "payload").into_bytes();
        assert_eq!(Reading::read(&message).payload(), b"payload");
        let counts = [Count::SentUndecided, Count::SentBare, Count::TooLong];
        assert_eq!(counted(&channel, counts), expected, "{max}");
    }
    let unsampled = Origin::from(sampled().with_flags(TraceFlags::NONE));
    for (max, expected) in [(15, [1, 0, 0]), (14, [0, 1, 1])] {
        let channel = on().with_unsampled(Unsampled::Marker).with_max_message_len(max);
        assert!(channel.wrap(&unsampled, "payload").remaining() <= max);
        let counts = [Count::SentMarker, Count::SentBare, Count::TooLong];
        assert_eq!(counted(&channel, counts), expected, "{max}");
    }
}

/// 16 KB in are not 16 KB out on every reply.
#[test]
fn a_peers_tracestate_does_not_come_back_whole() {
    let members: Vec<_> = (0..200).map(|n| format!("vendor{n}={}", "x".repeat(60))).collect();
    let long = members.join(",");
    let origin = Origin::from(sampled()).with_fields(&[Field::Tracestate(&long)]);
    assert!(origin.carrier().tracestate().unwrap().len() > 13_000);

    let channel = on();
    let message = channel.wrap(&origin, "payload").into_bytes();
    let sent = Reading::read(&message).carrier();
    let sent = sent.tracestate().unwrap();
    assert!(sent.len() <= 512 && sent.len() > 512 - 70, "{}", sent.len());
    assert!(long.starts_with(sent) && long[sent.len()..].starts_with(','));
    assert_eq!(counted(&channel, [Count::SentSampled, Count::FieldsDropped]), [1, 1]);

    for max in [0, 9, 100, 2_000, u16::MAX] {
        let channel = on().with_max_tracestate_len(max);
        let message = channel.wrap(&origin, "payload").into_bytes();
        let sent = Reading::read(&message).carrier();
        let sent = sent.tracestate().unwrap_or_default();
        assert!(sent.len() <= usize::from(max));
        assert!(long.starts_with(sent));
        assert_eq!(Reading::read(&message).context(), Some(sampled()));
    }
}

#[test]
fn what_a_list_holds_back_is_counted() {
    let fields = [Field::Baggage("tenant=7,email=x"), Field::TextMap { key: "b3", value: "0" }];
    let origin = Origin::from(sampled()).with_fields(&fields);
    for (list, expected) in [
        (AllowList::ALL, 0),
        (AllowList::NONE, 1),
        (AllowList::NONE.with_baggage(&["tenant", "email"]).with_text_map(&["b3"]), 0),
        (AllowList::NONE.with_baggage(&["tenant"]).with_text_map(&["b3"]), 1),
        (AllowList::NONE.with_baggage(&["tenant", "email"]), 1),
    ] {
        let channel = on().with_outbound_fields(list);
        let _ = channel.wrap(&origin, "payload");
        assert_eq!(counted(&channel, [Count::SentSampled, Count::FieldsDropped]), [1, expected]);
    }
}

/// What is only written otherwise is not lost, and what has no bytes can be.
#[test]
fn what_is_lost_goes_by_what_was_said_and_not_by_its_length() {
    let unknown = Field::Unknown { field_type: FieldType(0xC1), value: b"" };
    let key = |key| Field::TextMap { key, value: "" };
    let too_many: Vec<_> = (0..127).map(|_| unknown).collect();
    let list = AllowList::NONE.with_baggage(&["a", "b"]).with_text_map(&["k"]);
    for (list, fields, weight, lost) in [
        (list.clone(), &[Field::Baggage("a=1 , b=2,, ")][..], 1, 0),
        (list.clone(), &[Field::Baggage("a=1;p, b=2 ; q")], 1, 0),
        (list.clone(), &[Field::Baggage("a=1,c=")], 1, 1),
        (list.clone(), &[Field::Baggage("c=1")], 1, 1),
        (list.clone(), &[key("k")], 1, 0),
        (list.clone(), &[key("l")], 1, 1),
        (list.clone(), &[unknown], 1, 1),
        (list, &[Field::Tracestate("a=1 , b=2,")], 1, 0),
        (AllowList::ALL, &[unknown], 1, 0),
        (AllowList::ALL, &too_many, 1, 0),
        // 128 fields at most, of which the weight is one, and the thinning another.
        (AllowList::ALL, &too_many, 7, 1),
    ] {
        let channel = on().with_outbound_fields(list);
        let origin = Origin::from(sampled()).with_fields(fields);
        let origin = origin.fanned_out(weight.try_into().unwrap());
        let wrapper = channel.wrapper_for_many(&origin, 100, FanOut::DEFAULT);
        let message = wrapper.wrap(&b"payload"[..]).into_bytes();
        assert_eq!(Reading::read(&message).carrier().thinning().map(u32::from), Some(10));
        assert_eq!(counted(&channel, [Count::FieldsDropped]), [lost], "{fields:?}, {weight}");
    }
}

/// A message counts once, whatever held its fields back.
#[test]
fn a_list_and_a_limit_together_count_once() {
    let fields = [Field::Tracestate("a=1,b=2"), Field::Baggage("tenant=7,email=x")];
    let origin = Origin::from(sampled()).with_fields(&fields);
    let list = AllowList::NONE.with_baggage(&["tenant"]);
    let channel = on().with_outbound_fields(list).with_max_message_len(7 + 32 + 10);
    let message = channel.wrap(&origin, "payload").into_bytes();
    let carrier = Reading::read(&message).carrier();
    assert_eq!((carrier.tracestate(), carrier.baggage()), (Some("a=1,b=2"), None));
    assert_eq!(counted(&channel, [Count::SentSampled, Count::FieldsDropped]), [1, 1]);
}

#[test]
fn what_a_share_holds_back_is_counted() {
    for (millionths, expected) in [(0, [0, 1, 1]), (1_000_000, [1, 0, 0])] {
        let share = Share::from_millionths(millionths).unwrap();
        let channel = on().with_rollout(Rollout::Share(share));
        let _ = channel.wrap(&sampled().into(), "payload");
        let _ = channel.wrap_text(&sampled().into(), "payload");
        let counts = [Count::SentSampled, Count::SentBare, Count::OutOfShare];
        assert_eq!(counted(&channel, counts), expected.map(|count| 2 * count));
        // Where nobody has decided for a trace, none is out of the share.
        let _ = channel.wrap(&Origin::default(), "payload");
        let _ = channel.wrap(&Origin::from(sampled().with_flags(TraceFlags::NONE)), "payload");
        assert_eq!(counted(&channel, [Count::OutOfShare]), [2 * expected[2]]);
    }
    // Before the rollout, there is no share.
    let channel = on().with_rollout(Rollout::ReceiveOnly);
    let _ = channel.wrap(&sampled().into(), "payload");
    assert_eq!(counted(&channel, [Count::SentBare, Count::OutOfShare]), [1, 0]);
}
