//! Layers for message services.
#![cfg(feature = "tower-service_0_3")]

use std::cell::Cell;
use std::convert::Infallible;
use std::task::{Context, Poll};

use bytes::Bytes;
use glassine::policy::{Capture, Count, FanOut, Propagation, Rollout, Trust};
use glassine::{Channel, Origin, TraceContext, Traced};
use glassine_tokio::tower::{ReceiveLayer, ReplyLayer, SendLayer};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

thread_local! {
    static CURRENT: Cell<Option<TraceContext>> = const { Cell::new(None) };
}

/// A tracer whose current context is set by hand.
struct Tracer;

impl Capture for Tracer {
    fn capture() -> Origin {
        CURRENT.get().into()
    }
}

#[derive(Clone, PartialEq, Debug)]
struct Delivery {
    topic: &'static str,
    payload: Bytes,
}

fn delivery(payload: Bytes) -> Delivery {
    Delivery { topic: "orders", payload }
}

fn payload_of(delivery: &mut Delivery) -> &mut Bytes {
    &mut delivery.payload
}

fn context() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

/// One for each test: its counters are its own.
fn channel(rollout: Rollout) -> &'static Channel {
    Box::leak(Box::new(Channel::new().with_trust(Trust::Accept).with_rollout(rollout)))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn a_request_comes_without_its_envelope_and_with_its_origin() {
    let channel = channel(Rollout::On);
    let receive = ReceiveLayer::new(channel, payload_of)
        .layer(service_fn(|delivery: Traced<Delivery>| async { Ok::<_, Infallible>(delivery) }));
    let payload = Bytes::from_static(b"\x9E is not a frame");
    for origin in [Origin::default(), context().into()] {
        let message = channel.wrap(&origin, payload.clone()).into_bytes();
        let Ok(received) = block_on(receive.clone().oneshot(delivery(message)));
        assert_eq!(received, Traced::new(delivery(payload.clone()), origin));
    }
    assert_eq!(channel.counters().snapshot().count(Count::ReadSampled), 1);
}

/// Of a copy that goes to many, the receivers that are chosen keep the context.
#[test]
fn a_name_decides_about_one_copy_for_many() {
    let channel = channel(Rollout::On);
    let wrapper = channel.wrapper_for_many(&context().into(), 100, FanOut::DEFAULT);
    let message = wrapper.wrap(Bytes::from_static(b"hi")).into_bytes();
    let sampled = |name: Option<u32>| {
        let layer = ReceiveLayer::new(channel, |bytes: &mut Bytes| bytes);
        let layer = match name {
            Some(name) => layer.with_name(name.to_be_bytes().to_vec()),
            None => layer,
        };
        let service = layer.layer(service_fn(|message: Traced<Bytes>| async move {
            assert_eq!(message.value(), "hi");
            Ok::<_, Infallible>(message.origin().context().unwrap().is_sampled())
        }));
        let Ok(is_sampled) = block_on(service.oneshot(message.clone()));
        is_sampled
    };
    let chosen = (0..100).filter(|name| sampled(Some(*name))).count();
    assert!((1..30).contains(&chosen), "{chosen} of 100 were chosen");
    assert_eq!(channel.counters().snapshot().count(Count::Unnamed), 0);
    assert!(sampled(None));
    assert_eq!(channel.counters().snapshot().count(Count::Unnamed), 1);
}

/// What is current counts when the client is called, and when the handler is done.
#[test]
fn requests_and_responses_are_wrapped_in_what_is_current() {
    for rollout in [Rollout::ReceiveOnly, Rollout::On] {
        let channel = channel(rollout);
        let echo = |handled: Option<TraceContext>| {
            service_fn(move |request: Delivery| async move {
                CURRENT.set(handled);
                Ok::<_, Infallible>(request)
            })
        };
        let send = ServiceBuilder::new()
            .layer(SendLayer::<_, Tracer>::new(channel, payload_of))
            .service(echo(None));
        let reply = ServiceBuilder::new()
            .layer(ReplyLayer::<_, Tracer>::new(channel, payload_of))
            .service(echo(Some(context())));
        let hi = || delivery(Bytes::from_static(b"hi"));

        CURRENT.set(Some(context()));
        let Ok(sent) = block_on(send.oneshot(hi()));
        CURRENT.set(None);
        let Ok(replied) = block_on(reply.oneshot(hi()));
        let expected = channel.wrap(&context().into(), hi().payload).into_bytes();
        assert_eq!((sent.payload, replied.payload), (expected.clone(), expected.clone()));
        assert_eq!(expected.len(), if rollout == Rollout::On { 34 } else { 2 });
    }
}

/// What the service inside says of itself is passed on: that it is not ready, and its errors.
#[test]
fn readiness_and_errors_are_those_of_the_service_inside() {
    #[derive(Clone)]
    struct Failing(bool);

    impl<R> Service<R> for Failing {
        type Response = Bytes;
        type Error = &'static str;
        type Future = std::future::Ready<Result<Bytes, &'static str>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            if self.0 { Poll::Ready(Ok(())) } else { Poll::Pending }
        }

        fn call(&mut self, _: R) -> Self::Future {
            std::future::ready(Err("no"))
        }
    }

    let channel = channel(Rollout::On);
    for is_ready in [true, false] {
        let inner = Failing(is_ready);
        let receive = ReceiveLayer::new(channel, payload_of).layer(inner.clone());
        let send = SendLayer::<_, Tracer>::new(channel, payload_of).layer(inner.clone());
        let reply = ReplyLayer::<_, Tracer>::new(channel, |bytes| bytes).layer(inner);
        assert_answers(receive, is_ready);
        assert_answers(send, is_ready);
        assert_answers(reply, is_ready);
    }

    fn assert_answers(
        mut service: impl Service<Delivery, Response = Bytes, Error = &'static str>,
        is_ready: bool,
    ) {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert_eq!(service.poll_ready(&mut cx).is_ready(), is_ready);
        assert_eq!(block_on(service.call(delivery(Bytes::new()))), Err("no"));
    }
}

#[test]
fn without_trust_nothing_is_believed() {
    static EDGE: Channel = Channel::new();
    let message = channel(Rollout::On).wrap(&context().into(), &b"hi"[..]).into_bytes();
    let service = ReceiveLayer::new(&EDGE, |bytes: &mut Bytes| bytes)
        .layer(service_fn(|message: Traced<Bytes>| async { Ok::<_, Infallible>(message) }));
    let Ok(received) = block_on(service.oneshot(message));
    assert_eq!(received.value(), "hi");
    assert_eq!(received.origin().propagation(), Propagation::Unknown);
}
