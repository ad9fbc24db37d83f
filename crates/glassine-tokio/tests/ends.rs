//! Ends of channels: who gets which context, and of which moment it is.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use glassine::policy::{Capture, FanOut, FanOutPoint, Propagation, fan_out_selects};
use glassine::{Field, Origin, TraceContext, TraceFlags, Traced};
use glassine_tokio::mpsc::error::SendError;
use glassine_tokio::{broadcast, mpsc, oneshot, watch};

thread_local! {
    static CURRENT: Cell<Option<TraceContext>> = const { Cell::new(None) };
}

/// A tracer that knows one context of each thread.
struct Current;

impl Capture for Current {
    fn capture() -> Origin {
        CURRENT.get().into()
    }
}

/// What `act` gives while this context is the current one.
fn within<T>(context: TraceContext, act: impl FnOnce() -> T) -> T {
    let before = CURRENT.replace(Some(context));
    let done = act();
    CURRENT.set(before);
    done
}

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

/// The decision against the trace.
fn told() -> Origin {
    sampled().with_flags(TraceFlags::NONE).into()
}

const ONE_IN_ONE: [FanOutPoint; 1] =
    [FanOutPoint { recipients: NonZeroU32::MIN, one_in: NonZeroU32::MIN }];

/// Law 10: a value was sent to those who were there. However many come later, and by whichever way,
/// none of them counts. The control is the one who was there.
#[test]
fn who_comes_later_to_a_watch_is_no_recipient_of_its_value() {
    let send: [fn(&watch::Sender<u8, Current>); 5] = [
        |sender| sender.send(1).unwrap(),
        |sender| sender.forward(Traced::new(1, sampled())).unwrap(),
        |sender| sender.send_modify(|value| *value = 1),
        |sender| {
            sender.send_if_modified(|value| {
                *value = 1;
                true
            });
        },
        |sender| assert_eq!(sender.send_replace(1), 0),
    ];
    for send in send {
        let (sender, first) = watch::channel::<_, Current>(0);
        within(sampled(), || send(&sender));
        assert_eq!((*first.borrow(), first.borrow().origin()), (1, sampled().into()));
        for _ in 0..1_000 {
            for mut late in [sender.subscribe(), sender.clone().subscribe(), first.clone()] {
                late.mark_changed();
                assert!(late.has_changed().unwrap());
                assert_eq!((*late.borrow(), late.borrow().origin()), (1, told()));
                assert_eq!(late.borrow_and_update().origin(), told());
            }
        }
        assert_eq!(first.borrow().origin(), sampled().into());
    }
}

/// The same where the table chooses all, and for the receivers of the next value, which they are.
#[test]
fn who_has_come_to_a_watch_is_a_recipient_of_the_next_value() {
    let all = FanOut::new(&const { ONE_IN_ONE }).unwrap();
    let (sender, first) = watch::channel_with_fan_out::<_, Current>(0, all);
    let second = sender.subscribe();
    within(sampled(), || sender.send(1).unwrap());
    let third = first.clone();
    let origins = || [&first, &second, &third].map(|receiver| receiver.borrow().origin());
    assert_eq!(origins(), [sampled().into(), sampled().into(), told()]);
    within(sampled(), || sender.send(2).unwrap());
    assert_eq!(origins(), [(); 3].map(|()| sampled().into()));
}

/// Those who were there are chosen among themselves, at the rate of their number, by their numbers.
#[test]
fn who_comes_later_to_a_watch_does_not_change_who_is_chosen() {
    let (sender, first) = watch::channel::<_, Current>(0);
    let mut receivers = vec![first];
    receivers.extend((1..100).map(|_| sender.subscribe()));
    within(sampled(), || sender.send(1).unwrap());
    receivers.extend((0..900).map(|_| sender.subscribe()));

    let ten = NonZeroU32::new(10).unwrap();
    let is_chosen = |number: u64| {
        number < 100 && fan_out_selects(sampled().trace_id(), None, &number.to_be_bytes(), ten)
    };
    assert!((0..100).any(is_chosen));
    for (receiver, number) in receivers.iter().zip(0..) {
        let expected =
            if is_chosen(number) { Origin::from(sampled()).fanned_out(ten) } else { told() };
        assert_eq!(receiver.borrow().origin(), expected, "receiver {number}");
    }
}

/// What nobody has decided is the same for all, and baggage is not the trace's.
#[test]
fn who_comes_later_to_a_watch_gets_what_decides_nothing() {
    let baggage = [Field::Baggage("tenant=7")];
    let origins = [
        Origin::default(),
        Origin::new(Propagation::Suppress),
        Origin::new(Propagation::Link(sampled())),
        Origin::new(Propagation::Resample(sampled())),
        told(),
        Origin::default().with_fields(&baggage),
    ];
    let (sender, first) = watch::channel::<_, Current>(0);
    for origin in origins {
        sender.forward(Traced::new(1, origin.clone())).unwrap();
        assert_eq!(sender.subscribe().borrow().origin(), origin);
    }
    sender.forward(Traced::new(1, Origin::from(sampled()).with_fields(&baggage))).unwrap();
    let late = first.clone().borrow().origin();
    assert_eq!(
        (late.propagation(), late.carrier().baggage()),
        (told().propagation(), Some("tenant=7"))
    );
}

