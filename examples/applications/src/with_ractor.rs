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

use glassine::Traced;
use glassine_opentelemetry::{Consumer, Relation, capture};
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, SpanData};
use ractor::{Actor, ActorProcessingErr, ActorRef};

use crate::error::Error;
use crate::telemetry::Telemetry;

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

/// The last actor: tells how many boxes there are when it stops.
struct Packer {
    tracer: SdkTracer,
}

impl Actor for Packer {
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
        packed: &mut u32,
    ) -> Result<(), ActorProcessingErr> {
        let (Pick(boxes), origin) = message.into_parts();
        let cx = CONSUMER.start(&self.tracer, "pack", &Context::current(), [&origin]);
        *packed += boxes;
        cx.span().end();
        Ok(())
    }
}

/// Sends one message that is traced and one that is bare through both actors, and gives the spans.
pub async fn run(seed: u64) -> Result<Vec<SpanData>, Error> {
    let telemetry = Telemetry::new(seed);
    let tracer = telemetry.tracer();
    let (packer, packer_ends) = Actor::spawn(None, Packer { tracer: tracer.clone() }, ()).await?;
    let warehouse = Warehouse { tracer: tracer.clone(), next: packer.clone() };
    let (warehouse, warehouse_ends) = Actor::spawn(None, warehouse, ()).await?;

    {
        let cx = Context::new().with_span(tracer.start_with_context("order", &Context::new()));
        let _current = cx.attach();
        warehouse.cast(Traced::new(Pick(7), capture())).map_err(|error| error.to_string())?;
    }
    warehouse.cast(Pick(8).into()).map_err(|error| error.to_string())?;

    // Each handles what it has been sent before it ends.
    warehouse.drain()?;
    warehouse_ends.await?;
    packer.drain()?;
    packer_ends.await?;
    Ok(telemetry.take())
}
