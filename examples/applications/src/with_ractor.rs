//! An actor of `ractor` that was there before, traced by a small diff:
//!
//! ```text
//!  impl Actor for Warehouse {
//! -    type Msg = Pick;
//! +    type Msg = Traced<Pick>;
//!
//!      async fn handle(&self, _: ActorRef<Self::Msg>, message: Self::Msg, picked: &mut u32) -> … {
//! -        self.pick(message, picked)
//! +        let (message, origin) = message.into_parts();
//! +        let cx = CONSUMER.start(&self.tracer, "pick", &Context::current(), [&origin]);
//! +        let _current = cx.attach();
//! +        self.pick(message, picked)
//!
//! -warehouse.cast(Pick(7))?;
//! +warehouse.cast(Traced::new(Pick(7), capture()))?;   // a sender that takes part
//! +warehouse.cast(Pick(8).into())?;                    // one that does not
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use glassine::Traced;
use glassine_opentelemetry::{Consumer, Relation, capture};
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, SpanData};
use ractor::{Actor, ActorProcessingErr, ActorRef};

use crate::error::Error;
use crate::telemetry::{Telemetry, decided_against};

const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);

struct Pick(u32);

struct Warehouse {
    tracer: SdkTracer,
    next: ActorRef<Traced<Pick>>,
}

impl Actor for Warehouse {
    type Msg = Traced<Pick>;
    type State = u32;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Self::Msg>, (): ()) -> Result<u32, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        message: Self::Msg,
        picked: &mut u32,
    ) -> Result<(), ActorProcessingErr> {
        let (message, origin) = message.into_parts();
        let cx = CONSUMER.start(&self.tracer, "pick", &Context::current(), [&origin]);
        let _current = cx.attach();
        self.pick(message, picked)
    }
}

impl Warehouse {
    fn pick(&self, message: Pick, picked: &mut u32) -> Result<(), ActorProcessingErr> {
        *picked += 1;
        Ok(self.next.cast(Traced::new(message, capture()))?)
    }
}

/// The last actor. It looks something up, in a span within that of the message.
struct Packer {
    tracer: SdkTracer,
    packed: Arc<AtomicU32>,
}

impl Actor for Packer {
    type Msg = Traced<Pick>;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Self::Msg>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        message: Self::Msg,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        let (Pick(boxes), origin) = message.into_parts();
        let cx = CONSUMER.start(&self.tracer, "pack", &Context::current(), [&origin]);
        let _current = cx.attach();
        drop(self.tracer.start("look up"));
        self.packed.fetch_add(boxes, Ordering::Relaxed);
        Ok(())
    }
}

/// Sends a message that is traced, one that is bare, and one of a trace that was decided against
/// through both actors, and gives the spans, and how many boxes were packed.
pub async fn run(seed: u64) -> Result<(Vec<SpanData>, u32), Error> {
    let telemetry = Telemetry::new(seed);
    let tracer = telemetry.tracer();
    let packed = Arc::default();
    let packer = Packer { tracer: tracer.clone(), packed: Arc::clone(&packed) };
    let (packer, packer_ends) = Actor::spawn(None, packer, ()).await?;
    let warehouse = Warehouse { tracer: tracer.clone(), next: packer.clone() };
    let (warehouse, warehouse_ends) = Actor::spawn(None, warehouse, ()).await?;

    let order = |pick, surroundings: Context| {
        let cx = surroundings.with_span(tracer.start_with_context("order", &surroundings));
        let _current = cx.attach();
        warehouse.cast(Traced::new(pick, capture())).map_err(|error| error.to_string())
    };
    order(Pick(7), Context::new())?;
    warehouse.cast(Pick(8).into()).map_err(|error| error.to_string())?;
    order(Pick(9), decided_against())?;

    // Each handles what it has been sent before it ends.
    warehouse.drain()?;
    warehouse_ends.await?;
    packer.drain()?;
    packer_ends.await?;
    Ok((telemetry.take(), packed.load(Ordering::Relaxed)))
}
