//! A channel: what comes in, what goes out, what passes its boundary, and fan-outs (specification
//! sections 8, 15 and 17). The laws are those of spec/rationale.md.
#![cfg(all(feature = "policy", feature = "bytes"))]

use std::num::NonZeroU32;

use bytes::{Buf, Bytes};
use glassine::policy::{
    AllowList, Appender, Count, EmptyMessages, FanOut, Propagation, Rollout, Share, Trust,
    Unsampled, fan_out_selects,
};
use glassine::{
    Channel, Envelope, Field, FieldType, Origin, Reader, Reading, SpanId, TraceContext, TraceFlags,
    TraceId, Traced,
};
use proptest::collection::vec;
use proptest::prelude::*;

const fn on() -> Channel {
    Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept)
}

static ON: Channel = on();
static SHARED_DOMAIN: Channel =
    on().with_inbound_fields(AllowList::ALL).with_outbound_fields(AllowList::ALL);

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03".parse().unwrap()
}

fn unsampled() -> TraceContext {
    sampled().with_flags(TraceFlags::RANDOM)
}

fn other_trace() -> TraceContext {
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap()
}

fn frame(envelope: Envelope<'_>) -> Bytes {
    envelope.encode_to_vec(b"payload").unwrap().into()
}

fn weight(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap()
}

/// What a receiver in the same trust domain makes of the message that goes out.
fn sent(channel: &Channel, origin: &Origin) -> Traced<Bytes> {
    SHARED_DOMAIN.receive(channel.wrap(origin, &b"payload"[..]).into_bytes())
}

fn fields(origin: &Origin) -> Vec<Field<'_>> {
    origin.carrier().fields().collect()
}

/// The dry run: everything is counted, and delivered as a program without Glassine would see it.
#[test]
fn count_only_counts_and_delivers_whole() {
    let channel = Channel::new().with_rollout(Rollout::CountOnly).with_trust(Trust::Accept);
    let messages = [
        frame(Envelope::new(sampled())),
        frame(Envelope::unsampled()),
        Bytes::from_static(b"{}"),
        Bytes::from_static(b"\x9E\x01\xC1\xDE"),
    ];
    for message in &messages {
        let received = channel.receive(message.clone());
        assert_eq!((received.value(), received.origin()), (message, &Origin::default()));
        let received = channel.receive_ref(message);
        assert_eq!((*received.value(), received.origin()), (&message[..], &Origin::default()));
    }
    let snapshot = channel.counters().snapshot();
    assert_eq!(snapshot.sum(Count::READ), 8);
    for count in [Count::ReadSampled, Count::ReadMarker, Count::ReadBare, Count::ReadDamaged] {
        assert_eq!(snapshot.count(count), 2, "{count:?}");
    }
    // Nothing is sent, and nothing is escaped.
    assert_eq!(channel.wrap(&sampled().into(), &b"\x9E"[..]).into_bytes(), &b"\x9E"[..]);
}

#[test]
fn off_is_the_old_program() {
    let channel = Channel::new().with_rollout(Rollout::Off).with_trust(Trust::Accept);
    let message = frame(Envelope::new(sampled()));
    assert_eq!(channel.receive(message.clone()), Traced::from(message));
    assert_eq!(channel.counters().snapshot().count(Count::ReadSampled), 0);
    for payload in [&b"\x9E\x01\xC1\xDE\x00\x00\x00\x00"[..], b"{}", b""] {
        assert_eq!(channel.wrap(&sampled().into(), payload).into_bytes(), payload);
    }
}

#[test]
fn receive_only_reads_and_sends_what_the_old_program_sent() {
    let channel = Channel::new().with_trust(Trust::Accept);
    let received = channel.receive(frame(Envelope::new(sampled())));
    assert_eq!(received.origin().propagation(), Propagation::Continue(sampled()));
    assert_eq!(received.value(), "payload");
    assert_eq!(channel.wrap(received.origin(), &b"\x9E"[..]).into_bytes(), &b"\x9E"[..]);
    assert_eq!(channel.counters().snapshot().count(Count::SentEscaped), 0);
}

#[test]
fn a_peer_about_whom_nothing_was_said_is_not_believed() {
    let channel = Channel::new().with_inbound_fields(AllowList::ALL);
    let fields = [Field::Baggage("tenant=7"), Field::TextMap { key: "b3", value: "1" }];
    let received = channel.receive(frame(Envelope::new(sampled()).with_fields(&fields)));
    assert_eq!(received, Traced::from(Bytes::from_static(b"payload")));
    assert_eq!(channel.counters().snapshot().count(Count::DroppedByPolicy), 1);
}

#[test]
fn trust_is_of_the_channel_or_of_the_peer() {
    let inbound = |trust| {
        ON.receiver()
            .with_trust(trust)
            .receive(frame(Envelope::new(sampled())))
            .origin()
            .propagation()
    };
    assert_eq!(inbound(Trust::Drop), Propagation::Unknown);
    assert_eq!(inbound(Trust::LinkOnly), Propagation::Link(sampled()));
    assert_eq!(inbound(Trust::Redecide), Propagation::Resample(unsampled()));
    assert_eq!(inbound(Trust::Accept), Propagation::Continue(sampled()));
}

