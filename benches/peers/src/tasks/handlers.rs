//! From bytes to a span of `tracing` in which a message is handled, by OpenTelemetry's SDK, which
//! keeps the span for no one.
//!
//! Glassine's `Channel` with a plan, as its README shows; OpenTelemetry's propagators over a map in
//! MessagePack, and `set_parent`. The limit makes the span without a parent.

use std::hint::black_box;

use bytes::Bytes;
use glassine::Channel;
use glassine::policy::{AllowList, Rollout, Trust};
use glassine_opentelemetry::{Consumer, Relation};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::dispatcher::{Dispatch, with_default};
use tracing::{Span, info_span};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use crate::peer::{Peer, Says};
use crate::peers::glassine::Glassine;
use crate::peers::opentelemetry::{OpenTelemetry, extracted};
use crate::task::Task;

/// Lets tracestate and baggage in, as the propagators do.
static CHANNEL: Channel = Channel::new()
    .with_rollout(Rollout::On)
    .with_trust(Trust::Accept)
    .with_inbound_fields(AllowList::ALL);
const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);

pub(crate) fn tasks() -> Vec<Vec<Task>> {
    let tasks = |says| vec![glassine(says), opentelemetry(says), span_alone(says)];
    Says::all().map(tasks).into()
}

fn glassine(says: Says) -> Task {
    let message = message::<Glassine>(says);
    task("glassine_channel", says, move || by_glassine(&message, handle))
}

fn by_glassine(message: &Bytes, handle: impl Fn(&[u8])) {
    let (payload, origin) = CHANNEL.receive(message.clone()).into_parts();
    CONSUMER.plan([&origin]).in_span(span, || handle(&payload));
}

fn opentelemetry(says: Says) -> Task {
    let message = message::<OpenTelemetry>(says);
    task("opentelemetry", says, move || by_opentelemetry(&message, handle))
}

fn by_opentelemetry(message: &Bytes, handle: impl Fn(&[u8])) {
    let (context, payload) = extracted(message);
    let span = span();
    // Refused where the span was entered before.
    span.set_parent(context).unwrap();
    span.in_scope(|| handle(&payload));
}

fn span_alone(says: Says) -> Task {
    let message = message::<Glassine>(says);
    task("limit", says, move || span().in_scope(|| handle(&message)))
}

fn span() -> Span {
    info_span!("handle order", otel.kind = "consumer")
}

fn handle(payload: &[u8]) {
    black_box(payload.as_ptr());
    black_box(payload.len());
}

fn message<P: Peer>(says: Says) -> Bytes {
    let (payload, mut buffer) = (inputs::payload(64).into(), P::Buffer::default());
    Bytes::copy_from_slice(P::write(&mut buffer, &P::context(says), &payload))
}

fn task(name: &str, says: Says, mut run: impl FnMut() + 'static) -> Task {
    let subscriber = subscriber();
    Task::new(format!("{name}/handler/{}/64", says.name), move || {
        with_default(&subscriber, || {
            for _ in 0..MESSAGES {
                run();
            }
        });
    })
    .of_messages(MESSAGES)
}

fn subscriber() -> Dispatch {
    let tracer = SdkTracerProvider::builder().build().tracer("orders");
    Dispatch::new(registry().with(OpenTelemetryLayer::new(tracer)))
}

/// So many that what surrounds them is not seen.
const MESSAGES: u32 = 100;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use opentelemetry::Context;
    use opentelemetry::baggage::BaggageExt;
    use opentelemetry::trace::TraceContextExt;

    use super::*;

    type Handle<'h> = &'h dyn Fn(&[u8]);

    #[test]
    fn both_ways_give_the_handler_the_same_parent() {
        for says in Says::all() {
            let trace = |handle: &dyn Fn(Handle<'_>)| {
                let seen = Cell::new(None);
                with_default(&subscriber(), || {
                    handle(&|payload| {
                        assert_eq!(payload, inputs::payload(64));
                        let context = Context::current();
                        let span = context.span().span_context().clone();
                        seen.set(Some((
                            span.trace_id(),
                            span.is_sampled(),
                            context.baggage().len(),
                        )));
                    });
                });
                seen.take().expect("the handler was called")
            };
            let (trace_id, is_sampled, members) =
                trace(&|handle| by_glassine(&message::<Glassine>(says), handle));
            let by_opentelemetry =
                trace(&|handle| by_opentelemetry(&message::<OpenTelemetry>(says), handle));
            assert_eq!(members, says.baggage.map_or(0, |baggage| baggage.split(',').count()));
            assert_eq!(is_sampled, says.context.is_none_or(|context| context.is_sampled()));
            if let Some(context) = says.context {
                assert_eq!(trace_id.to_bytes(), context.trace_id().to_bytes());
                assert_eq!((trace_id, is_sampled, members), by_opentelemetry);
            }
        }
    }
}
