//! A send where plain tokio's succeeds, and OpenTelemetry panics when it is asked for the current
//! context.

use std::cell::RefCell;

use glassine::{Origin, TraceContext};
use glassine_opentelemetry::{Consumer, capture, capture_with_baggage, to_span_context};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

fn sampled() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap()
}

/// Sends what it captures when it is dropped.
struct SendsAtTheEnd(std::sync::mpsc::Sender<Origin>);

impl Drop for SendsAtTheEnd {
    fn drop(&mut self) {
        let _ = self.0.send(capture());
        let _ = self.0.send(capture_with_baggage());
        let plan = Consumer::new().plan([&sampled().into()]);
        // The context to handle a message in, too.
        let _ = plan.handle(&opentelemetry::trace::noop::NoopTracer::new(), "handle", || {
            self.0.send(Origin::default())
        });
    }
}

thread_local! {
    static LAST: RefCell<Option<SendsAtTheEnd>> = const { RefCell::new(None) };
}

/// Destructors of thread-local values run in an order that nobody promises: in one of the two
/// threads, OpenTelemetry's stack of contexts is gone before the value.
#[test]
fn in_a_thread_that_ends_the_message_goes_bare() {
    for is_first in [true, false] {
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let touch = || drop(Context::current());
            if is_first {
                touch();
            }
            LAST.with(|last| *last.borrow_mut() = Some(SendsAtTheEnd(sender)));
            if !is_first {
                touch();
            }
        });
        thread.join().expect("the thread ends without a panic");
        assert_eq!(receiver.iter().collect::<Vec<_>>(), vec![Origin::default(); 3]);
    }
}

/// The same by an end of a tokio channel, where plain tokio's send succeeds.
#[cfg(feature = "tokio")]
#[test]
fn in_a_thread_that_ends_an_end_of_tokio_sends_bare() {
    use glassine_opentelemetry::tokio::mpsc;

    struct Says(mpsc::UnboundedSender<&'static str>);

    impl Drop for Says {
        fn drop(&mut self) {
            self.0.send("the last word").expect("somebody listens");
        }
    }

    thread_local! {
        static LAST: RefCell<Option<Says>> = const { RefCell::new(None) };
    }

    for is_first in [true, false] {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let thread = std::thread::spawn(move || {
            let touch = || drop(Context::current());
            if is_first {
                touch();
            }
            LAST.with(|last| *last.borrow_mut() = Some(Says(sender)));
            if !is_first {
                touch();
            }
        });
        thread.join().expect("the thread ends without a panic");
        assert_eq!(receiver.blocking_recv(), Some("the last word".into()));
    }
}

/// A value of a context that is dropped while the context is detached.
#[test]
fn in_a_value_of_a_detached_context_the_message_goes_out() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let cx = Context::new()
        .with_value(SendsAtTheEnd(sender))
        .with_remote_span_context(to_span_context(sampled()));
    drop(cx.attach());
    assert_eq!(receiver.iter().count(), 3);
}
