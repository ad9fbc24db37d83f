//! The actor of `with_actix.rs` with spans of `tracing`, and an async handler with a span of its
//! own:
//!
//! ```text
//! +        let (message, origin) = traced.into_parts();
//! +        let span = || info_span!("order", otel.kind = "consumer");
//! -        Box::pin(pick(message, self.next.clone()))
//! +        let picking = pick(message, self.next.clone());
//! +        Box::pin(CONSUMER.plan([&origin]).instrument(span, picking))
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actix::{Actor, Addr, Context, Handler, ResponseFuture};
use glassine_opentelemetry::{Consumer, Relation, capture};
use opentelemetry::trace::FutureExt;
use opentelemetry_sdk::trace::SpanData;
use tracing::{Instrument, info_span, instrument, subscriber};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use crate::error::Error;
use crate::telemetry::{Telemetry, decided_against};
use crate::with_actix::{InTrace, Pick};

const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);

struct Warehouse {
    next: Addr<Packer>,
}

impl Actor for Warehouse {
    type Context = Context<Self>;
}

impl Handler<InTrace<Pick>> for Warehouse {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, InTrace(traced): InTrace<Pick>, _: &mut Self::Context) -> Self::Result {
        let (message, origin) = traced.into_parts();
        let span = || info_span!("order", otel.kind = "consumer");
        let picking = pick(message, self.next.clone());
        Box::pin(CONSUMER.plan([&origin]).instrument(span, picking))
    }
}

#[instrument(skip_all)] // a span within the message's
async fn pick(message: Pick, next: Addr<Packer>) {
    tokio::task::yield_now().await; // others are picked meanwhile
    // A packer that is gone has nothing to pack.
    let _ = next.send(InTrace::new(message, capture())).await;
}

/// The last actor. It looks something up, in a span within that of the message.
struct Packer {
    packed: Arc<AtomicU32>,
}

impl Actor for Packer {
    type Context = Context<Self>;
}

impl Handler<InTrace<Pick>> for Packer {
    type Result = ();

    fn handle(&mut self, InTrace(traced): InTrace<Pick>, _: &mut Self::Context) {
        let (Pick(boxes), origin) = traced.into_parts();
        CONSUMER.plan([&origin]).in_span(
            || info_span!("pack"),
            || {
                drop(info_span!("look up"));
                self.packed.fetch_add(boxes, Ordering::Relaxed);
            },
        );
    }
}

/// Sends a message that is traced, one that is bare, and one of a trace that was decided against
/// through both actors, one after the other or all at once, and gives the spans, and how many boxes
/// were packed. In a `System` of actix.
pub async fn run(seed: u64, at_once: bool) -> Result<(Vec<SpanData>, u32), Error> {
    let telemetry = Telemetry::new(seed);
    let subscriber = registry().with(OpenTelemetryLayer::new(telemetry.tracer()));
    let _default = subscriber::set_default(subscriber);
    let packed = Arc::default();
    let packer = Packer { packed: Arc::clone(&packed) }.start();
    let warehouse = Warehouse { next: packer }.start();

    // The span is made within the surroundings.
    let order = async |pick, surroundings| {
        let sent = async { warehouse.send(InTrace::new(pick, capture())).await };
        async { sent.instrument(info_span!("place")).await }.with_context(surroundings).await
    };
    let traced = order(Pick(7), opentelemetry::Context::new());
    let bare = async { warehouse.send(Pick(8).into()).await };
    let unsampled = order(Pick(9), decided_against());
    if at_once {
        tokio::try_join!(traced, bare, unsampled)?;
    } else {
        traced.await?;
        bare.await?;
        unsampled.await?;
    }
    Ok((telemetry.take(), packed.load(Ordering::Relaxed)))
}
