//! Handlers that are dropped halfway, or panic: what they hold is dropped within their context, as
//! an exporter sees it, and their spans end. The SDK's defaults.

use std::cell::RefCell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Task, Poll, Waker};

use glassine::policy::Propagation;
use glassine::{Origin, TraceContext, TraceFlags};
use glassine_opentelemetry::{Consumer, Relation, capture};
use opentelemetry::Context;
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracer, SdkTracerProvider};

const CONTINUING: Consumer = Consumer::new().with_relation(Relation::Parent);

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

/// What a handler holds: when it is dropped, it makes a span and captures what a message would be
/// sent with.
struct Held {
    tracer: SdkTracer,
    sent: Rc<RefCell<Option<Origin>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.tracer.start("in the destructor"));
        *self.sent.borrow_mut() = Some(capture());
    }
}

/// How a handler ends.
#[derive(Clone, Copy, PartialEq, Debug)]
enum End {
    Ready,
    Dropped,
    Panics,
}

/// Keeps what it holds until it is dropped, even when it is ready; and leaves its context with
/// somebody who lives longer.
fn handler(held: Held, end: End, kept: Rc<RefCell<Option<Context>>>) -> impl Future<Output = ()> {
    let mut polls = 0;
    poll_fn(move |_| {
        let _held = &held;
        *kept.borrow_mut() = Some(Context::current());
        polls += 1;
        match end {
            End::Dropped => Poll::Pending,
            _ if polls == 1 => Poll::Pending,
            End::Ready => Poll::Ready(()),
            End::Panics => panic!("a handler may"),
        }
    })
}

/// Runs a handler to its end, and drops it where no context is current.
fn run(future: impl Future<Output = ()>) {
    let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    for _ in 0..2 {
        let mut task = Task::from_waker(Waker::noop());
        let _ = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut task)));
    }
}

/// For each kind of message and each end: the spans that there are, in the order of their end, and
/// what is sent by the destructor.
fn assert_handled(handle: impl Fn(&SdkTracer, &Origin, Held, End, Rc<RefCell<Option<Context>>>)) {
    for end in [End::Ready, End::Dropped, End::Panics] {
        let marker = Origin::new(Propagation::Suppress);
        let unsampled = sampled().with_flags(TraceFlags::NONE);
        for origin in [marker, unsampled.into(), sampled().into()] {
            let exporter = InMemorySpanExporter::default();
            let provider =
                SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
            let tracer = provider.tracer("test");
            let sent: Rc<RefCell<Option<Origin>>> = Rc::default();
            let kept: Rc<RefCell<Option<Context>>> = Rc::default();
            let held = Held { tracer: tracer.clone(), sent: Rc::clone(&sent) };
            handle(&tracer, &origin, held, end, Rc::clone(&kept));
            let case = format!("{end:?}, {:?}", origin.propagation());
            let spans = exporter.get_finished_spans().unwrap();
            let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
            let sent = sent.borrow_mut().take().unwrap();
            if origin.context() == Some(sampled()) {
                assert_eq!(names, ["in the destructor", "handle"], "{case}");
                assert_eq!(spans[0].parent_span_id, spans[1].span_context.span_id(), "{case}");
                let sender = sent.context().unwrap().span_id();
                assert_eq!(sender.to_bytes(), spans[1].span_context.span_id().to_bytes(), "{case}");
            } else {
                assert!(names.is_empty(), "{case}: {names:?}");
                assert_eq!(sent, origin, "{case}");
            }
            assert!(kept.borrow().is_some(), "the handler ran");
        }
    }
}

#[test]
fn by_a_future() {
    assert_handled(|tracer, origin, held, end, kept| {
        let plan = CONTINUING.plan([origin]);
        run(plan.handle_future(tracer, "handle", handler(held, end, kept)));
    });
}

/// A call is not dropped halfway.
#[test]
fn by_a_call() {
    assert_handled(|tracer, origin, held, end, kept| {
        let _ = catch_unwind(AssertUnwindSafe(|| {
            CONTINUING.plan([origin]).handle(tracer, "handle", move || {
                let _held = held;
                *kept.borrow_mut() = Some(Context::current());
                assert_ne!(end, End::Panics);
            });
        }));
    });
}

#[cfg(feature = "tracing")]
mod with_tracing {
    use tracing::subscriber::with_default;
    use tracing::{Subscriber, info_span};
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::registry;

    use super::*;

    pub(super) fn subscriber(tracer: &SdkTracer) -> impl Subscriber + Send + Sync + use<> {
        registry().with(tracing_opentelemetry::OpenTelemetryLayer::new(tracer.clone()))
    }

    /// The context that is kept does not keep a span of `tracing`.
    #[test]
    fn by_a_future() {
        assert_handled(|tracer, origin, held, end, kept| {
            with_default(subscriber(tracer), || {
                let plan = CONTINUING.plan([origin]);
                run(plan.instrument(|| info_span!("handle"), handler(held, end, kept)));
            });
        });
    }

