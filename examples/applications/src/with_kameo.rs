//! An actor of `kameo` that was there before, traced by a small diff:
//!
//! ```text
//! -impl Message<Pick> for Warehouse {
//! +impl Message<Traced<Pick>> for Warehouse {
//!
//! -    async fn handle(&mut self, message: Pick, …) -> Self::Reply {
//! +    async fn handle(&mut self, traced: Traced<Pick>, …) -> Self::Reply {
//! +        let (message, origin) = traced.into_parts();
//! +        let surroundings = opentelemetry::Context::current();
//! +        let cx = CONSUMER.start(&self.tracer, "pick", &surroundings, [&origin]);
//! -        self.pick(message).await
//! +        self.pick(message).with_context(cx).await
//!
//! -warehouse.tell(Pick(7)).await?;
//! +warehouse.tell(Traced::new(Pick(7), capture())).await?;   // a sender that takes part
//! +warehouse.tell(Traced::from(Pick(8))).await?;             // one that does not
//! ```

use glassine::Traced;
use glassine_opentelemetry::{Consumer, Relation, capture};
use kameo::prelude::*;
use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, SpanData};

use crate::error::Error;
use crate::telemetry::Telemetry;

const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);

struct Pick(u32);

#[derive(Actor)]
struct Warehouse {
    tracer: SdkTracer,
    picked: u32,
    next: ActorRef<Packer>,
}

impl Message<Traced<Pick>> for Warehouse {
    type Reply = ();

    async fn handle(
        &mut self,
        traced: Traced<Pick>,
        _: &mut Context<Self, Self::Reply>,
    ) -> Self::Reply {
        let (message, origin) = traced.into_parts();
        let cx =
            CONSUMER.start(&self.tracer, "pick", &opentelemetry::Context::current(), [&origin]);
        self.pick(message).with_context(cx).await
    }
}

impl Warehouse {
    async fn pick(&mut self, message: Pick) {
        self.picked += 1;
        // A packer that is gone has nothing to pack.
        let _ = self.next.tell(Traced::new(message, capture())).await;
    }
}

#[derive(Actor)]
struct Packer {
    tracer: SdkTracer,
    packed: u32,
}

impl Message<Traced<Pick>> for Packer {
    type Reply = ();

    async fn handle(
        &mut self,
        traced: Traced<Pick>,
        _: &mut Context<Self, Self::Reply>,
    ) -> Self::Reply {
        let (Pick(boxes), origin) = traced.into_parts();
        let cx =
            CONSUMER.start(&self.tracer, "pack", &opentelemetry::Context::current(), [&origin]);
        self.packed += boxes;
        cx.span().end();
    }
}

/// Sends one message that is traced and one that is bare through both actors, and gives the spans.
pub async fn run(seed: u64) -> Result<Vec<SpanData>, Error> {
    let telemetry = Telemetry::new(seed);
    let tracer = telemetry.tracer();
    let packer = Packer::spawn(Packer { tracer: tracer.clone(), packed: 0 });
    let warehouse = Warehouse { tracer: tracer.clone(), picked: 0, next: packer.clone() };
    let warehouse = Warehouse::spawn(warehouse);

    let cx = opentelemetry::Context::new();
    let cx = cx.with_span(tracer.start_with_context("order", &cx));
    async { warehouse.tell(Traced::new(Pick(7), capture())).await }
        .with_context(cx.clone())
        .await
        .map_err(|error| error.to_string())?;
    cx.span().end();
    warehouse.tell(Traced::from(Pick(8))).await.map_err(|error| error.to_string())?;

    // Each handles what it has been sent before it ends.
    warehouse.stop_gracefully().await.map_err(|error| error.to_string())?;
    warehouse.wait_for_shutdown().await;
    packer.stop_gracefully().await.map_err(|error| error.to_string())?;
    packer.wait_for_shutdown().await;
    Ok(telemetry.take())
}