#[test]
fn the_escape_is_put_in_front_and_counted_while_anything_is_sent() {
    let none = Share::from_millionths(0).unwrap();
    for rollout in [Rollout::Share(none), Rollout::On] {
        let channel = Channel::new().with_rollout(rollout);
        let payload = &b"\x9E\x01\xC1\xDE\x00\x00\x00\x00"[..];
        let message = channel.wrap(&Origin::default(), payload).into_bytes();
        assert_eq!(message.len(), 8 + payload.len());
        assert_eq!(channel.receive(message).value(), payload);
        assert_eq!(channel.wrap(&Origin::default(), &b"{}"[..]).into_bytes(), "{}");
        assert_eq!(channel.counters().snapshot().count(Count::SentEscaped), 1);
    }
}

#[test]
fn payloads_are_appended_behind_the_envelope() {
    let append = |payload: &'static [u8]| {
        move |out: &mut Appender<'_>| {
            out.extend_from_slice(payload);
            Ok::<_, ()>(())
        }
    };
    let message = ON.wrapper(&sampled().into()).encode_with(7, append(b"payload")).unwrap();
    assert_eq!(message, frame(Envelope::new(sampled())));
    assert_eq!(message.capacity(), message.len());
    assert_eq!(ON.wrapper(&Origin::default()).encode_with(2, append(b"{}")).unwrap(), b"{}");
    let escaped = ON.wrapper(&Origin::default()).encode_with(2, append(b"\x9E!")).unwrap();
    assert_eq!(Reading::read(&escaped).payload(), b"\x9E!");
    assert_eq!(
        Channel::new().wrapper(&Origin::default()).encode_with(2, append(b"\x9E!")).unwrap(),
        b"\x9E!"
    );
    assert_eq!(ON.wrapper(&Origin::default()).encode_with(2, |_| Err("no")), Err("no"));
}

#[test]
fn only_what_is_sampled_travels_unless_the_marker_is_asked_for() {
    let decided_against = Origin::new(Propagation::Suppress);
    for origin in [unsampled().into(), decided_against, Origin::new(Propagation::Link(sampled()))] {
        assert_eq!(ON.wrap(&origin, &b"payload"[..]).into_bytes(), "payload");
    }
    let channel = Channel::new().with_rollout(Rollout::On).with_unsampled(Unsampled::Marker);
    for origin in [unsampled().into(), Origin::new(Propagation::Suppress)] {
        assert_eq!(sent(&channel, &origin).origin().propagation(), Propagation::Suppress);
    }
    // Baggage is independent of sampling, and goes where the list lets it; tracestate is not.
    let fields = [Field::Baggage("tenant=7,user=a"), Field::Tracestate("congo=t61r")];
    let origin = Origin::from(unsampled()).with_fields(&fields);
    let unlisted = on().with_unsampled(Unsampled::Marker);
    assert_eq!(unlisted.wrap(&origin, &b"payload"[..]).into_bytes(), frame(Envelope::unsampled()));
    assert_eq!(ON.wrap(&origin, &b"payload"[..]).into_bytes(), "payload");
    const TENANT: AllowList = AllowList::NONE.with_baggage(&["tenant"]);
    let tenant = [Field::Baggage("tenant=7")];
    assert_eq!(
        unlisted.with_outbound_fields(TENANT).wrap(&origin, &b"payload"[..]).into_bytes(),
        frame(Envelope::unsampled().with_fields(&tenant))
    );
    assert_eq!(
        on().with_outbound_fields(TENANT).wrap(&origin, &b"payload"[..]).into_bytes(),
        frame(Envelope::escape().with_fields(&tenant))
    );
    // Without a trace there is no share to be in.
    channel.switch().set(Rollout::Share(Share::from_millionths(1_000_000).unwrap()));
    assert_eq!(sent(&channel, &unsampled().into()).origin().propagation(), Propagation::Suppress);
    assert_eq!(
        sent(&channel, &Origin::new(Propagation::Suppress)).origin().propagation(),
        Propagation::Unknown
    );
}

#[test]
fn fields_pass_by_allow_list_only() {
    const PRIVATE: FieldType = FieldType(0xE0);
    const LIST: AllowList =
        AllowList::NONE.with_baggage(&["tenant"]).with_text_map(&["b3"]).with_types(&[PRIVATE]);
    let given = [
        Field::Tracestate("congo=t61r"),
        Field::Baggage("secret=1,tenant=7;ttl=60 , secret2=2"),
        Field::TextMap { key: "B3", value: "0" },
        Field::TextMap { key: "x-datadog-trace-id", value: "1" },
        Field::Unknown { field_type: PRIVATE, value: b"ours" },
        Field::Unknown { field_type: FieldType(0xE1), value: b"not ours" },
    ];
    let left = [given[0], Field::Baggage("tenant=7;ttl=60"), given[2], given[4]];
    let message = frame(Envelope::new(sampled()).with_fields(&given));

    let inward = on().with_inbound_fields(LIST).receive(message.clone());
    assert_eq!(fields(inward.origin()), left);
    assert_eq!(fields(ON.receive(message.clone()).origin()), [given[0]]);

    let whole = SHARED_DOMAIN.receive(message);
    assert_eq!(fields(whole.origin()), given);
    assert_eq!(fields(sent(&on().with_outbound_fields(LIST), whole.origin()).origin()), left);
    assert_eq!(fields(sent(&ON, whole.origin()).origin()), [given[0]]);
    assert_eq!(fields(sent(&SHARED_DOMAIN, whole.origin()).origin()), given);
}

