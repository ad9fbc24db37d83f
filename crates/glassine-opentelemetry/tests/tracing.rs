//! Spans of `tracing` in which messages are handled, as an exporter sees them: the SDK's defaults.
#![cfg(feature = "tracing")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use glassine::policy::{Propagation, Role, Rollout, Share, Trust, Unsampled};
use glassine::{Channel, Decision, Envelope, Origin, Reading, SpanId, TraceContext, TraceFlags};
use glassine_opentelemetry::{Consumer, Plan, Relation, capture};
use opentelemetry::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::instrument::WithSubscriber;
use tracing::{Event, Span, Subscriber, info_span, instrument, subscriber};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::layer::{self, SubscriberExt};
use tracing_subscriber::{Layer, registry};

const CONTINUING: Consumer = Consumer::new().with_relation(Relation::Parent);

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn exported(f: impl FnOnce()) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = OpenTelemetryLayer::new(provider.tracer("test"));
    subscriber::with_default(registry().with(layer), f);
    exporter.get_finished_spans().unwrap()
}

#[test]
fn a_span_continues_a_message_and_messages_continue_the_span() {
    let mut sent = Origin::default();
    let spans = exported(|| {
        sent = CONTINUING.plan([&sampled().into()]).in_span(|| info_span!("handle"), capture);
    });
    assert_eq!(spans[0].span_context.trace_id().to_bytes(), sampled().trace_id().to_bytes());
    assert_eq!(spans[0].parent_span_id.to_bytes(), sampled().span_id().to_bytes());
    let context = sent.context().unwrap();
    assert_eq!(context.trace_id(), sampled().trace_id());
    assert_eq!(context.span_id().to_bytes(), spans[0].span_context.span_id().to_bytes());
}

#[test]
fn a_span_links_to_messages() {
    let origins =
        [sampled(), sampled().with_span_id(SpanId::from_u64(8).unwrap())].map(Origin::from);
    let spans = exported(|| {
        let plan = Consumer::new().with_max_links(1).plan(&origins);
        plan.in_span(|| info_span!("handle"), || ());
    });
    assert_ne!(spans[0].span_context.trace_id().to_bytes(), sampled().trace_id().to_bytes());
    let links: Vec<_> =
        spans[0].links.iter().map(|link| link.span_context.span_id().to_bytes()).collect();
    assert_eq!(links, [sampled().span_id().to_bytes()]);
    assert!(spans[0].attributes.iter().any(|kv| kv.key.as_str() == Plan::LINKS_LEFT_OUT));
}

/// A span that links stays the child of the span that surrounds it.
#[test]
fn a_link_does_not_take_the_parent_away() {
    let spans = exported(|| {
        let outer = info_span!("outer");
        let plan = Consumer::new().plan([&sampled().into()]);
        plan.in_span(|| info_span!(parent: &outer, "handle"), || ());
    });
    let [handle, outer] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(handle.parent_span_id, outer.span_context.span_id());
    assert_eq!(handle.links.len(), 1);
    let counts_left_out =
        handle.attributes.iter().any(|kv| kv.key.as_str() == Plan::LINKS_LEFT_OUT);
    assert!(!counts_left_out, "nothing was left out");
}

/// Under both relations.
#[test]
fn what_the_message_carried_goes_on() {
    let origin = Origin::from(sampled()).fanned_out(10.try_into().unwrap());
    for consumer in [CONTINUING, Consumer::new()] {
        let spans = exported(|| {
            let plan = consumer.plan([&origin]);
            let sent = plan.in_span(|| info_span!("handle"), capture);
            // A link begins another trace, and the messages that it stands for are the same.
            assert_eq!(sent.weight(), origin.weight());
        });
        let weight = |kv: &opentelemetry::KeyValue| kv.key.as_str() == Plan::FAN_OUT_WEIGHT;
        assert!(spans[0].attributes.iter().any(weight));
        assert!(spans[0].links.iter().all(|link| link.attributes.iter().any(weight)));
    }
}

/// Nothing is lost where no span can be made: no subscriber, no layer, a span that is filtered out.
#[test]
fn the_handler_runs_without_a_span() {
    let plan = CONTINUING.plan([&sampled().into()]);
    let sent = |make_span: fn() -> Span| plan.in_span(make_span, capture).context();
    // The span inside would continue the message.
    assert_eq!(sent(|| info_span!("no subscriber")), Some(sampled()));
    subscriber::with_default(registry(), || {
        assert_eq!(sent(|| info_span!("no layer")), Some(sampled()));
    });
    let filtered = exported(|| assert_eq!(sent(Span::none), Some(sampled())));
    assert!(filtered.is_empty());
}

#[instrument]
fn instrumented() -> Origin {
    capture()
}

