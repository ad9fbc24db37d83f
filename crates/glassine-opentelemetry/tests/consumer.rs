//! What a consumer's span refers to, as an exporter sees it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use glassine::policy::{AllowList, Propagation, Role, Trust};
use glassine::{Channel, Envelope, Field, Origin, SpanId, TraceContext, TraceFlags};

use glassine_opentelemetry::{
    Consumer, Plan, Relation, capture_from, capture_with_baggage_from, with_origin,
};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanBuilder, SpanKind, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, Sampler, SdkTracer, SdkTracerProvider, Span, SpanData, SpanProcessor,
};

const LINKING: Consumer = Consumer::new();
const CONTINUING: Consumer = Consumer::new().with_relation(Relation::Parent);

fn sampled(span: u64) -> TraceContext {
    let context: TraceContext =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03".parse().unwrap();
    context.with_span_id(SpanId::from_u64(span).unwrap())
}

fn unsampled() -> TraceContext {
    sampled(1).with_flags(TraceFlags::NONE)
}

/// What the exporter sees of the spans that `f` makes.
fn exported(sampler: Sampler, f: impl FnOnce(&SdkTracer)) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let sampler = Sampler::ParentBased(Box::new(sampler));
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .with_sampler(sampler)
        .build();
    f(&provider.tracer("test"));
    exporter.get_finished_spans().unwrap()
}

fn handled<'a>(
    consumer: Consumer,
    origins: impl IntoIterator<Item = &'a Origin> + Clone,
) -> Vec<SpanData> {
    exported(Sampler::AlwaysOn, |tracer| {
        let cx = consumer.start(tracer, "handle", &Context::new(), origins);
        cx.span().end();
    })
}

fn links(span: &SpanData) -> Vec<u64> {
    span.links
        .iter()
        .map(|link| u64::from_be_bytes(link.span_context.span_id().to_bytes()))
        .collect()
}

fn is_root(span: &SpanData) -> bool {
    span.parent_span_id.to_bytes() == [0; 8]
}

fn in_trace(span: &SpanData) -> bool {
    span.span_context.trace_id().to_bytes() == sampled(1).trace_id().to_bytes()
}

#[test]
fn a_consumer_links_by_default() {
    let spans = handled(LINKING, [&sampled(7).into()]);
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert!(is_root(span) && !in_trace(span));
    assert_eq!(links(span), [7]);
    assert_eq!(span.span_kind, SpanKind::Consumer);
    assert!(span.attributes.is_empty(), "nothing was left out");
}

#[test]
fn a_single_message_may_be_the_parent() {
    let spans = handled(CONTINUING, [&sampled(7).into()]);
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert!(in_trace(span) && links(span).is_empty());
    assert_eq!(span.parent_span_id.to_bytes(), 7_u64.to_be_bytes());
    assert_eq!(span.span_context.trace_flags().to_u8() & 2, 2, "the random flag is kept");
}

#[test]
fn several_messages_are_always_linked_to() {
    let origins = [sampled(7).into(), unsampled().into(), Origin::default(), sampled(8).into()];
    let spans = handled(CONTINUING, &origins);
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert!(is_root(span));
    assert_eq!(links(span), [7, 8]);
}

#[test]
fn links_are_capped_and_those_left_out_are_counted() {
    let origins: Vec<Origin> = (1..=10).map(|span| sampled(span).into()).collect();
    let plan = LINKING.with_max_links(4).plan(&origins);
    assert_eq!((plan.links().len(), plan.links_left_out()), (4, 6));
    let spans = handled(LINKING.with_max_links(4), &origins);
    assert_eq!(links(&spans[0]), [1, 2, 3, 4]);
    let attributes = &spans[0].attributes;
    assert!(
        attributes
            .iter()
            .any(|kv| kv.key.as_str() == Plan::LINKS_LEFT_OUT && kv.value == 6_i64.into())
    );
}

#[test]
fn further_contexts_of_one_message_become_links() {
    static CHANNEL: Channel =
        Channel::new().with_trust(Trust::Accept).with_inbound_fields(AllowList::NONE);
    let fields = [
        Field::Tracestate("congo=t61r"),
        Field::FurtherContext(sampled(8)),
        Field::FurtherContext(unsampled()),
        Field::FurtherContext(sampled(9)),
    ];
    let message = Envelope::new(sampled(7)).with_fields(&fields).encode_to_vec(b"payload").unwrap();
    let received = CHANNEL.receive(message.into());

    let spans = handled(CONTINUING, [received.origin()]);
    assert_eq!(spans[0].parent_span_id.to_bytes(), 7_u64.to_be_bytes());
    assert_eq!(spans[0].span_context.trace_state().header(), "congo=t61r");
    assert_eq!(links(&spans[0]), [8, 9]);

    let spans = handled(LINKING, [received.origin()]);
    assert_eq!(links(&spans[0]), [7, 8, 9]);
    assert_eq!(
        spans[0].links.iter().next().unwrap().span_context.trace_state().header(),
        "congo=t61r"
    );
}