/// A broadcast shows nothing to who comes later: what was sent before is not received, by whichever
/// way the receiver is made.
#[test]
fn who_comes_later_to_a_broadcast_gets_what_is_sent_from_then_on() {
    let all = FanOut::new(&const { ONE_IN_ONE }).unwrap();
    let (sender, first) = broadcast::channel_with_fan_out::<_, Current>(8, all);
    within(sampled(), || sender.send(1).unwrap());
    let upgraded = sender.downgrade().upgrade().unwrap();
    let mut late = [sender.subscribe(), upgraded.subscribe(), first.resubscribe()];
    within(sampled(), || sender.send(2).unwrap());
    for receiver in &mut late {
        assert_eq!(receiver.try_recv().unwrap(), Traced::new(2, sampled()));
        assert!(receiver.is_empty());
    }
}

/// A context that is current at other moments than that of the send.
fn other() -> TraceContext {
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap()
}

/// Law 9: a future that is made while one message is handled, and polled while another is, is of
/// the one.
#[test]
fn a_message_has_the_context_of_the_call_that_takes_it() {
    let (sender, mut receiver) = mpsc::channel::<_, Current>(1);
    let mut received = || receiver.try_recv().unwrap();

    // There is room.
    let mut sending = Box::pin(within(sampled(), || sender.send(1)));
    assert_eq!(within(other(), || poll(&mut sending)), Poll::Ready(Ok(())));
    assert_eq!(received(), Traced::new(1, sampled()));
    let mut sending = Box::pin(sender.send(2));
    assert_eq!(within(other(), || poll(&mut sending)), Poll::Ready(Ok(())));
    assert_eq!(received(), Traced::from(2));

    // There is none for a while.
    sender.try_send(3).unwrap();
    let mut sending = Box::pin(within(sampled(), || sender.send(4)));
    assert_eq!(within(other(), || poll(&mut sending)), Poll::Pending);
    assert_eq!(received(), Traced::from(3));
    assert_eq!(within(other(), || poll(&mut sending)), Poll::Ready(Ok(())));
    assert_eq!(received(), Traced::new(4, sampled()));

    // A permit is room, and no message yet.
    let mut reserving = Box::pin(within(other(), || sender.reserve()));
    let Poll::Ready(Ok(permit)) = within(other(), || poll(&mut reserving)) else {
        panic!("no room")
    };
    within(sampled(), || permit.send(5));
    assert_eq!(received(), Traced::new(5, sampled()));
    let mut reserving = Box::pin(within(other(), || sender.reserve_many(1)));
    let Poll::Ready(Ok(permits)) = within(other(), || poll(&mut reserving)) else {
        panic!("no room")
    };
    let permits: Vec<_> = within(other(), || permits.collect());
    for permit in permits {
        within(sampled(), || permit.send(6));
    }
    assert_eq!(received(), Traced::new(6, sampled()));
    let mut reserving = Box::pin(within(other(), || sender.clone().reserve_owned()));
    let Poll::Ready(Ok(permit)) = within(other(), || poll(&mut reserving)) else {
        panic!("no room")
    };
    within(sampled(), || permit.send(7));
    assert_eq!(received(), Traced::new(7, sampled()));

    // Whatever is current, what is forwarded keeps its own.
    let mut sending = Box::pin(within(other(), || sender.forward(Traced::new(8, sampled()))));
    assert_eq!(within(other(), || poll(&mut sending)), Poll::Ready(Ok(())));
    assert_eq!(received(), Traced::new(8, sampled()));
}

/// The other ends take a message at once; who receives it, and when, makes no difference.
#[test]
fn a_message_has_no_context_of_where_it_is_received() {
    let (sender, mut receiver) = mpsc::unbounded_channel::<_, Current>();
    within(sampled(), || sender.send(1).unwrap());
    assert_eq!(within(other(), || receiver.try_recv()).unwrap(), Traced::new(1, sampled()));
    let (sender, mut receiver) = oneshot::channel::<_, Current>();
    within(sampled(), || sender.send(1).unwrap());
    assert_eq!(within(other(), || receiver.try_recv()).unwrap(), Traced::new(1, sampled()));
    let (sender, mut receiver) = broadcast::channel::<_, Current>(1);
    within(sampled(), || sender.send(1).unwrap());
    assert_eq!(within(other(), || receiver.try_recv()).unwrap(), Traced::new(1, sampled()));
    let (sender, mut receiver) = watch::channel::<_, Current>(0);
    within(sampled(), || sender.send(1).unwrap());
    assert_eq!(within(other(), || receiver.borrow_and_update().origin()), sampled().into());
}

/// A send can run as a task of any runtime if its message can go to another thread, and no more is
/// asked of the message: it need not be `Sync`. What is not sent comes back.
#[test]
fn a_send_is_a_task() {
    fn task<T>(future: impl Future<Output = T> + Send) -> impl Future<Output = T> + Send {
        future
    }

    let (sender, receiver) = mpsc::channel::<_, Current>(1);
    let mut sending = Box::pin(task(sender.send(Cell::new(1))));
    assert_eq!(poll(&mut sending), Poll::Ready(Ok(())));
    drop(receiver);
    let mut sending = Box::pin(task(sender.send(Cell::new(2))));
    assert_eq!(poll(&mut sending), Poll::Ready(Err(SendError(Cell::new(2)))));
}

/// Asks a future once whether it is done.
fn poll<T>(future: &mut Pin<Box<impl Future<Output = T>>>) -> Poll<T> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}
