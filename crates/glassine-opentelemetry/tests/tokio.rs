//! Channels between tasks: what a receiver learns of where a message comes from, and what an
//! exporter sees.
#![cfg(feature = "tokio")]

use std::num::NonZeroU32;

use glassine::policy::{FanOut, FanOutPoint, Propagation, fan_out_selects};
use glassine::{Origin, SpanId, TraceContext, TraceFlags, TraceId, Traced};
use tokio::sync::mpsc::error::{SendError, TryRecvError, TrySendError};

use glassine_opentelemetry::tokio::{broadcast, mpsc, oneshot, watch};
use glassine_opentelemetry::{Consumer, Relation, to_span_context};
use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, ContextGuard};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

const CONTINUING: Consumer = Consumer::new().with_relation(Relation::Parent);

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

fn unsampled() -> TraceContext {
    sampled().with_flags(TraceFlags::NONE)
}

fn in_trace(trace: u128) -> TraceContext {
    TraceContext::new(
        TraceId::from_u128(trace).unwrap(),
        SpanId::from_u64(1).unwrap(),
        TraceFlags::SAMPLED,
    )
}

/// Makes a span of this context the current one.
fn within(context: TraceContext) -> ContextGuard {
    Context::new().with_remote_span_context(to_span_context(context)).attach()
}

fn from_sampled<M>(message: M) -> Traced<M> {
    Traced::new(message, sampled())
}

/// A message that is not `Clone`, not `Debug` and no more than itself.
#[derive(PartialEq)]
struct Order(u32);

#[tokio::test]
async fn senders_capture_the_current_context() {
    let (sender, mut receiver) = mpsc::channel(8);
    let (unbounded, mut unbounded_receiver) = mpsc::unbounded_channel();
    let (reply, reply_receiver) = oneshot::channel();
    {
        let _current = within(sampled());
        sender.try_send(1).unwrap();
        unbounded.send(2).unwrap();
        reply.send(3).unwrap();
    }
    assert_eq!(receiver.recv().await, Some(from_sampled(1)));
    assert_eq!(unbounded_receiver.recv().await, Some(from_sampled(2)));
    assert_eq!(reply_receiver.await, Ok(from_sampled(3)));

    let cx = Context::new().with_remote_span_context(to_span_context(sampled()));
    async { sender.send(4).await }.with_context(cx).await.unwrap();
    assert_eq!(receiver.recv().await, Some(from_sampled(4)));
    tokio::task::spawn_blocking(move || {
        let _current = within(sampled());
        sender.blocking_send(5).unwrap();
    });
    assert_eq!(receiver.recv().await, Some(from_sampled(5)));
}

#[tokio::test]
async fn receivers_take_bare_decided_and_forwarded_messages_alike() {
    let (sender, mut receiver) = mpsc::channel(8);
    sender.send(1).await.unwrap();
    sender.forward(2.into()).await.unwrap();
    sender.try_forward(from_sampled(3)).unwrap();
    {
        let _current = within(sampled().with_flags(TraceFlags::NONE));
        sender.try_send(4).unwrap();
        // Whatever is current, what is forwarded keeps its own.
        sender.try_forward(5.into()).unwrap();
    }
    assert_eq!(receiver.recv().await, Some(Traced::from(1)));
    assert_eq!(receiver.recv().await, Some(Traced::from(2)));
    assert_eq!(receiver.recv().await, Some(from_sampled(3)));
    assert_eq!(receiver.recv().await, Some(Traced::new(4, unsampled())));
    assert_eq!(receiver.recv().await, Some(Traced::from(5)));

    let (reply, receiver) = oneshot::channel();
    reply.forward(from_sampled(6)).unwrap();
    assert_eq!(receiver.await, Ok(from_sampled(6)));
}

