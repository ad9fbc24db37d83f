//! Ends of channels: who gets which context, and of which moment it is.

use std::cell::Cell;
use std::num::NonZeroU32;

use glassine::policy::{Capture, FanOut, FanOutPoint, Propagation, fan_out_selects};
use glassine::{Field, Origin, TraceContext, TraceFlags, Traced};
use glassine_tokio::{broadcast, watch};

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