/// Every inbound state, under both relations and roles: how many spans, whether in the message's
/// trace, which links.
#[test]
fn what_came_in_decides_whether_there_is_a_span() {
    let only = Role::ContinueOnly;
    let none = &[][..];
    let of = |consumer: Consumer, inbound| {
        let spans = handled(consumer, [&Origin::new(inbound)]);
        assert!(spans.len() <= 1);
        spans.first().map(|span| (in_trace(span), links(span)))
    };
    let linked = Some((false, &[7][..]));
    for (inbound, linking, continuing, linking_only, continuing_only) in [
        (Propagation::Unknown, Some((false, none)), Some((false, none)), None, None),
        (Propagation::Suppress, None, None, None, None),
        (Propagation::Continue(sampled(7)), linked, Some((true, none)), linked, Some((true, none))),
        (Propagation::Continue(unsampled()), None, None, None, None),
        // The local root sampler is asked, and the association is kept.
        (
            Propagation::Resample(sampled(7).with_flags(TraceFlags::NONE)),
            linked,
            linked,
            None,
            None,
        ),
        // Who only continues starts nothing from what is only claimed.
        (Propagation::Link(sampled(7)), linked, linked, None, None),
    ] {
        let expected = |expected: Option<(bool, &[u64])>| {
            expected.map(|(in_trace, links)| (in_trace, links.to_vec()))
        };
        assert_eq!(of(LINKING, inbound), expected(linking), "{inbound:?}, linking");
        assert_eq!(of(CONTINUING, inbound), expected(continuing), "{inbound:?}, continuing");
        assert_eq!(
            of(LINKING.with_role(only), inbound),
            expected(linking_only),
            "{inbound:?}, linking only"
        );
        assert_eq!(
            of(CONTINUING.with_role(only), inbound),
            expected(continuing_only),
            "{inbound:?}, continuing only"
        );
    }
}

/// Spans that `f` makes with the SDK's defaults: the sampler is `ParentBased(AlwaysOn)`.
fn exported_by_default(f: impl FnOnce(&SdkTracer)) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    f(&provider.tracer("test"));
    exporter.get_finished_spans().unwrap()
}

/// What a handler makes inside, where no span is to be made: n = 1,000 messages, none of which may
/// start a trace; the control, a message about which nothing is known, starts 1,000.
#[test]
fn nothing_starts_inside_where_no_trace_is_to_start() {
    let started = |consumer: Consumer, origin: Origin| {
        let spans = exported_by_default(|tracer| {
            for _ in 0..1_000 {
                consumer.plan([&origin]).handle(tracer, "handle", || {
                    let inner = tracer.start_with_context("inner", &Context::current());
                    let _current = Context::current().with_span(inner).attach();
                    let sent = capture_from(&Context::current());
                    assert!(!sent.context().is_some_and(TraceContext::is_sampled));
                    // Whoever gets what is sent starts nothing either.
                    LINKING.plan([&sent]).handle(tracer, "next", || ());
                });
            }
        });
        spans.len()
    };
    let only = Role::ContinueOnly;
    for consumer in [LINKING, CONTINUING] {
        assert_eq!(started(consumer, Origin::new(Propagation::Suppress)), 0);
        assert_eq!(started(consumer, unsampled().into()), 0);
        for claimed in [
            Propagation::Unknown,
            Propagation::Resample(unsampled()),
            Propagation::Link(sampled(7)),
        ] {
            assert_eq!(started(consumer.with_role(only), Origin::new(claimed)), 0, "{claimed:?}");
        }
    }
    let control = exported_by_default(|tracer| {
        for _ in 0..1_000 {
            LINKING.plan([&Origin::default()]).handle(tracer, "handle", || {
                tracer.start_with_context("inner", &Context::current());
            });
        }
    });
    assert_eq!(control.len(), 2_000);
}

