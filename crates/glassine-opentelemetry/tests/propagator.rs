//! Text-map propagators over a channel, and that they say the same as the conversions without text.

use bytes::Bytes;
use glassine::policy::{AllowList, Propagation, Rollout, Trust, Unsampled};
use glassine::{Channel, Origin, SpanId, TraceContext, TraceFlags, TraceId, Traced};
use glassine_opentelemetry::{TextMapExtractor, TextMapInjector};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use glassine_opentelemetry::{
    capture_from, capture_with_baggage_from, from_span_context, to_span_context,
    to_span_context_with_tracestate,
};
use opentelemetry::baggage::{Baggage, BaggageExt};
use opentelemetry::propagation::{
    Extractor, Injector, TextMapCompositePropagator, TextMapPropagator,
};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::SdkTracerProvider;

static CHANNEL: Channel = Channel::new()
    .with_rollout(Rollout::On)
    .with_trust(Trust::Accept)
    .with_inbound_fields(AllowList::ALL)
    .with_outbound_fields(AllowList::ALL);

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn w3c() -> TextMapCompositePropagator {
    TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ])
}

fn injected(cx: &Context) -> Origin {
    let mut injector = TextMapInjector::new();
    w3c().inject_context(cx, &mut injector);
    injector.into_origin()
}

fn sent(channel: &Channel, origin: &Origin) -> Traced<Bytes> {
    channel.receive(channel.wrap(origin, &b"payload"[..]).into_bytes())
}

fn extracted(origin: &Origin) -> Context {
    w3c().extract_with_context(&Context::new(), &TextMapExtractor::from(origin))
}

fn remote(span_context: &SpanContext) -> SpanContext {
    let (trace_id, span_id, flags) =
        (span_context.trace_id(), span_context.span_id(), span_context.trace_flags());
    SpanContext::new(trace_id, span_id, flags, true, span_context.trace_state().clone())
}

fn members(baggage: &Baggage) -> Vec<(String, String)> {
    let mut members: Vec<_> =
        baggage.iter().map(|(key, (value, _))| (key.to_string(), value.to_string())).collect();
    members.sort();
    members
}

fn span_of(context: TraceContext, tracestate: TraceState) -> Context {
    let span = to_span_context(context);
    let (trace_id, span_id, flags) = (span.trace_id(), span.span_id(), span.trace_flags());
    Context::new()
        .with_remote_span_context(SpanContext::new(trace_id, span_id, flags, false, tracestate))
}

#[test]
fn a_span_and_its_baggage_arrive() {
    let provider = SdkTracerProvider::default();
    let tracer = provider.tracer("test");
    let parent = span_of(sampled(), "congo=t61r,rojo=1".parse().unwrap());
    for parent in [&Context::new(), &parent] {
        let cx = parent.with_span(tracer.start_with_context("send", parent));
        let cx =
            cx.with_baggage([KeyValue::new("tenant", "a b"), KeyValue::new("plan", "gr\u{fc}n")]);
        let received = extracted(sent(&CHANNEL, &injected(&cx)).origin());
        assert_eq!(received.span().span_context(), &remote(cx.span().span_context()));
        assert_eq!(members(received.baggage()), members(cx.baggage()));
    }
}

#[test]
fn the_empty_tracestate_that_is_injected_is_left_out() {
    let origin = injected(&span_of(sampled(), TraceState::NONE));
    assert_eq!(origin, Origin::from(sampled()));
}

#[test]
fn nothing_is_injected_without_a_span() {
    assert_eq!(injected(&Context::new()), Origin::default());
}

#[test]
fn a_link_gives_no_parent() {
    let message = CHANNEL
        .wrap(&injected(&span_of(sampled(), "a=1".parse().unwrap())), &b"{}"[..])
        .into_bytes();
    let linked = CHANNEL.receiver().with_trust(Trust::LinkOnly).receive(message);
    assert_eq!(linked.origin().propagation(), Propagation::Link(sampled()));
    assert!(!extracted(linked.origin()).has_active_span());
}