/// Where no trace is to start, a handler with `#[instrument]` starts none, called or awaited, on
/// whatever thread; nor does anybody who gets what it sends. The control is a message of which
/// nothing is known.
#[test]
fn an_instrumented_handler_starts_nothing_where_nothing_is_to_start() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let started = |consumer: Consumer, origin: Origin| {
        let spans = exported(|| {
            let plan = consumer.plan([&origin]);
            {
                let _current = plan.context(&Context::current()).attach();
                let _ = instrumented();
            }
            plan.in_span(|| info_span!("handle"), instrumented);
            let handler = async {
                tokio::task::yield_now().await;
                instrumented()
            };
            let handler = plan.instrument(|| info_span!("handle"), handler);
            let sent = runtime.block_on(runtime.spawn(handler.with_current_subscriber())).unwrap();
            Consumer::new().plan([&sent]).in_span(|| info_span!("next"), || ());
        });
        spans.len()
    };
    let only = CONTINUING.with_role(Role::ContinueOnly);
    assert_eq!(started(CONTINUING, Origin::new(Propagation::Suppress)), 0);
    assert_eq!(started(CONTINUING, sampled().with_flags(TraceFlags::NONE).into()), 0);
    assert_eq!(started(only, Origin::default()), 0);
    assert_eq!(started(only, Origin::new(Propagation::Link(sampled()))), 0);
    assert_eq!(started(CONTINUING, Origin::default()), 6);
}