/// A further context is no reason for a root by itself.
#[test]
fn a_further_context_starts_nothing() {
    let further = [Field::FurtherContext(sampled(8))];
    for inbound in [Propagation::Suppress, Propagation::Unknown] {
        let origin = Origin::new(inbound).with_fields(&further);
        let only = LINKING.with_role(Role::ContinueOnly);
        assert!(!only.plan([&origin]).makes_span(), "{inbound:?}");
    }
    let marker = Origin::new(Propagation::Suppress).with_fields(&further);
    assert!(!LINKING.plan([&marker]).makes_span());
}

/// Under the SDK's default sampler, a decision that is to be taken anew is taken by the local root
/// sampler: every trace, where it samples all, and a tenth, where it samples a tenth.
#[test]
fn a_decision_is_taken_anew_by_the_local_root_sampler() {
    let origin = Origin::new(Propagation::Resample(unsampled()));
    for consumer in [LINKING, CONTINUING] {
        let spans = exported_by_default(|tracer| {
            consumer.plan([&origin]).handle(tracer, "handle", || ());
        });
        let [span] = &spans[..] else { panic!("{spans:?}") };
        assert!(is_root(span) && span.span_context.is_sampled());
        assert_eq!(links(span), [1], "the association is kept");
    }
    // n = 10,000 at a rate of 1 in 10: 1,000 are expected, 6 sigma are 180. Ids are the SDK's own.
    let n = 10_000;
    let spans = exported(Sampler::TraceIdRatioBased(0.1), |tracer| {
        for _ in 0..n {
            CONTINUING.plan([&origin]).handle(tracer, "handle", || ());
        }
    });
    assert!((820..=1_180).contains(&spans.len()), "{}", spans.len());
}

#[test]
fn a_future_has_its_context_whenever_it_runs() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let spans = exported_by_default(|tracer| {
        let future = async {
            tokio::task::yield_now().await;
            capture_from(&Context::current())
        };
        let plan = CONTINUING.plan([&sampled(7).into()]);
        let sent = runtime.block_on(async {
            tokio::spawn(plan.handle_future(tracer, "handle", future)).await.unwrap()
        });
        assert_eq!(sent.context().unwrap().trace_id(), sampled(7).trace_id());
        assert_ne!(sent.context(), Some(sampled(7)), "it is the handler's span");
    });
    let [span] = &spans[..] else { panic!("{spans:?}") };
    assert!(in_trace(span));
}

#[test]
fn what_the_handler_sends_continues_the_handlers_span() {
    let spans = exported(Sampler::AlwaysOn, |tracer| {
        let first = tracer.start_with_context("produce", &Context::new());
        let cx = Context::new().with_span(first);
        for _hop in 0..3 {
            let origin = capture_from(&cx);
            let handling = CONTINUING.start(tracer, "handle", &Context::new(), [&origin]);
            let reply = capture_from(&handling);
            let done = CONTINUING.start(tracer, "reply", &Context::new(), [&reply]);
            done.span().end();
            handling.span().end();
        }
        cx.span().end();
    });
    assert_eq!(spans.len(), 7);
    let root = spans.iter().find(|span| is_root(span)).unwrap();
    for span in &spans {
        assert_eq!(span.span_context.trace_id(), root.span_context.trace_id());
        let expected = match span.name.as_ref() {
            "produce" => None,
            "handle" => Some("produce"),
            _ => Some("handle"),
        };
        let parent =
            spans.iter().find(|parent| parent.span_context.span_id() == span.parent_span_id);
        assert_eq!(parent.map(|parent| parent.name.as_ref()), expected);
    }
}

/// A handler that makes no span may end what it was given.
#[test]
fn the_span_of_the_surroundings_is_not_the_handlers_to_end() {
    let spans = exported(Sampler::AlwaysOn, |tracer| {
        let outer = Context::new().with_span(tracer.start_with_context("outer", &Context::new()));
        for inbound in [Propagation::Suppress, Propagation::Unknown] {
            let only = CONTINUING.with_role(Role::ContinueOnly);
            let cx = only.start(tracer, "handle", &outer, [&Origin::new(inbound)]);
            cx.span().end();
            // Who only continues says so to whom it calls, too.
            assert_eq!(capture_from(&cx).propagation(), Propagation::Suppress);
            assert!(outer.span().is_recording());
        }
        outer.span().end();
    });
    assert_eq!(spans.len(), 1);
}