#[test]
fn an_allow_list_names_whole_keys() {
    let list = AllowList::NONE.with_baggage(&["tenant"]);
    assert_eq!(list.baggage("tenant=7").as_deref(), Some("tenant=7"));
    assert_eq!(list.baggage("Tenant=7,tenants=8,ten=9"), None);
    assert_eq!(list.baggage(""), None);
    assert_eq!(AllowList::NONE.baggage("tenant=7"), None);
    assert_eq!(AllowList::ALL.baggage("any thing").as_deref(), Some("any thing"));
}

/// What belongs to a trace stays in it; what belongs to one message stays with it.
#[test]
fn what_goes_on_when_a_span_sends() {
    let kept_unknown = Field::Unknown { field_type: FieldType(0xE0), value: b"kept" };
    let dropped_unknown = Field::Unknown { field_type: FieldType(0x60), value: b"dropped" };
    let given = [
        Field::Tracestate("congo=t61r"),
        Field::Baggage("tenant=7"),
        Field::TextMap { key: "b3", value: "0" },
        Field::FanOutWeight(weight(10)),
        Field::FurtherContext(other_trace()),
        dropped_unknown,
        kept_unknown,
    ];
    let received = SHARED_DOMAIN.receive(frame(Envelope::new(sampled()).with_fields(&given)));
    let origin = received.origin();
    assert_eq!(origin.weight(), Some(weight(10)));
    assert_eq!(fields(origin), given);

    // Passed on without a span.
    assert_eq!(sent(&SHARED_DOMAIN, origin).into_parts().1, *origin);

    let in_trace = origin.followed_by(sampled().with_span_id(SpanId::from_u64(7).unwrap()));
    let in_trace = sent(&SHARED_DOMAIN, &in_trace);
    assert_eq!(in_trace.origin().context().unwrap().span_id(), SpanId::from_u64(7).unwrap());
    assert_eq!(fields(in_trace.origin()), [given[0], given[1], given[2], given[3], kept_unknown]);

    let in_another = sent(&SHARED_DOMAIN, &origin.followed_by(other_trace()));
    assert_eq!(fields(in_another.origin()), [given[1], given[3], kept_unknown]);
    assert_eq!(in_another.origin().weight(), Some(weight(10)));
    let unsampled = sent(&SHARED_DOMAIN, &origin.followed_by(unsampled()));
    assert_eq!(unsampled.origin().weight(), None);
}

#[test]
fn given_fields_replace_those_that_count_once() {
    let origin = Origin::from(sampled())
        .with_fields(&[Field::Tracestate("a=1"), Field::Baggage("tenant=7")]);
    let origin = origin.followed_by(sampled().with_span_id(SpanId::from_u64(7).unwrap()));
    let origin = origin.with_fields(&[Field::Tracestate("b=2,a=1")]);
    assert_eq!(fields(&origin), [Field::Tracestate("b=2,a=1"), Field::Baggage("tenant=7")]);
}

#[test]
fn a_decision_that_is_not_believed_takes_the_weight_with_it() {
    let given = [Field::Tracestate("congo=t61r"), Field::FanOutWeight(weight(10))];
    let received = ON
        .receiver()
        .with_trust(Trust::Redecide)
        .receive(frame(Envelope::new(sampled()).with_fields(&given)));
    assert_eq!(received.origin().weight(), None);
    assert_eq!(fields(received.origin()), [given[0]]);
}

/// What is looked at in a carrier is bounded before anything is.
#[test]
fn a_carrier_above_the_cap_costs_its_context_and_not_its_payload() {
    let channel =
        on().with_reader(Reader::new().with_carrier_cap(24)).with_inbound_fields(AllowList::ALL);
    assert_eq!(
        channel.receive(frame(Envelope::new(sampled()))).origin().context(),
        Some(sampled())
    );
    let fields = [Field::Tracestate("congo=t61r")];
    let received = channel.receive(frame(Envelope::new(sampled()).with_fields(&fields)));
    assert_eq!(received, Traced::from(Bytes::from_static(b"payload")));
}

/// Keys of another propagator may come without a context of W3C's.
#[test]
fn fields_without_a_context_travel_where_they_are_allowed() {
    let origin = Origin::default().with_fields(&[Field::TextMap { key: "b3", value: "0" }]);
    assert_eq!(fields(sent(&SHARED_DOMAIN, &origin).origin()), fields(&origin));
    let share = on()
        .with_outbound_fields(AllowList::ALL)
        .with_rollout(Rollout::Share(Share::from_millionths(500_000).unwrap()));
    assert_eq!(share.wrap(&origin, &b"payload"[..]).into_bytes(), "payload");
}