    #[test]
    fn by_a_call() {
        assert_handled(|tracer, origin, held, end, kept| {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                with_default(subscriber(tracer), || {
                    let span = || info_span!("handle");
                    CONTINUING.plan([origin]).in_span(span, move || {
                        let _held = held;
                        *kept.borrow_mut() = Some(Context::current());
                        assert_ne!(end, End::Panics);
                    });
                });
            }));
        });
    }
}

/// A handler whose span cannot be made.
#[cfg(feature = "tracing")]
mod without_a_span {
    use tracing::Span;
    use tracing::subscriber::with_default;

    use super::*;

    fn no_span() -> Span {
        panic!("the span cannot be made")
    }

    /// What it holds is dropped within the context of its message.
    fn assert_dropped_within(handle: impl FnOnce(&Origin, Held)) {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let tracer = provider.tracer("test");
        let sent: Rc<RefCell<Option<Origin>>> = Rc::default();
        let held = Held { tracer: tracer.clone(), sent: Rc::clone(&sent) };
        let origin = Origin::from(sampled());
        let handled = catch_unwind(AssertUnwindSafe(|| {
            with_default(with_tracing::subscriber(&tracer), || handle(&origin, held));
        }));
        assert!(handled.is_err());
        assert_eq!(sent.borrow_mut().take(), Some(origin));
        let spans = exporter.get_finished_spans().unwrap();
        let [span] = &spans[..] else { panic!("{spans:?}") };
        assert_eq!(span.parent_span_id.to_bytes(), sampled().span_id().to_bytes());
    }

    #[test]
    fn by_a_call() {
        assert_dropped_within(|origin, held| {
            CONTINUING.plan([origin]).in_span(no_span, move || drop(held));
        });
    }

    #[test]
    fn by_a_future() {
        assert_dropped_within(|origin, held| {
            let future = async move { drop(held) };
            drop(CONTINUING.plan([origin]).instrument(no_span, future));
        });
    }

    #[cfg(feature = "tower-service_0_3")]
    #[test]
    fn by_a_service() {
        use glassine::Traced;
        use glassine_opentelemetry::tower::InstrumentLayer;
        use tower::{Layer, Service, service_fn};

        assert_dropped_within(|origin, held| {
            let service = service_fn(async |held: Held| {
                drop(held);
                Ok::<(), ()>(())
            });
            let mut service = InstrumentLayer::new(CONTINUING, |_| no_span()).layer(service);
            drop(service.call(Traced::new(held, origin.clone())));
        });
    }
}

#[cfg(feature = "tower-service_0_3")]
mod with_tower {
    use std::convert::Infallible;
    use std::future::ready;

    use glassine::Traced;
    use glassine_opentelemetry::tower::HandleLayer;
    use tower::{Layer, Service, service_fn};

    use super::*;

    async fn answered(future: impl Future<Output = Result<(), Infallible>>) {
        let Ok(()) = future.await;
    }

    /// A service whose future is the handler.
    fn service(
        end: End,
        kept: Rc<RefCell<Option<Context>>>,
    ) -> impl Service<Held, Response = (), Error = Infallible> {
        service_fn(move |held| {
            let kept = Rc::clone(&kept);
            let mut handled = Box::pin(handler(held, end, kept));
            poll_fn(move |task| handled.as_mut().poll(task).map(Ok))
        })
    }

    #[test]
    fn by_a_future() {
        assert_handled(|tracer, origin, held, end, kept| {
            let layer = HandleLayer::new(CONTINUING, tracer.clone(), "handle");
            let mut service = layer.layer(service(end, kept));
            run(answered(service.call(Traced::new(held, origin.clone()))));
        });
    }

    #[cfg(feature = "tracing")]
    #[test]
    fn by_a_future_in_a_span_of_tracing() {
        use glassine_opentelemetry::tower::InstrumentLayer;
        use tracing::info_span;
        use tracing::subscriber::with_default;

        assert_handled(|tracer, origin, held, end, kept| {
            with_default(with_tracing::subscriber(tracer), || {
                let layer = InstrumentLayer::new(CONTINUING, |_: &Held| info_span!("handle"));
                let mut service = layer.layer(service(end, kept));
                run(answered(service.call(Traced::new(held, origin.clone()))));
            });
        });
    }

    /// A service that panics before there is a future.
    #[test]
    fn in_the_call() {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let mut kept = None;
        let layer = HandleLayer::new(CONTINUING, provider.tracer("test"), "handle");
        let mut service = layer.layer(service_fn(|is_first: bool| {
            kept = Some(Context::current());
            assert!(!is_first);
            ready(Ok::<_, Infallible>(()))
        }));
        let request = Traced::new(true, Origin::from(sampled()));
        let _ = catch_unwind(AssertUnwindSafe(|| drop(service.call(request))));
        assert_eq!(exporter.get_finished_spans().unwrap().len(), 1);
        assert!(kept.is_some());
    }
}