#[tokio::test]
async fn a_permit_captures_when_it_is_used() {
    let (sender, mut receiver) = mpsc::channel(8);
    let permit = sender.reserve().await.unwrap();
    let many: Vec<_> = sender.reserve_many(2).await.unwrap().collect();
    let owned = sender.clone().reserve_owned().await.unwrap();
    let tried = sender.try_reserve().unwrap();
    let mut tried_many = sender.try_reserve_many(1).unwrap();
    let tried_owned = sender.clone().try_reserve_owned().unwrap();
    assert_eq!((sender.capacity(), tried_many.len()), (1, 1));
    {
        let _current = within(sampled());
        permit.send(0);
        for (permit, n) in many.into_iter().zip(1..) {
            permit.send(n);
        }
        assert!(owned.send(3).same_channel(&sender));
        tried.send(4);
        tried_many.next().unwrap().send(5);
        assert!(tried_owned.send(6).same_channel(&sender));
    }
    drop(tried_many);
    for n in 0..=6 {
        assert_eq!(receiver.recv().await, Some(from_sampled(n)));
    }
    sender.reserve().await.unwrap().forward(from_sampled(7));
    assert_eq!(receiver.recv().await, Some(from_sampled(7)));
    let sender = sender.reserve_owned().await.unwrap().release();
    assert_eq!(sender.capacity(), sender.max_capacity());
}

#[tokio::test]
async fn an_error_gives_the_message_back_as_it_was_given() {
    let (sender, receiver) = mpsc::channel(1);
    sender.try_send(Order(1)).unwrap();
    assert!(matches!(sender.try_send(Order(2)), Err(TrySendError::Full(Order(2)))));
    assert!(matches!(
        sender.try_forward(from_sampled(Order(2))),
        Err(TrySendError::Full(traced)) if traced == from_sampled(Order(2))
    ));
    let Err(TrySendError::Full(sender)) = sender.try_reserve_owned() else {
        panic!("there is room")
    };
    drop(receiver);
    assert!(sender.is_closed());
    sender.closed().await;
    assert!(matches!(sender.send(Order(3)).await, Err(SendError(Order(3)))));
    assert!(matches!(sender.try_send(Order(4)), Err(TrySendError::Closed(Order(4)))));
    assert!(
        sender
            .forward(from_sampled(Order(5)))
            .await
            .is_err_and(|error| error.0 == from_sampled(Order(5)))
    );

    let (unbounded, receiver) = mpsc::unbounded_channel();
    drop(receiver);
    assert!(matches!(unbounded.send(Order(6)), Err(SendError(Order(6)))));

    let (mut reply, receiver) = oneshot::channel();
    drop(receiver);
    reply.closed().await;
    assert!(reply.is_closed());
    assert!(matches!(reply.send(Order(7)), Err(Order(7))));

    let (broadcast, receiver) = broadcast::channel(1);
    drop(receiver);
    broadcast.closed().await;
    assert_eq!(broadcast.send(8).unwrap_err().0, 8);
    assert_eq!(broadcast.forward(from_sampled(9)).unwrap_err().0, from_sampled(9));

    let (watch, receiver) = watch::channel(0);
    drop(receiver);
    watch.closed().await;
    assert!(watch.is_closed());
    assert_eq!(watch.send(10).unwrap_err().0, 10);
    assert_eq!(watch.forward(from_sampled(11)).unwrap_err().0, from_sampled(11));
}

#[tokio::test]
async fn weak_senders_do_not_keep_a_channel_open() {
    let (sender, mut receiver) = mpsc::channel(1);
    let weak = sender.downgrade();
    assert_eq!((weak.strong_count(), sender.weak_count()), (1, 1));
    {
        let _current = within(sampled());
        weak.upgrade().unwrap().try_send(1).unwrap();
    }
    assert_eq!(receiver.recv().await, Some(from_sampled(1)));
    drop(sender);
    assert!(weak.upgrade().is_none());
    assert_eq!(receiver.recv().await, None);

    let (sender, mut receiver) = mpsc::unbounded_channel::<u8>();
    let weak = sender.downgrade();
    assert!(weak.upgrade().unwrap().same_channel(&sender));
    drop(sender);
    assert!(weak.upgrade().is_none());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));

    let (sender, mut receiver) = broadcast::channel::<u8>(1);
    let weak = sender.downgrade();
    assert!(weak.upgrade().unwrap().same_channel(&sender));
    assert_eq!((receiver.sender_strong_count(), receiver.sender_weak_count()), (1, 1));
    drop(sender);
    assert!(weak.upgrade().is_none());
    assert!(receiver.is_closed());
    assert!(matches!(receiver.recv().await, Err(broadcast::error::RecvError::Closed)));
}