/// Tracing never fails a message.
#[test]
fn what_is_too_long_is_shortened_to_what_a_default_reader_reads() {
    let members: String = (0..5_000).map(|n| format!("key{n:04}=value{n:04},")).collect();
    let origin = Origin::from(sampled())
        .with_fields(&[Field::Tracestate("congo=t61r"), Field::Baggage(&members)]);
    let message = SHARED_DOMAIN.wrap(&origin, &b"payload"[..]).into_bytes();
    let read = Reader::new().read(&message);
    assert_eq!(read.fault(), None);
    assert_eq!(read.context(), Some(sampled()));
    assert_eq!(read.carrier().tracestate(), Some("congo=t61r"));
    let members = read.carrier().baggage().unwrap();
    assert!(
        members.ends_with(|c: char| c.is_ascii_digit()) && members.len() > 16_000,
        "{}",
        members.len()
    );

    let keys: Vec<_> = (0..200).map(|n| format!("k{n}")).collect();
    let many: Vec<_> = keys.iter().map(|key| Field::TextMap { key, value: "" }).collect();
    let origin = Origin::from(sampled()).with_fields(&many).fanned_out(weight(10));
    assert_eq!(fields(&origin), many[..128]);
    assert_eq!(fields(sent(&SHARED_DOMAIN, &origin).origin())[..127], many[..127]);
    assert_eq!(sent(&SHARED_DOMAIN, &origin).origin().weight(), Some(weight(10)));
}

fn marker() -> Vec<u8> {
    Envelope::unsampled().encode_to_vec(b"").unwrap()
}

fn recipients(count: u32) -> impl Iterator<Item = [u8; 4]> {
    (0..count).map(u32::to_be_bytes)
}

/// A broadcast to 10,000 copies no payload, and sends the context to those whom the hash of trace
/// and recipient chooses.
#[test]
fn a_fan_out_shares_its_payload_and_weighs_what_it_chooses() {
    let payload = Bytes::from(vec![b'x'; 1000]);
    let broadcast = ON.broadcast(&sampled().into(), payload.clone(), 10_000, FanOut::DEFAULT);
    assert_eq!(broadcast.one_in(), weight(1_000));
    let mut chosen = 0;
    for recipient in recipients(10_000) {
        let mut frame = broadcast.wrap(&recipient);
        let again = broadcast.wrap(&recipient).into_bytes();
        assert_eq!(frame.clone().into_bytes(), again);
        let selects = fan_out_selects(sampled().trace_id(), None, &recipient, weight(1_000));
        if selects {
            chosen += 1;
            assert_eq!(frame.remaining(), 39 + payload.len());
            assert_eq!(SHARED_DOMAIN.receive(again).origin().weight(), Some(weight(1_000)));
            frame.advance(39);
        } else {
            assert_eq!(again, [&marker()[..], &payload].concat());
            frame.advance(8);
        }
        assert_eq!(frame.chunk().as_ptr(), payload.as_ptr());
        assert_eq!(frame.remaining(), payload.len());
    }
    // n = 10,000 recipients of one trace, rate 1 in 1,000: 10 are expected, 6 σ are 19.
    assert!((1..=29).contains(&chosen), "{chosen}");
}

#[test]
fn a_fan_out_to_one_is_an_ordinary_message() {
    let payload = Bytes::from_static(b"payload");
    let broadcast = ON.broadcast(&sampled().into(), payload.clone(), 1, FanOut::DEFAULT);
    assert_eq!(broadcast.wrap(b"any").into_bytes(), frame(Envelope::new(sampled())));
    let nobody = ON.broadcast(&sampled().into(), payload, 0, FanOut::DEFAULT);
    assert_eq!(nobody.one_in(), weight(1));
}

#[test]
fn nested_fan_outs_multiply_and_saturate() {
    let all = |origin: &Origin, recipients| {
        let payload = Bytes::from_static(b"payload");
        let broadcast = SHARED_DOMAIN.broadcast(origin, payload, recipients, FanOut::DEFAULT);
        let chosen =
            (0..).map(u64::to_be_bytes).find(|recipient| broadcast.chooses(recipient)).unwrap();
        SHARED_DOMAIN.receive(broadcast.wrap(&chosen).into_bytes()).into_parts().1
    };
    let mut origin = all(&sampled().into(), 100);
    assert_eq!(origin.weight(), Some(weight(10)));
    for expected in [10_000, 10_000_000, u32::MAX, u32::MAX] {
        origin = all(&origin, 10_000);
        assert_eq!(origin.weight(), Some(weight(expected)));
    }
}

/// `R-FAN-2`: the choice goes by the weight that came in, and not by the one that goes out.
#[test]
fn a_nested_fan_out_chooses_by_the_weight_that_came() {
    let chosen = |origin: &Origin| {
        let broadcast = ON.broadcast(origin, Bytes::new(), 100, FanOut::DEFAULT);
        recipients(100).filter(|recipient| broadcast.chooses(recipient)).collect::<Vec<_>>()
    };
    let selected = |inherited| {
        let selects = |recipient: &[u8; 4]| {
            fan_out_selects(sampled().trace_id(), inherited, recipient, weight(10))
        };
        recipients(100).filter(selects).collect::<Vec<_>>()
    };
    let outer = Origin::from(sampled());
    assert_eq!(chosen(&outer), selected(None));
    assert_eq!(chosen(&outer.fanned_out(weight(10))), selected(Some(weight(10))));
    assert_ne!(selected(None), selected(Some(weight(10))));
}

