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

use actix::{Actor, Addr, Context, Handler, ResponseFuture};
use glassine_opentelemetry::{Consumer, Relation, capture};
use opentelemetry_sdk::trace::SpanData;
use tracing::{Instrument, info_span, instrument, subscriber};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use crate::error::Error;
use crate::telemetry::Telemetry;
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

struct Packer {
    packed: u32,
}

impl Actor for Packer {
    type Context = Context<Self>;
}

impl Handler<InTrace<Pick>> for Packer {
    type Result = ();

    fn handle(&mut self, InTrace(traced): InTrace<Pick>, _: &mut Self::Context) {
        let (Pick(boxes), origin) = traced.into_parts();
        CONSUMER.plan([&origin]).in_span(|| info_span!("pack"), || self.packed += boxes);
    }
}

/// Sends one message that is traced and one that is bare through both actors, one after the other
/// or both at once, and gives the spans. In a `System` of actix.
pub async fn run(seed: u64, at_once: bool) -> Result<Vec<SpanData>, Error> {
    let telemetry = Telemetry::new(seed);
    let subscriber = registry().with(OpenTelemetryLayer::new(telemetry.tracer()));
    let _default = subscriber::set_default(subscriber);
    let warehouse = Warehouse { next: Packer { packed: 0 }.start() }.start();

    let traced = async { warehouse.send(InTrace::new(Pick(7), capture())).await };
    let traced = traced.instrument(info_span!("place"));
    let bare = async { warehouse.send(Pick(8).into()).await };
    if at_once {
        tokio::try_join!(traced, bare)?;
    } else {
        traced.await?;
        bare.await?;
    }
    Ok(telemetry.take())
}