/// Call and cast: the exporter sees one tree.
#[tokio::test]
async fn a_request_and_its_reply_are_one_trace() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let tracer = provider.tracer("test");

    let (requests, mut inbox) = mpsc::channel::<(u32, oneshot::Sender<u32>)>(1);
    let of_server = tracer.clone();
    let server = tokio::spawn(async move {
        while let Some(traced) = inbox.recv().await {
            let ((n, reply), origin) = traced.into_parts();
            let cx = CONTINUING.start(&of_server, "serve", &Context::new(), [&origin]);
            async { reply.send(2 * n).unwrap() }.with_context(cx.clone()).await;
            cx.span().end();
        }
    });

    let cx = Context::new().with_span(tracer.start_with_context("call", &Context::new()));
    let (reply, answer) = oneshot::channel();
    async { requests.send((21, reply)).await }.with_context(cx.clone()).await.unwrap();
    let (doubled, origin) = answer.await.unwrap().into_parts();
    assert_eq!(doubled, 42);
    CONTINUING.start(&tracer, "answered", &Context::new(), [&origin]).span().end();
    cx.span().end();
    drop(requests);
    server.await.unwrap();

    let spans = exporter.get_finished_spans().unwrap();
    let span = |name| spans.iter().find(|span| span.name == name).unwrap();
    assert_eq!(spans.len(), 3);
    assert_eq!(span("serve").parent_span_id, span("call").span_context.span_id());
    assert_eq!(span("answered").parent_span_id, span("serve").span_context.span_id());
    assert!(
        spans.iter().all(|span| span.span_context.trace_id() == spans[0].span_context.trace_id())
    );
}

#[tokio::test]
async fn one_receiver_of_a_broadcast_gets_what_was_sent() {
    let (sender, mut receiver) = broadcast::channel(4);
    let _current = within(sampled());
    assert_eq!(sender.send(1).unwrap(), 1);
    sender.forward(2.into()).unwrap();
    assert_eq!((sender.len(), receiver.len(), sender.receiver_count()), (2, 2, 1));
    assert_eq!(receiver.try_recv().unwrap(), from_sampled(1));
    assert_eq!(receiver.recv().await.unwrap(), Traced::from(2));
    assert!(sender.is_empty() && receiver.is_empty());
}

/// n = 400 traces to 100 receivers each, trace ids 1 to 400; one in ten is chosen: 4,000 of 40,000
/// are expected, 6 σ are 360.
#[tokio::test]
async fn a_broadcast_is_thinned_by_its_receivers() {
    let (sender, first) = broadcast::channel(1);
    let mut receivers = vec![first];
    receivers.extend((1..100).map(|_| sender.subscribe()));
    let ten = NonZeroU32::new(10).unwrap();
    let mut chosen = 0;
    for trace in 1..=400 {
        let context = in_trace(trace);
        let _current = within(context);
        sender.send(trace).unwrap();
        for (receiver, number) in receivers.iter_mut().zip(0_u64..) {
            let (message, origin) = receiver.try_recv().unwrap().into_parts();
            assert_eq!(message, trace);
            if fan_out_selects(context.trace_id(), None, &number.to_be_bytes(), ten) {
                assert_eq!(
                    (origin.propagation(), origin.weight()),
                    (Propagation::Continue(context), Some(ten))
                );
                chosen += 1;
            } else {
                // The decision, with the trace that it is about.
                let context = origin.context().unwrap();
                assert!(!context.is_sampled() && context.trace_id().to_u128() == trace);
                assert_eq!(origin, Origin::from(context));
            }
        }
    }
    assert!((3_640..=4_360).contains(&chosen), "{chosen}");
}

