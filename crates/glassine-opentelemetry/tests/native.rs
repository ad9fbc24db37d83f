//! Contexts in and out without text.

use glassine::policy::{AllowList, Propagation, Rollout, Trust};
use glassine::{
    Channel, Envelope, Field, Origin, Reading, SpanId, TraceContext, TraceFlags, TraceId,
};
use proptest::prelude::*;

use glassine_opentelemetry::{
    capture, capture_from, from_span_context, to_span_context, to_span_context_with_tracestate,
    with_origin,
};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use opentelemetry::{Context, KeyValue};

static CHANNEL: Channel = Channel::new()
    .with_rollout(Rollout::On)
    .with_trust(Trust::Accept)
    .with_inbound_fields(AllowList::ALL)
    .with_outbound_fields(AllowList::ALL);

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03".parse().unwrap()
}

fn span_of(context: TraceContext, tracestate: &str) -> Context {
    let remote = to_span_context(context);
    let tracestate: TraceState = tracestate.parse().unwrap();
    let (trace_id, span_id, flags) = (remote.trace_id(), remote.span_id(), remote.trace_flags());
    Context::new()
        .with_remote_span_context(SpanContext::new(trace_id, span_id, flags, false, tracestate))
}

fn fields(origin: &Origin) -> Vec<Field<'_>> {
    origin.carrier().fields().collect()
}

proptest! {
    /// Ids and all 8 flag bits, the random flag among them, come back.
    #[test]
    fn contexts_and_span_contexts_are_the_same(
        trace_id in 1_u128..,
        span_id in 1_u64..,
        flags in any::<u8>(),
    ) {
        let trace_id = TraceId::from_u128(trace_id).unwrap();
        let context = TraceContext::new(
            trace_id,
            SpanId::from_u64(span_id).unwrap(),
            TraceFlags::from_u8(flags),
        );
        let span_context = to_span_context(context);
        prop_assert!(span_context.is_valid() && span_context.is_remote());
        prop_assert_eq!(span_context.is_sampled(), context.is_sampled());
        prop_assert_eq!(span_context.trace_id().to_string(), context.trace_id().to_string());
        prop_assert_eq!(from_span_context(&span_context), Some(context));
    }
}

#[test]
fn an_invalid_span_context_is_no_context() {
    assert_eq!(from_span_context(&SpanContext::NONE), None);
    assert_eq!(capture_from(&Context::new()), Origin::default());
    assert_eq!(capture(), Origin::default());
}

#[test]
fn the_current_context_is_captured() {
    let _guard = span_of(sampled(), "").attach();
    assert_eq!(capture(), Origin::from(sampled()));
}

#[test]
fn of_an_unsampled_span_the_decision_is_kept() {
    let unsampled = sampled().with_flags(TraceFlags::RANDOM);
    let cx = span_of(unsampled, "congo=t61r").with_baggage([KeyValue::new("tenant", "7")]);
    // With the ids, by which the trace's share is told.
    assert_eq!(capture_from(&cx), Origin::from(unsampled));
}

#[test]
fn tracestate_and_baggage_of_the_context_are_captured() {
    let cx = span_of(sampled(), "congo=t61r,rojo=1");
    assert_eq!(fields(&capture_from(&cx)), [Field::Tracestate("congo=t61r,rojo=1")]);
    let cx = cx.with_baggage([KeyValue::new("tenant", "a b")]);
    let both = [Field::Tracestate("congo=t61r,rojo=1"), Field::Baggage("tenant=a%20b")];
    assert_eq!(fields(&capture_from(&cx)), both);
    let cx = span_of(sampled(), "").with_baggage([KeyValue::new("tenant", "a b")]);
    assert_eq!(fields(&capture_from(&cx)), both[1..]);
}

#[test]
fn a_tracestate_costs_its_bad_members_and_never_the_context() {
    let read = |tracestate| {
        let fields = [Field::Tracestate(tracestate)];
        let frame = Envelope::new(sampled()).with_fields(&fields).encode_to_vec(b"").unwrap();
        let span_context =
            to_span_context_with_tracestate(Reading::read(&frame).carrier()).unwrap();
        assert_eq!(from_span_context(&span_context), Some(sampled()));
        span_context.trace_state().header()
    };
    assert_eq!(read("congo=t61r,rojo=1"), "congo=t61r,rojo=1");
    assert_eq!(read("congo=t61r, =bad,rojo=1"), "congo=t61r,rojo=1");
    // W3C's grammar has it, and OpenTelemetry refuses it.
    assert_eq!(read("a@@b=1,congo=t61"), "congo=t61");
    assert_eq!(read("congo=t61,a@@b=1,rojo=1"), "congo=t61,rojo=1");
    assert_eq!(read("no list at all"), "");
    assert_eq!(to_span_context_with_tracestate(Reading::read(b"bare").carrier()), None);
}