#[test]
fn a_span_says_how_many_messages_it_stands_for() {
    let weight = |spans: &[SpanData]| {
        let attributes = &spans[0].attributes;
        attributes
            .iter()
            .find(|kv| kv.key.as_str() == Plan::FAN_OUT_WEIGHT)
            .map(|kv| kv.value.to_string())
    };
    let chosen = Origin::from(sampled(7)).fanned_out(10.try_into().unwrap());
    assert_eq!(weight(&handled(CONTINUING, [&chosen])).as_deref(), Some("10"));
    assert_eq!(weight(&handled(LINKING, [&chosen])).as_deref(), Some("10"));
    assert_eq!(weight(&handled(CONTINUING, [&sampled(7).into()])), None);
    assert_eq!(weight(&handled(LINKING, [&chosen, &chosen])), None);
}

/// A span has one weight, and a batch has many: they are said of its links, and of those of a
/// single message too, so that a sum over links is right for every batch.
#[test]
fn a_link_says_how_many_messages_it_stands_for() {
    let of_links = |spans: &[SpanData]| -> Vec<_> {
        let attributes = spans[0].links.iter().map(|link| link.attributes.clone());
        attributes.collect()
    };
    let said = vec![KeyValue::new(Plan::FAN_OUT_WEIGHT, 10)];
    let chosen = Origin::from(sampled(7)).fanned_out(10.try_into().unwrap());
    let batch = [chosen.clone(), sampled(8).into(), unsampled().into(), chosen.clone()];
    assert_eq!(of_links(&handled(LINKING, &batch)), [said.clone(), vec![], said.clone()]);
    assert_eq!(of_links(&handled(LINKING, [&chosen])), [said]);
    let plan = LINKING.plan(&batch);
    assert_eq!(plan.fan_out_weight(), None);
    assert_eq!(plan.links()[0].span_context.trace_id(), plan.links()[1].span_context.trace_id());
}

/// Within a process as well: a tracestate belongs to the trace, not to the span that sent it.
#[test]
fn a_tracestate_goes_with_its_trace() {
    let origin = Origin::from(sampled(7))
        .with_fields(&[Field::Tracestate("congo=t61r")])
        .followed_by(sampled(8));
    let plan = CONTINUING.plan([&origin]);
    assert_eq!(plan.parent().unwrap().trace_state().header(), "congo=t61r");
}

/// It goes on as the span says it, and as it came where OpenTelemetry cannot say it.
#[test]
fn a_tracestate_goes_on_with_the_span() {
    let origin = |text| Origin::from(sampled(7)).with_fields(&[Field::Tracestate(text)]);
    let goes_on = |origin: &Origin, around: &Context| {
        let next = capture_from(&CONTINUING.plan([origin]).context(around));
        let carrier = next.carrier();
        let tracestate = carrier.tracestate().map(str::to_owned);
        (tracestate, carrier.fields().count(), next.weight().map(u32::from))
    };
    let refused = "t@fifteen-letters=1";
    for (came, sent) in [
        ("congo=t61r", "congo=t61r"),
        (" rojo=1 , congo=t61r,", "rojo=1,congo=t61r"),
        (refused, refused),
        ("t@fifteen-letters=1,congo=t61r", "congo=t61r"),
    ] {
        assert_eq!(goes_on(&origin(came), &Context::new()), (Some(sent.into()), 1, None));
    }

    // Nothing goes on of a message around it, and what else it brought does.
    let baggage = origin("rojo=1").with_baggage(Some("tenant=7"));
    let around = CONTINUING.plan([&baggage]).context(&Context::new());
    let tracestate = Some("congo=t61r".to_owned());
    assert_eq!(goes_on(&origin("congo=t61r"), &around), (tracestate.clone(), 1, None));
    let weighs = origin("congo=t61r").fanned_out(10.try_into().unwrap());
    assert_eq!(goes_on(&weighs, &Context::new()), (tracestate, 1, Some(10)));
    assert_eq!(goes_on(&baggage, &Context::new()), (Some("rojo=1".into()), 2, None));
}

/// Whatever the message brought that is handled around it: baggage that its handler added is of no
/// message inside.
#[test]
fn baggage_of_a_handler_stays_out_of_the_messages_within() {
    let bare = Origin::from(sampled(7));
    let baggage = || [KeyValue::new("tenant", "7")];
    for (brought, around) in [
        ("a tracestate", bare.clone().with_fields(&[Field::Tracestate("congo=t61r")])),
        ("a text-map entry", bare.clone().with_fields(&[Field::TextMap { key: "b3", value: "0" }])),
        ("baggage", bare.clone().with_baggage(Some("user=8"))),
        ("a weight", bare.clone().fanned_out(10.try_into().unwrap())),
    ] {
        let around = CONTINUING.plan([&around]).context(&Context::new()).with_baggage(baggage());
        assert!(capture_from(&around).carrier().baggage().is_some_and(|it| it.contains("tenant")));
        for within in [
            CONTINUING.plan([&Origin::from(sampled(8))]).context(&around),
            with_origin(&around, &Origin::from(sampled(8))),
        ] {
            assert_eq!(capture_with_baggage_from(&within).carrier().baggage(), None, "{brought}");
        }
    }
}