/// What decides nothing decides nothing for any of many: a message that is linked to, or to be
/// decided anew, is handed on to 1,000 receivers, none of whom learns that no trace is to start, or
/// that it counts for more. The control is the same context, believed: about 990 learn it.
#[tokio::test]
async fn a_broadcast_of_what_is_only_claimed_decides_nothing() {
    let (sender, first) = broadcast::channel(4);
    let mut receivers = vec![first];
    receivers.extend((1..1_000).map(|_| sender.subscribe()));
    let claims = [Propagation::Link(sampled()), Propagation::Resample(unsampled())];
    for claim in claims {
        sender.forward(Traced::new("claimed", Origin::new(claim))).unwrap();
    }
    sender.forward(from_sampled("believed")).unwrap();
    let mut told = 0;
    for receiver in &mut receivers {
        for claim in claims {
            let origin = receiver.try_recv().unwrap().into_parts().1;
            assert_eq!((origin.propagation(), origin.weight()), (claim, None));
            assert!(Consumer::new().plan([&origin]).makes_span());
        }
        let origin = receiver.try_recv().unwrap().into_parts().1;
        told += u32::from(!Consumer::new().plan([&origin]).makes_span());
    }
    assert!((950..1_000).contains(&told), "{told}");
}

/// The same trace, sent again, reaches the same receivers; what is not sampled or bare is the same
/// for all of them.
#[tokio::test]
async fn a_receiver_is_chosen_for_a_trace_and_not_for_a_message() {
    let (sender, first) = broadcast::channel(4);
    let mut receivers = vec![first];
    receivers.extend((1..100).map(|_| sender.subscribe()));
    {
        let _current = within(sampled());
        sender.send("first").unwrap();
        sender.send("again").unwrap();
    }
    {
        let _current = within(sampled().with_flags(TraceFlags::NONE));
        sender.send("not sampled").unwrap();
    }
    sender.send("bare").unwrap();
    for receiver in &mut receivers {
        let mut next = || receiver.try_recv().unwrap().into_parts().1;
        assert_eq!(next(), next());
        assert_eq!(next(), Origin::from(unsampled()));
        assert_eq!(next(), Origin::default());
    }
}

/// The count that matters is that of the moment of sending, and numbers are not given twice.
#[tokio::test]
async fn who_subscribes_later_does_not_change_what_was_sent() {
    static HALF: [FanOutPoint; 2] = [point(1, 1), point(2, 2)];
    const fn point(recipients: u32, one_in: u32) -> FanOutPoint {
        FanOutPoint {
            recipients: NonZeroU32::new(recipients).unwrap(),
            one_in: NonZeroU32::new(one_in).unwrap(),
        }
    }

    let (sender, mut first) = broadcast::channel_with_fan_out(4, FanOut::new(&HALF).unwrap());
    let _current = within(sampled());
    sender.send(1).unwrap();
    let mut second = first.resubscribe();
    assert!(second.same_channel(&first));
    assert_eq!(first.try_recv().unwrap(), from_sampled(1));
    sender.send(2).unwrap();
    for (receiver, number) in [(&mut first, 0_u64), (&mut second, 1)] {
        let half = NonZeroU32::new(2).unwrap();
        let is_chosen = fan_out_selects(sampled().trace_id(), None, &number.to_be_bytes(), half);
        assert_eq!(receiver.try_recv().unwrap().origin().weight(), is_chosen.then_some(half));
    }
}

#[tokio::test]
async fn a_slow_receiver_learns_what_it_has_lost() {
    let (sender, mut receiver) = broadcast::channel(1);
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    assert!(matches!(receiver.recv().await, Err(broadcast::error::RecvError::Lagged(1))));
    assert_eq!(receiver.recv().await.unwrap(), Traced::from(2));
}