/// A hop loses nothing: what came with a message goes out with those that its handler sends, byte
/// for byte.
#[test]
fn a_hop_carries_the_fields_on_unparsed() {
    let kept = Field::Unknown { field_type: glassine::FieldType(0xE0), value: b"kept" };
    let given = [
        Field::Tracestate("congo=t61r , rojo=1"),
        Field::Baggage("tenant=7 ; ttl=60"),
        Field::TextMap { key: "b3", value: "0" },
        Field::FanOutWeight(10.try_into().unwrap()),
        kept,
    ];
    let message = Envelope::new(sampled()).with_fields(&given).encode_to_vec(b"payload").unwrap();
    let received = CHANNEL.receive(message.into());

    let handler = sampled().with_span_id(SpanId::from_u64(7).unwrap());
    let cx = with_origin(&span_of(handler, ""), received.origin());
    let sent = CHANNEL.wrap(&capture_from(&cx), &b"reply"[..]).into_bytes();
    let expected = Envelope::new(handler).with_fields(&given).encode_to_vec(b"reply").unwrap();
    assert_eq!(sent, expected);

    // What the span or the context say anew counts.
    let cx = with_origin(&span_of(handler, "mine=1"), received.origin())
        .with_baggage([KeyValue::new("tenant", "8")]);
    let replaced =
        [Field::Tracestate("mine=1"), Field::Baggage("tenant=8"), given[2], given[3], kept];
    assert_eq!(
        fields(CHANNEL.receive(CHANNEL.wrap(&capture_from(&cx), &b"{}"[..]).into_bytes()).origin()),
        replaced
    );
}

#[test]
fn a_decision_against_a_trace_is_passed_on() {
    let cx = with_origin(&Context::new(), &Origin::new(Propagation::Suppress));
    assert_eq!(capture_from(&cx), Origin::new(Propagation::Suppress));
}

/// Each kind of origin is found by itself: of a context that is given, and of the current one.
#[test]
fn what_is_captured_goes_by_the_span_and_what_is_handled() {
    let suppressed = Origin::new(Propagation::Suppress);
    let id = |trace_id| {
        let trace_id = TraceId::from_u128(trace_id).unwrap();
        TraceContext::new(trace_id, sampled().span_id(), sampled().flags())
    };
    let unsampled = |context: TraceContext| context.with_flags(TraceFlags::NONE);
    let of = |context| Context::new().with_remote_span_context(to_span_context(context));
    let without_ids = Context::new().with_remote_span_context(SpanContext::NONE);
    let flags = to_span_context(sampled()).trace_flags();
    let (none, tracestate) = (SpanContext::NONE, TraceState::NONE);
    let sampled_without_ids =
        SpanContext::new(none.trace_id(), none.span_id(), flags, true, tracestate);
    let half = id(u128::from(u64::MAX));
    let cases = [
        (Context::new(), Origin::default()),
        (with_origin(&Context::new(), &suppressed), suppressed.clone()),
        (with_origin(&without_ids, &suppressed), suppressed.clone()),
        (without_ids, Origin::default()),
        (Context::new().with_remote_span_context(sampled_without_ids), Origin::default()),
        (of(sampled()), sampled().into()),
        (of(unsampled(sampled())), unsampled(sampled()).into()),
        (with_origin(&of(unsampled(sampled())), &suppressed), unsampled(sampled()).into()),
        // Half of the id that stands for none, and all of it.
        (of(half), half.into()),
        (of(unsampled(half)), unsampled(half).into()),
        (of(id(u128::MAX)), id(u128::MAX).into()),
        (of(unsampled(id(u128::MAX))), suppressed),
    ];
    for (number, (cx, expected)) in cases.into_iter().enumerate() {
        assert_eq!(capture_from(&cx), expected, "case {number}");
        let _current = cx.attach();
        assert_eq!(capture(), expected, "case {number}");
    }
}