#[test]
fn those_who_are_not_chosen_learn_that_it_was_decided() {
    let others = |channel: &Channel, unsampled, payload: &'static [u8]| {
        let payload = Bytes::from_static(payload);
        let broadcast = channel
            .broadcast(&sampled().into(), payload, 10_000, FanOut::DEFAULT)
            .with_unsampled(unsampled);
        let other = recipients(10_000).find(|recipient| !broadcast.chooses(recipient)).unwrap();
        assert_eq!(
            broadcast.wrap(&other).into_bytes(),
            broadcast.wrap_from(SpanId::from_u64(7).unwrap(), &other).into_bytes()
        );
        broadcast.wrap(&other).into_bytes()
    };
    let marked = others(&ON, Unsampled::Marker, b"payload");
    assert_eq!(ON.receive(marked).origin().propagation(), Propagation::Suppress);
    let bare = Unsampled::Bare;
    assert_eq!(others(&ON, bare, b"payload"), "payload");
    assert_eq!(others(&ON, bare, b"\x9E"), &b"\x9E\x01\xC1\xDE\x00\x00\x00\x00\x9E"[..]);
    assert_eq!(others(&Channel::new(), bare, b"\x9E"), &b"\x9E"[..]);
    assert_eq!(others(&Channel::new(), Unsampled::Marker, b"\x9E"), &b"\x9E"[..]);
}

#[test]
fn each_recipient_may_have_a_span_of_its_own() {
    let origin = Origin::from(sampled()).with_fields(&[Field::Tracestate("congo=t61r")]);
    let broadcast = ON.broadcast(&origin, Bytes::from_static(b"payload"), 100, FanOut::DEFAULT);
    let mut chosen = 0;
    for (recipient, n) in recipients(100).zip(1..) {
        let span_id = SpanId::from_u64(n).unwrap();
        let received = ON.receive(broadcast.wrap_from(span_id, &recipient).into_bytes());
        if broadcast.chooses(&recipient) {
            chosen += 1;
            assert_eq!(
                received.origin().propagation(),
                Propagation::Continue(sampled().with_span_id(span_id))
            );
            assert_eq!(received.origin().weight(), Some(weight(10)));
            assert_eq!(received.origin().carrier().tracestate(), Some("congo=t61r"));
        } else {
            assert_eq!(received.origin(), &Origin::new(Propagation::Suppress));
        }
    }
    assert!(chosen > 0);
}

/// A link is not a parent, for those either who get the message passed on.
#[test]
fn what_is_not_continued_is_not_fanned_out() {
    let payload = Bytes::from_static(b"payload");
    for propagation in [
        Propagation::Unknown,
        Propagation::Suppress,
        Propagation::Link(sampled()),
        Propagation::Resample(unsampled()),
    ] {
        let origin = Origin::new(propagation);
        let broadcast = ON.broadcast(&origin, payload.clone(), 1, FanOut::DEFAULT);
        let expected = match propagation {
            // A decision travels.
            Propagation::Suppress => frame(Envelope::unsampled()),
            _ => payload.clone(),
        };
        assert!(!broadcast.chooses(b"any"));
        assert_eq!(broadcast.wrap(b"any").into_bytes(), expected);
        let span_id = SpanId::from_u64(7).unwrap();
        assert_eq!(broadcast.wrap_from(span_id, b"any").into_bytes(), expected);
    }
}

/// Law 1, through a channel: n = 300 traces at each of 5 shares.
#[test]
fn a_trace_is_sent_as_a_whole_or_not_at_all() {
    let channel = Channel::new();
    for millionths in [0, 1_000, 300_000, 999_000, 1_000_000] {
        let share = Share::from_millionths(millionths).unwrap();
        channel.switch().set(Rollout::Share(share));
        for n in 1..=300_u128 {
            let trace_id =
                TraceId::from_u128(n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835))
                    .unwrap();
            let frames = (1..=3).map(|span| {
                let context = TraceContext::new(
                    trace_id,
                    SpanId::from_u64(span).unwrap(),
                    TraceFlags::SAMPLED,
                );
                channel.wrapper(&context.into()).is_bare()
            });
            assert!(frames.into_iter().all(|is_bare| is_bare != share.contains(trace_id)));
        }
    }
}

#[test]
fn an_empty_message_goes_bare_unless_it_is_a_message() {
    assert_eq!(ON.wrap(&sampled().into(), Bytes::new()).into_bytes(), "");
    let encoded = ON.wrapper(&sampled().into()).encode_with(0, |_| Ok::<_, ()>(())).unwrap();
    assert!(encoded.is_empty());
    let wrapping = on().with_empty_messages(EmptyMessages::Wrapped);
    let received = wrapping.receive(wrapping.wrap(&sampled().into(), Bytes::new()).into_bytes());
    assert_eq!(received.value(), "");
    assert_eq!(received.origin().propagation(), Propagation::Continue(sampled()));
    // The switch keeps the rule, whichever is set first.
    let order = Channel::new()
        .with_empty_messages(EmptyMessages::Wrapped)
        .with_rollout(Rollout::On)
        .wrap(&sampled().into(), Bytes::new());
    assert_eq!(order.remaining(), 32);
}