#[test]
fn the_traits_are_the_methods() {
    let mut injector = TextMapInjector::new();
    Injector::set(&mut injector, "TraceParent", sampled().to_string());
    Injector::set(&mut injector, "B3", "0".to_owned());
    let origin = injector.into_origin();
    let extractor: &dyn Extractor = &TextMapExtractor::from(&origin);
    let traceparent = sampled().to_string();
    assert_eq!(extractor.get("TRACEPARENT"), Some(traceparent.as_str()));
    assert_eq!(extractor.get_all("traceparent"), Some(vec![traceparent.as_str()]));
    assert_eq!(extractor.get_all("b3"), Some(vec!["0"]));
    assert_eq!(extractor.get_all("absent"), None);
    assert_eq!(extractor.keys(), ["traceparent", "B3"]);
}

fn context() -> impl Strategy<Value = TraceContext> {
    (1_u128.., 1_u64.., any::<u8>()).prop_map(|(trace_id, span_id, flags)| {
        let ids = (TraceId::from_u128(trace_id).unwrap(), SpanId::from_u64(span_id).unwrap());
        TraceContext::new(ids.0, ids.1, TraceFlags::from_u8(flags))
    })
}

fn tracestate() -> impl Strategy<Value = TraceState> {
    btree_map("[a-z][a-z0-9_*/-]{0,8}", "[!-+.-<>-~]{1,12}", 0..4)
        .prop_map(|members| TraceState::from_key_value(members).unwrap())
}

fn baggage() -> impl Strategy<Value = Vec<KeyValue>> {
    // OpenTelemetry's propagator trims white space, and loses what follows a `%`, which it does not
    // encode.
    let member = ("[a-zA-Z0-9_.-]{1,8}", "[!-$&-~]([ -$&-~\u{e4}\u{20ac}]{0,10}[!-$&-~])?");
    vec(member.prop_map(|(key, value)| KeyValue::new(key, value)), 0..4)
}

/// OpenTelemetry's propagator writes and reads no flag but sampled.
fn known(context: Option<TraceContext>) -> Option<TraceContext> {
    let sampled =
        |context: TraceContext| TraceFlags::with_sampled(TraceFlags::NONE, context.is_sampled());
    context.map(|context| context.with_flags(sampled(context)))
}

proptest! {
    /// With version `00`, either end may take either way.
    #[test]
    fn with_text_or_without_is_the_same(
        context in context(),
        tracestate in tracestate(),
        baggage in baggage(),
    ) {
        let cx = span_of(context, tracestate.clone()).with_baggage(baggage);
        let native = sent(&CHANNEL, &capture_with_baggage_from(&cx));
        let propagated = sent(&CHANNEL, &injected(&cx));
        prop_assert_eq!(native.value(), propagated.value());
        prop_assert_eq!(known(native.origin().context()), propagated.origin().context());
        if !context.is_sampled() {
            // Of the context nothing, of baggage all: it is independent of sampling.
            for received in [native, propagated] {
                prop_assert_eq!(received.origin().propagation(), Propagation::Unknown);
                prop_assert_eq!(
                    members(extracted(received.origin()).baggage()),
                    members(cx.baggage())
                );
            }
            return Ok(());
        }
        for received in [native, propagated] {
            let by_propagator = extracted(received.origin());
            let without_text = to_span_context_with_tracestate(received.origin().carrier())
                .or_else(|| received.origin().context().map(to_span_context))
                .unwrap();
            let span = by_propagator.span();
            prop_assert_eq!(
                from_span_context(span.span_context()),
                known(from_span_context(&without_text))
            );
            prop_assert_eq!(span.span_context().trace_state(), without_text.trace_state());
            prop_assert_eq!(span.span_context().trace_state(), &tracestate);
            prop_assert!(span.span_context().is_remote());
            prop_assert_eq!(members(by_propagator.baggage()), members(cx.baggage()));
        }
    }

    /// A decision against a trace is the same, too, where the channel sends it.
    #[test]
    fn a_decision_is_the_same_both_ways(context in context()) {
        let channel = Channel::new()
            .with_rollout(Rollout::On)
            .with_trust(Trust::Accept)
            .with_unsampled(Unsampled::Marker);
        let context = context.with_flags(TraceFlags::with_sampled(context.flags(), false));
        let cx = span_of(context, TraceState::NONE);
        prop_assert_eq!(sent(&channel, &capture_from(&cx)), sent(&channel, &injected(&cx)));
    }
}