/// Counts what is logged.
#[derive(Clone, Default)]
struct Logged(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Logged {
    fn on_event(&self, _: &Event<'_>, _: layer::Context<'_, S>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A span that is filtered out, and a subscriber without an OpenTelemetry layer, are how somebody
/// has set up a program: no message warns of it. The control is an event.
#[test]
fn a_span_that_is_not_made_is_no_warning() {
    let logged = Logged::default();
    let linked = sampled().with_span_id(SpanId::from_u64(8).unwrap());
    let handle_all = |make_span: fn() -> Span| {
        for plan in [
            CONTINUING.plan([&sampled().into()]),
            Consumer::new().plan([&sampled().into(), &linked.into()]),
            CONTINUING.plan([&Origin::new(Propagation::Suppress)]),
        ] {
            plan.in_span(make_span, || ());
        }
    };
    let provider = SdkTracerProvider::builder().build();
    let layer = || OpenTelemetryLayer::new(provider.tracer("test"));
    subscriber::with_default(registry().with(logged.clone()), || {
        handle_all(|| info_span!("handle"));
    });
    subscriber::with_default(registry().with(layer()).with(logged.clone()), || {
        handle_all(Span::none);
        handle_all(|| info_span!("handle"));
    });
    assert_eq!(logged.0.load(Ordering::Relaxed), 0);
    subscriber::with_default(registry().with(logged.clone()), || tracing::warn!("the control"));
    assert_eq!(logged.0.load(Ordering::Relaxed), 1);
}

/// A handler with `#[instrument]` makes its span by itself, in the context of the plan.
#[test]
fn an_instrumented_handler_continues_the_message() {
    let spans = exported(|| {
        let plan = CONTINUING.plan([&sampled().into()]);
        let _current = plan.context(&Context::current()).attach();
        assert_eq!(instrumented().context().unwrap().trace_id(), sampled().trace_id());
    });
    assert_eq!(spans[0].parent_span_id.to_bytes(), sampled().span_id().to_bytes());
}

#[test]
fn a_future_is_handled_within_the_span() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let spans = exported(|| {
        let handler = async {
            tokio::task::yield_now().await;
            instrumented()
        };
        let plan = CONTINUING.plan([&sampled().into()]);
        let sent = runtime.block_on(plan.instrument(|| info_span!("handle"), handler));
        assert_eq!(sent.context().unwrap().trace_id(), sampled().trace_id());
    });
    let [inner, handle] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(handle.parent_span_id.to_bytes(), sampled().span_id().to_bytes());
    assert_eq!(inner.parent_span_id, handle.span_context.span_id());
}

/// The recipe of the README in every state: inbound, trust, role, relation, surroundings. A span is
/// made where the table of `Consumer` says so; where it says *suppressed*, none exists, neither the
/// handler's nor those inside it, nor at whoever gets what it sends, bare or marked.
#[test]
fn the_spans_that_must_exist_and_no_others() {
    let unsampled = sampled().with_flags(TraceFlags::NONE);
    let encoded = |envelope: Envelope<'_>| envelope.encode_to_vec(b"payload").unwrap();
    let unknown_version = [&[0x9E, 7, 0xC1, 0xDE, 1, 1, 0, 0][..], b"payload"].concat();
    let inbound = [
        ("bare", b"payload".to_vec()),
        ("escape", encoded(Envelope::escape())),
        ("marker", encoded(Envelope::unsampled())),
        ("sampled", encoded(Envelope::new(sampled()))),
        ("unsampled", encoded(Envelope::new(unsampled))),
        ("unknown version", unknown_version),
        ("damaged", b"\x9E\x01\xC1\xDE".to_vec()),
    ];
    let trusts = [Trust::Drop, Trust::LinkOnly, Trust::Redecide, Trust::Accept];
    let share = |millionths| Rollout::Share(Share::from_millionths(millionths).unwrap());
    let (none, all) = (share(0), share(1_000_000));
    let rollouts = [Rollout::Off, Rollout::ReceiveOnly, none, all, Rollout::On];
    let mut cases = 0;
    for (name, bytes) in &inbound {
        for trust in trusts {
            for role in [Role::MayStart, Role::ContinueOnly] {
                for relation in [Relation::Link, Relation::Parent] {
                    for rollout in rollouts {
                        let case =
                            format!("{name}, {trust:?}, {role:?}, {relation:?}, {rollout:?}");
                        let channel = Channel::new()
                            .with_trust(trust)
                            .with_rollout(rollout)
                            .with_unsampled(Unsampled::Marker);
                        let consumer = Consumer::new().with_role(role).with_relation(relation);
                        let mut replies = Vec::new();
                        let spans = exported(|| {
                            let received = channel.receive(bytes.clone().into());
                            let plan = consumer.plan([received.origin()]);
                            plan.in_span(
                                || info_span!("handle"),
                                || {
                                    info_span!("inner").in_scope(|| {
                                        let reply = channel.wrap(&capture(), &b"reply"[..]);
                                        replies.push(reply.into_bytes());
                                    });
                                },
                            );
                        });
                        // What is known of the message, and believed.
                        let is_read = rollout != Rollout::Off;
                        let accepts = is_read && trust == Trust::Accept;
                        let continues = accepts && *name == "sampled";
                        let is_against = accepts && matches!(*name, "marker" | "unsampled");
                        let exists = match role {
                            Role::ContinueOnly => continues,
                            _ => !is_against,
                        };
                        // A sampled message of an unknown version has no ids to go on with.
                        let names: Vec<_> = spans.iter().map(|span| span.name.as_ref()).collect();
                        let expected: &[&str] = if exists { &["inner", "handle"] } else { &[] };
                        assert_eq!(names, expected, "{case}");
                        let links: usize = spans.iter().map(|span| span.links.len()).sum();
                        let in_trace = spans.iter().all(|span| {
                            span.span_context.trace_id().to_bytes()
                                == sampled().trace_id().to_bytes()
                        });
                        let is_child = continues && relation == Relation::Parent;
                        assert_eq!(exists && in_trace, is_child, "{case}");
                        let has_ids = is_read && matches!(*name, "sampled" | "unsampled");
                        let links_to = match trust {
                            Trust::Accept => continues && relation == Relation::Link,
                            Trust::Redecide => has_ids && exists,
                            Trust::LinkOnly => has_ids && exists && *name == "sampled",
                            _ => false,
                        };
                        assert_eq!(links, usize::from(links_to), "{case}");
                        // What the handler sent says the same, if anything is sent.
                        let reply = Reading::read(&replies[0]);
                        let decision = reply.decision();
                        // A share is one of traces: a decision without one is not in it.
                        let has_trace = exists || accepts && *name == "unsampled";
                        let is_sent = rollout == Rollout::On || rollout == all && has_trace;
                        let expected = is_sent.then_some(match exists {
                            true => Decision::Sampled,
                            false => Decision::Unsampled,
                        });
                        assert_eq!(decision, expected, "{case}");
                        cases += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cases, 7 * 4 * 2 * 2 * 5);
}

/// Under a layer whose provider was shut down, and where telemetry is suppressed, there are no
/// spans: what a handler sends continues its message. The control is the span while there is one.
#[test]
fn where_no_span_can_be_made_the_message_is_continued() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let sent = || {
        let plan = CONTINUING.plan([&sampled().into()]);
        let by_call = plan.in_span(|| info_span!("handle"), capture);
        let handler = async {
            tokio::task::yield_now().await;
            capture()
        };
        let by_future = runtime.block_on(plan.instrument(|| info_span!("handle"), handler));
        [by_call, by_future].map(|sent| sent.context())
    };
    let provider = SdkTracerProvider::builder().build();
    let layer = OpenTelemetryLayer::new(provider.tracer("test"));
    subscriber::with_default(registry().with(layer), || {
        assert!(sent().iter().all(|context| context.is_some() && *context != Some(sampled())));
        let suppressed = Context::enter_telemetry_suppressed_scope();
        assert_eq!(sent(), [Some(sampled()); 2]);
        drop(suppressed);
        provider.shutdown().unwrap();
        assert_eq!(sent(), [Some(sampled()); 2]);
    });
}