/// What is prepared while sending is off, or on, goes by the switch when it is used.
#[test]
fn a_wrapper_is_judged_when_it_is_used() {
    let channel = on();
    let payload = Bytes::from_static(b"\x9E\x01\xC1\xDE\x00\x00\x00\x00");
    channel.switch().set(Rollout::ReceiveOnly);
    let early = channel.wrapper(&Origin::default());
    let early_fan_out = channel.broadcast(&Origin::default(), payload.clone(), 10, FanOut::DEFAULT);
    channel.switch().set(Rollout::On);
    for message in [early.clone().wrap(payload.clone()), early_fan_out.wrap(b"any")] {
        assert_eq!(channel.receive(message.into_bytes()).value(), &payload);
    }
    let append = |out: &mut Appender<'_>| {
        out.extend_from_slice(b"\x9E\x01\xC1\xDE\x00\x00\x00\x00");
        Ok::<_, ()>(())
    };
    let encoded = early.encode_with(8, append).unwrap();
    assert_eq!(channel.receive(encoded.into()).value(), &payload);

    let late = channel.wrapper(&sampled().into());
    channel.switch().set(Rollout::ReceiveOnly);
    assert_eq!(late.clone().wrap(payload.clone()).into_bytes(), payload);
    assert_eq!(late.encode_with(8, append).unwrap(), payload);
}

/// `R-THIN-5`: a thinning is the hop's. No message that comes from this one carries it on, whether
/// from the same span, from another one or in another trace; all else goes on as without it.
#[test]
fn a_thinning_does_not_go_on() {
    let given = [
        Field::Tracestate("congo=t61r"),
        Field::Baggage("tenant=7"),
        Field::FanOutWeight(weight(10)),
        Field::Thinning(weight(100)),
    ];
    let received = SHARED_DOMAIN.receive(frame(Envelope::new(sampled()).with_fields(&given)));
    let origin = received.origin();
    assert_eq!(fields(sent(&SHARED_DOMAIN, origin).origin()), given[..3]);
    let in_trace = origin.followed_by(sampled().with_span_id(SpanId::from_u64(7).unwrap()));
    assert_eq!(fields(sent(&SHARED_DOMAIN, &in_trace).origin()), given[..3]);
    let in_another = origin.followed_by(other_trace());
    assert_eq!(fields(sent(&SHARED_DOMAIN, &in_another).origin()), given[1..3]);

    // Nor within the process, where no receiver decides a second time.
    for next in [in_trace, in_another, origin.as_link()] {
        assert_eq!(next.thinning(), None);
        assert_eq!(next.clone().for_receiver(b"name"), next);
    }
}

/// Whoever hands a message on within the process, with other fields than it came with, leaves the
/// choice to its receivers.
#[test]
fn a_thinning_stays_with_its_message() {
    let given = [Field::Thinning(weight(100)), Field::Baggage("tenant=7")];
    let message = frame(Envelope::new(sampled()).with_fields(&given));
    let origin = SHARED_DOMAIN.receive(message).into_parts().1;
    let is_chosen = |name: &[u8; 4]| fan_out_selects(sampled().trace_id(), None, name, weight(100));
    let chosen = recipients(1_000).find(is_chosen).unwrap();
    for (origin, baggage) in [
        (origin.clone(), Some("tenant=7")),
        (origin.clone().with_baggage(None), None),
        (origin.clone().with_baggage(Some("tenant=8")), Some("tenant=8")),
        (origin.clone().with_fields(&[Field::TextMap { key: "b3", value: "0" }]), Some("tenant=7")),
    ] {
        assert_eq!(origin.thinning(), Some(weight(100)));
        assert_eq!(origin.carrier().baggage(), baggage);
        let kept = origin.clone().for_receiver(&chosen);
        assert_eq!((kept.weight(), kept.thinning()), (Some(weight(100)), None));
        assert_eq!(kept.carrier().baggage(), baggage);
    }
    let anew = origin.with_fields(&[Field::Thinning(weight(7))]);
    assert_eq!(anew.thinning(), Some(weight(7)));
    assert_eq!(anew.not_chosen().thinning(), None);
}

