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

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use glassine::Traced;
use glassine_opentelemetry::{Consumer, Relation, capture};
use kameo::prelude::*;
use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, SpanData};

use crate::error::Error;
use crate::telemetry::{Telemetry, decided_against};

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

/// The last actor. It looks something up, in a span within that of the message.
#[derive(Actor)]
struct Packer {
    tracer: SdkTracer,
    packed: Arc<AtomicU32>,
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
        let _current = cx.attach();
        drop(self.tracer.start("look up"));
        self.packed.fetch_add(boxes, Ordering::Relaxed);
    }
}

/// Sends a message that is traced, one that is bare, and one of a trace that was decided against
/// through both actors, and gives the spans, and how many boxes were packed.
pub async fn run(seed: u64) -> Result<(Vec<SpanData>, u32), Error> {
    let telemetry = Telemetry::new(seed);
    let tracer = telemetry.tracer();
    let packed = Arc::default();
    let packer = Packer::spawn(Packer { tracer: tracer.clone(), packed: Arc::clone(&packed) });
    let warehouse = Warehouse { tracer: tracer.clone(), picked: 0, next: packer.clone() };
    let warehouse = Warehouse::spawn(warehouse);

    let order = async |pick, surroundings: opentelemetry::Context| {
        let cx = surroundings.with_span(tracer.start_with_context("order", &surroundings));
        let told = async { warehouse.tell(Traced::new(pick, capture())).await };
        let told = told.with_context(cx.clone()).await;
        cx.span().end();
        told.map_err(|error| error.to_string())
    };
    order(Pick(7), opentelemetry::Context::new()).await?;
    warehouse.tell(Traced::from(Pick(8))).await.map_err(|error| error.to_string())?;
    order(Pick(9), decided_against()).await?;

    // Each handles what it has been sent before it ends.
    warehouse.stop_gracefully().await.map_err(|error| error.to_string())?;
    warehouse.wait_for_shutdown().await;
    packer.stop_gracefully().await.map_err(|error| error.to_string())?;
    packer.wait_for_shutdown().await;
    Ok((telemetry.take(), packed.load(Ordering::Relaxed)))
}