/// What spans say when they are started, which is what a sampler sees.
#[derive(Clone, Default, Debug)]
struct Started(Arc<Mutex<Vec<SpanData>>>);

impl SpanProcessor for Started {
    fn on_start(&self, span: &mut Span, _: &Context) {
        self.0.lock().unwrap().extend(span.exported_data());
    }

    fn on_end(&self, _: SpanData) {}

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// The attributes of the conventions and the kind are there from the start.
#[test]
fn a_sampler_sees_what_the_builder_says() {
    let started = Started::default();
    let provider = SdkTracerProvider::builder().with_span_processor(started.clone()).build();
    let builder = SpanBuilder::from_name("orders process")
        .with_kind(SpanKind::Consumer)
        .with_attributes([KeyValue::new("messaging.destination.name", "orders")]);
    let origin = Origin::from(sampled(7)).fanned_out(10.try_into().unwrap());
    let plan = CONTINUING.plan([&origin]);
    drop(plan.start_builder(&provider.tracer("test"), builder, &Context::new()));
    let started = started.0.lock().unwrap();
    let [span] = &started[..] else { panic!("{started:?}") };
    assert_eq!((span.name.as_ref(), &span.span_kind), ("orders process", &SpanKind::Consumer));
    let keys: Vec<_> = span.attributes.iter().map(|kv| kv.key.as_str()).collect();
    assert_eq!(keys, ["messaging.destination.name", Plan::FAN_OUT_WEIGHT]);
}

/// Without a span of its own, a consumer that may only continue passes the decision on, and nothing
/// downstream starts a trace.
#[test]
fn a_decision_against_a_trace_reaches_the_next_hop() {
    let spans = exported(Sampler::AlwaysOn, |tracer| {
        let cx = CONTINUING.start(
            tracer,
            "handle",
            &Context::new(),
            [&Origin::new(Propagation::Suppress)],
        );
        let next = capture_from(&cx);
        assert_eq!(next.propagation(), Propagation::Suppress);
        let _ = CONTINUING.start(tracer, "next", &Context::new(), [&next]);
    });
    assert!(spans.is_empty());
}

/// A timer's flush of an empty batch starts a trace, or is a part of the one around it, as with a
/// message of which nothing is known.
#[test]
fn no_messages_decide_nothing() {
    let started = |role, origins: &[Origin]| {
        let spans = exported_by_default(|tracer| {
            LINKING.with_role(role).plan(origins).handle(tracer, "flush", || {
                tracer.in_span("inside", |_| ());
            });
        });
        spans.len()
    };
    let unknown = [Origin::default()];
    assert_eq!((started(Role::MayStart, &[]), started(Role::MayStart, &unknown)), (2, 2));
    assert_eq!((started(Role::ContinueOnly, &[]), started(Role::ContinueOnly, &unknown)), (0, 0));
}

/// A provider that was shut down, and a scope in which telemetry is suppressed, make no spans: what
/// a handler sends there continues its message, as under a tracer that does nothing. The span
/// around it is not the handler's to end.
#[test]
fn where_no_span_can_be_made_the_message_is_continued() {
    let origin: Origin = sampled(7).into();
    let sent = |consumer: Consumer, tracer: &SdkTracer| {
        consumer.plan([&origin]).handle(tracer, "handle", || capture_from(&Context::current()))
    };
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let tracer = provider.tracer("test");
    let suppressed = Context::enter_telemetry_suppressed_scope();
    assert_eq!(sent(CONTINUING, &tracer).propagation(), origin.propagation());
    assert_eq!(sent(LINKING, &tracer).propagation(), Propagation::Unknown);
    drop(suppressed);
    assert_ne!(sent(CONTINUING, &tracer).propagation(), origin.propagation(), "the control");

    let outer = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    provider.shutdown().unwrap();
    assert_eq!(sent(CONTINUING, &tracer).propagation(), origin.propagation());
    outer.tracer("test").in_span("outer", |cx| {
        let around = capture_from(&cx);
        assert_eq!(sent(LINKING, &tracer).propagation(), around.propagation());
        assert!(cx.span().is_recording());
    });
}
