//! Tokio's channels within a process: a number sent and received, plain, as a `Traced`, and beside
//! what programs send along by hand.

use std::hint::black_box;

use glassine_opentelemetry::{CurrentContext, to_span_context};
use glassine_tokio as traced;
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use tokio::sync::{broadcast, mpsc, oneshot};
use tracing::Span;

use crate::peer::Says;
use crate::task::Task;

pub(crate) fn tasks() -> Vec<Vec<Task>> {
    let [nothing, unsampled, sampled, _] = Says::all();
    let mut tasks = Vec::new();
    for says in [nothing, unsampled, sampled] {
        tasks.push(vec![
            plain_mpsc(says),
            traced_mpsc(says),
            sent_along(says, "opentelemetry_pair", Context::current),
            sent_along(says, "tracing_pair", Span::current),
        ]);
        tasks.push(vec![plain_oneshot(says), traced_oneshot(says)]);
        tasks.push(vec![plain_broadcast(says), traced_broadcast(says)]);
    }
    tasks
}

fn plain_mpsc(says: Says) -> Task {
    let (sender, mut receiver) = mpsc::channel(4);
    task("plain", "mpsc", says, move || {
        sender.try_send(black_box(7_u64)).unwrap();
        black_box(receiver.try_recv().unwrap());
    })
}

fn traced_mpsc(says: Says) -> Task {
    let (sender, mut receiver) = traced::mpsc::channel::<_, CurrentContext>(4);
    task("traced", "mpsc", says, move || {
        sender.try_send(black_box(7_u64)).unwrap();
        black_box(&receiver.try_recv().unwrap().into_parts());
    })
}

fn sent_along<T: 'static>(says: Says, name: &str, current: fn() -> T) -> Task {
    let (sender, mut receiver) = mpsc::channel(4);
    task(name, "mpsc", says, move || {
        let sent = sender.try_send((current(), black_box(7_u64)));
        assert!(sent.is_ok(), "there is room");
        black_box(&receiver.try_recv().unwrap());
    })
}

fn plain_oneshot(says: Says) -> Task {
    task("plain", "oneshot", says, || {
        let (sender, mut receiver) = oneshot::channel();
        sender.send(black_box(7_u64)).unwrap();
        black_box(receiver.try_recv().unwrap());
    })
}

fn traced_oneshot(says: Says) -> Task {
    task("traced", "oneshot", says, || {
        let (sender, mut receiver) = traced::oneshot::channel::<_, CurrentContext>();
        sender.send(black_box(7_u64)).unwrap();
        black_box(&receiver.try_recv().unwrap().into_parts());
    })
}

fn plain_broadcast(says: Says) -> Task {
    let (sender, mut receiver) = broadcast::channel(4);
    task("plain", "broadcast", says, move || {
        sender.send(black_box(7_u64)).unwrap();
        black_box(receiver.try_recv().unwrap());
    })
}

fn traced_broadcast(says: Says) -> Task {
    let (sender, mut receiver) = traced::broadcast::channel::<_, CurrentContext>(4);
    task("traced", "broadcast", says, move || {
        sender.send(black_box(7_u64)).unwrap();
        black_box(&receiver.try_recv().unwrap().into_parts());
    })
}

/// The context is current where it is sent from: attached for a run, which is counted for all.
fn task(name: &str, channel: &str, says: Says, mut run: impl FnMut() + 'static) -> Task {
    let around = says.context.map_or_else(Context::new, |context| {
        Context::new().with_remote_span_context(to_span_context(context))
    });
    Task::new(format!("{name}/{channel}/{}/8", says.name), move || {
        let _current = around.clone().attach();
        for _ in 0..MESSAGES {
            run();
        }
    })
    .of_messages(MESSAGES)
}

/// So many that the attaching is not seen.
const MESSAGES: u32 = 1_000;