/// One copy to 10,000 receivers: n = 40 traces, seed 0x5eed; the weights of those who keep the
/// context add up to 10,000 a trace. At one in 1,000 the sum has a deviation of 1,000 √10 a trace,
/// over 40 traces one of 500: the bound is 5 of them.
#[test]
fn one_copy_to_many_counts_true() {
    const N: u32 = 40;
    let names: Vec<_> = (0..10_000_u32).map(u32::to_be_bytes).collect();
    let mut sum = 0_u64;
    let mut trace = 0x5eed_u128;
    for _ in 0..N {
        trace = trace.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(1);
        let trace_id = TraceId::from_u128(trace ^ (trace >> 64)).unwrap();
        let context = TraceContext::new(trace_id, sampled().span_id(), TraceFlags::SAMPLED);
        let wrapper = ON.wrapper_for_many(&context.into(), 10_000, FanOut::DEFAULT);
        let message = wrapper.wrap(&b"payload"[..]).into_bytes();
        assert_eq!(Reading::read(&message).carrier().thinning(), Some(weight(1_000)));
        for name in &names {
            let received = ON.receiver().with_name(name).receive(message.clone());
            assert_eq!(received.value(), "payload");
            match received.origin().propagation() {
                Propagation::Continue(kept) if kept == context => {
                    sum += u64::from(received.origin().weight().unwrap().get());
                }
                propagation => {
                    let flags = TraceFlags::NONE;
                    let expected = Propagation::Continue(context.with_flags(flags));
                    assert_eq!(propagation, expected);
                    assert_eq!(received.origin().weight(), None);
                }
            }
        }
    }
    let mean = sum as f64 / f64::from(N);
    assert!((mean - 10_000.0).abs() < 5.0 * 500.0, "{mean}");
}

#[test]
fn a_thinning_is_the_hops_and_needs_a_name() {
    let origin = Origin::from(sampled())
        .with_fields(&[Field::Tracestate("congo=t61r")])
        .fanned_out(weight(7));
    let message = SHARED_DOMAIN
        .wrapper_for_many(&origin, 100, FanOut::DEFAULT)
        .wrap(&b"payload"[..])
        .into_bytes();
    let before = SHARED_DOMAIN.counters().snapshot().count(Count::Unnamed);
    let unnamed = SHARED_DOMAIN.receive(message.clone());
    assert_eq!(SHARED_DOMAIN.counters().snapshot().count(Count::Unnamed), before + 1);
    assert_eq!(unnamed.origin().propagation(), Propagation::Continue(sampled()));
    assert_eq!(unnamed.origin().weight(), Some(weight(7)));
    // What is sent while it is handled says nothing of the copies.
    let next = sent(&SHARED_DOMAIN, unnamed.origin());
    assert_eq!(next.origin().thinning(), None);
    assert_eq!(next.origin().weight(), Some(weight(7)));

    let is_chosen =
        |name: &[u8; 4]| fan_out_selects(sampled().trace_id(), Some(weight(7)), name, weight(10));
    let chosen = recipients(100).find(is_chosen).unwrap();
    let kept = SHARED_DOMAIN.receiver().with_name(&chosen).receive(message.clone()).into_parts().1;
    assert_eq!((kept.weight(), kept.thinning()), (Some(weight(70)), None));
    assert_eq!(kept.carrier().tracestate(), Some("congo=t61r"));
    assert_eq!(kept.clone().for_receiver(&chosen), kept, "once");

    // Nobody believes it of a peer whose decisions are not believed.
    for trust in [Trust::Redecide, Trust::LinkOnly, Trust::Drop] {
        let received = SHARED_DOMAIN.receiver().with_trust(trust).receive(message.clone());
        assert_eq!(received.origin().thinning(), None, "{trust:?}");
    }
    // A decision against the trace goes to all of them.
    let against = ON.wrapper_for_many(&unsampled().into(), 100, FanOut::DEFAULT);
    assert_eq!(against.wrap(&b"payload"[..]).into_bytes(), frame(Envelope::unsampled()));
}

/// Who is linked to, or believed for his ids alone, says nothing of how many messages there are,
/// nor of how many keep theirs.
#[test]
fn only_who_is_believed_weighs() {
    let claimed = [Field::FanOutWeight(weight(u32::MAX)), Field::Thinning(weight(u32::MAX))];
    let message = frame(Envelope::new(sampled()).with_fields(&claimed));
    for (trust, expected) in [
        (Trust::Accept, Some(weight(u32::MAX))),
        (Trust::Redecide, None),
        (Trust::LinkOnly, None),
        (Trust::Drop, None),
    ] {
        let received = SHARED_DOMAIN.receiver().with_trust(trust).receive(message.clone());
        assert_eq!(received.origin().weight(), expected, "{trust:?}");
        assert_eq!(received.origin().carrier().fan_out_weight(), expected, "{trust:?}");
        assert_eq!(received.origin().carrier().thinning(), expected, "{trust:?}");
    }
}

/// A marker would say that somebody has decided, and nobody has.
#[test]
fn what_is_to_be_decided_anew_is_passed_on_bare() {
    let channel = on().with_trust(Trust::Redecide).with_unsampled(Unsampled::Marker);
    for context in [sampled(), unsampled()] {
        let received = channel.receive(frame(Envelope::new(context)));
        let passed_on = channel.wrap(received.origin(), &b"payload"[..]);
        assert_eq!(passed_on.into_bytes(), "payload");
    }
}

/// Known types most of all, and some whose lowest six bits are those of a known one.
fn any_field_type() -> impl Strategy<Value = u8> {
    prop_oneof![4 => 0..8_u8, 1 => prop::sample::select(&[0x41_u8, 0x42, 0x84, 0xC6, 0x60][..])]
}