#[tokio::test]
async fn a_watched_value_says_where_it_comes_from() {
    let (sender, mut receiver) = watch::channel(0);
    assert_eq!((*receiver.borrow(), receiver.borrow().origin()), (0, Origin::default()));
    {
        let _current = within(sampled());
        sender.send(1).unwrap();
    }
    assert_eq!(*sender.borrow(), 1);
    receiver.changed().await.unwrap();
    {
        let value = receiver.borrow_and_update();
        assert_eq!((*value, value.origin()), (1, sampled().into()));
    }
    assert!(!receiver.has_changed().unwrap());
    assert!(!sender.send_if_modified(|_| false));
    assert_eq!(receiver.borrow().origin(), sampled().into());

    let other = in_trace(7);
    {
        let _current = within(other);
        sender.send_modify(|value| *value += 1);
    }
    assert_eq!((*receiver.borrow(), receiver.borrow().origin()), (2, other.into()));
    assert_eq!(sender.send_replace(3), 2);
    assert_eq!((*receiver.borrow(), receiver.borrow().origin()), (3, Origin::default()));
    sender.forward(from_sampled(4)).unwrap();
    let value = receiver.wait_for(|value| *value == 4).await.unwrap();
    assert_eq!(value.origin(), sampled().into());
}

/// n = 100 receivers of one value of trace 1; those chosen are the ones that the hash says, and
/// each says the same whenever it is asked.
#[tokio::test]
async fn a_watched_value_is_thinned_by_its_receivers() {
    let (sender, first) = watch::channel(0);
    let mut receivers = vec![first.clone()];
    receivers.extend((2..100).map(|_| sender.subscribe()));
    receivers.insert(0, first);
    assert_eq!(sender.receiver_count(), 100);
    let _current = within(in_trace(1));
    sender.send(1).unwrap();
    let ten = NonZeroU32::new(10).unwrap();
    for (receiver, number) in receivers.iter_mut().zip(0_u64..) {
        let is_chosen = fan_out_selects(in_trace(1).trace_id(), None, &number.to_be_bytes(), ten);
        let origin = receiver.borrow_and_update().origin();
        assert_eq!(origin.weight(), is_chosen.then_some(ten));
        assert_eq!(receiver.borrow().origin(), origin);
    }
}

#[test]
fn ends_are_as_free_as_tokios() {
    fn is_free<T: Send + Sync + 'static>() {}

    is_free::<(
        mpsc::Sender<Order>,
        mpsc::WeakSender<Order>,
        mpsc::OwnedPermit<Order>,
        mpsc::Receiver<Order>,
    )>();
    is_free::<(
        mpsc::UnboundedSender<Order>,
        mpsc::WeakUnboundedSender<Order>,
        mpsc::UnboundedReceiver<Order>,
    )>();
    is_free::<(oneshot::Sender<Order>, oneshot::Receiver<Order>)>();
    is_free::<(broadcast::Sender<u8>, broadcast::WeakSender<u8>, broadcast::Receiver<u8>)>();
    is_free::<(watch::Sender<Order>, watch::Receiver<Order>)>();
}

#[tokio::test]
async fn debug_shows_no_message() {
    let (sender, receiver) = mpsc::channel(2);
    sender.try_send("secret").unwrap();
    let (broadcast, subscriber) = broadcast::channel(2);
    broadcast.send("secret").unwrap();
    let (watch, watcher) = watch::channel("secret");
    let (reply, _answer) = oneshot::channel::<&str>();
    let shown = format!(
        "{sender:?} {:?} {:?} {broadcast:?} {:?} {subscriber:?} {watch:?} {watcher:?} {:?} {:?} {reply:?}",
        sender.downgrade(),
        sender.try_reserve().unwrap(),
        broadcast.downgrade(),
        watcher.borrow(),
        watch.borrow(),
    );
    assert!(!shown.contains("secret"), "{shown}");
    drop(receiver);
}