/// Values that are right for some types, and wrong for others.
fn any_value() -> impl Strategy<Value = Vec<u8>> {
    let further = [&[1; 24][..], &[0]].concat();
    prop_oneof![
        prop::sample::select(&["a=1", "a=1,b=2", "b=2", "congo=t61r", "", "a=1\n", "\0", "é"][..])
            .prop_map(|text| text.as_bytes().to_vec()),
        prop::sample::select(&["\x02b30", "\x02B31", "\x02b4", "\x07baggage", "\x09b3"][..])
            .prop_map(|entry| entry.as_bytes().to_vec()),
        prop::sample::select(&[0_u32, 1, 7][..]).prop_map(|count| count.to_be_bytes().to_vec()),
        Just(further),
    ]
}

proptest! {
    /// Law 2: whatever the bytes, the trust and the rollout, there is a payload, and it is the one
    /// that the codec reads.
    #[test]
    fn every_message_is_received(
        prefix in prop_oneof![
            Just(&b""[..]),
            Just(&b"\x9E\x01\xC1\xDE"[..]),
            Just(&b"\x9E\x01\xC1\xDE\x01\x03\x00\x2A"[..]),
        ],
        rest in vec(any::<u8>(), 0..80),
    ) {
        let bytes = Bytes::from([prefix, &rest].concat());
        let payload = Reading::read(&bytes).payload();
        for trust in [Trust::Drop, Trust::LinkOnly, Trust::Redecide, Trust::Accept] {
            let received = SHARED_DOMAIN.receiver().with_trust(trust).receive(bytes.clone());
            prop_assert_eq!(received.value(), payload);
            prop_assert_eq!(received.origin().propagation(), trust.judge(Reading::read(&bytes)));
        }
    }

    /// However it is found, good or bad, in order or not: of fields comes in what counts and what
    /// the list lets pass, as a writer puts it.
    #[test]
    fn what_passes_comes_in(
        raw in vec((any_field_type(), any_value()), 0..6),
        context in prop_oneof![Just(None), Just(Some(sampled())), Just(Some(unsampled()))],
        cut in 0..3_usize,
    ) {
        let raw = raw.iter().flat_map(|(field_type, value)| {
            let len = (value.len() as u16).to_be_bytes();
            [&[*field_type], &len[..], value].concat()
        });
        let mut raw: Vec<u8> = raw.collect();
        raw.truncate(raw.len().saturating_sub(cut));
        let envelope = context.map_or(Envelope::escape(), Envelope::new);
        let mut message = envelope.encode_to_vec(&raw).unwrap();
        let carrier_len = message.len() - 8;
        message[6..8].copy_from_slice(&(carrier_len as u16).to_be_bytes());
        let carrier = Reading::read(&message).carrier();

        let some = AllowList::NONE
            .with_baggage(&["a"])
            .with_text_map(&["b3"])
            .with_types(&[FieldType(0x42)]);
        let owned = AllowList::ALL
            .with_baggage_keys(["b"])
            .with_text_map_keys([""; 0])
            .with_field_types([FieldType(0x60)]);
        let emptied = some.clone().with_baggage(&[]).with_types(&[]);
        for list in [AllowList::NONE, AllowList::ALL, some, owned, emptied] {
            let channel = on().with_inbound_fields(list.clone());
            for trust in [Trust::Drop, Trust::LinkOnly, Trust::Redecide, Trust::Accept] {
                let receiver = channel.receiver().with_trust(trust);
                let received = receiver.receive_ref(&message);
                let origin = received.origin();
                let weighs = matches!(origin.propagation(), Propagation::Continue(_));
                let passes = |field: &Field<'_>| match field {
                    Field::Tracestate(_) => origin.context().is_some(),
                    Field::FanOutWeight(_) | Field::Thinning(_) => weighs,
                    field => list.admits(field),
                };
                let baggage = carrier.baggage().and_then(|text| list.baggage(text));
                let left = |field| match field {
                    Field::Baggage(_) => Field::Baggage(baggage.as_deref().unwrap_or_default()),
                    field => field,
                };
                let mut expected: Vec<_> = carrier.fields().filter(passes).map(left).collect();
                expected.sort_by_key(Field::field_type);
                expected.retain(|_| trust != Trust::Drop);
                prop_assert_eq!(fields(origin), expected);
                prop_assert_eq!(origin.weight(), origin.carrier().fan_out_weight());
                let owned = receiver.receive(Bytes::copy_from_slice(&message));
                prop_assert_eq!(owned.origin(), origin);
            }
        }
    }

    /// Law 1: what is sent arrives, whatever it begins with.
    #[test]
    fn law_1_through_a_channel(
        payload in vec(any::<u8>(), 0..40),
        magic in any::<bool>(),
        is_sampled in any::<bool>(),
    ) {
        let payload = if magic { [&b"\x9E\x01\xC1\xDE"[..], &payload].concat() } else { payload };
        let origin = Origin::from(if is_sampled { sampled() } else { unsampled() });
        let received =
            SHARED_DOMAIN.receive(SHARED_DOMAIN.wrap(&origin, &payload[..]).into_bytes());
        prop_assert_eq!(received.value(), &payload);
        // An empty message may mean "no value", and is not made one that is not empty.
        let travels = is_sampled && !payload.is_empty();
        let expected =
            if travels { Propagation::Continue(sampled()) } else { Propagation::Unknown };
        prop_assert_eq!(received.origin().propagation(), expected);
    }
}
