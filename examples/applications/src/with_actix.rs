//! An actor of `actix` that was there before, traced by a small diff. Its handlers are async:
//!
//! ```text
//! -impl Handler<Pick> for Warehouse {
//! +impl Handler<InTrace<Pick>> for Warehouse {
//!
//! -    fn handle(&mut self, message: Pick, …) -> Self::Result {
//! -        Box::pin(pick(message, self.next.clone()))
//! +    fn handle(&mut self, InTrace(traced): InTrace<Pick>, …) -> Self::Result {
//! +        let (message, origin) = traced.into_parts();
//! +        let plan = CONSUMER.plan([&origin]);
//! +        let picking = pick(message, self.next.clone());
//! +        Box::pin(plan.handle_future(&self.tracer, "pick", picking))
//!
//! -warehouse.send(Pick(7)).await?;
//! +warehouse.send(InTrace::new(Pick(7), capture())).await?;   // a sender that takes part
//! +warehouse.send(Pick(8).into()).await?;                     // one that does not
//! ```
//!
//! With `tracing`: `with_actix_tracing.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actix::{Actor, Addr, Context as ActorContext, Handler, Message, ResponseFuture};
use glassine::{Origin, Traced};
use glassine_opentelemetry::{Consumer, Relation, capture};
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, SpanData};

use crate::error::Error;
use crate::telemetry::{Telemetry, decided_against};

const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);

/// A message with where it comes from. A type of the program's own, once for all of its messages:
/// actix wants its trait on the message, and both trait and `Traced` are other crates'.
pub struct InTrace<M>(pub Traced<M>);

impl<M: Message> Message for InTrace<M> {
    type Result = M::Result;
}

impl<M> InTrace<M> {
    pub fn new(message: M, origin: Origin) -> Self {
        Self(Traced::new(message, origin))
    }
}

impl<M> From<M> for InTrace<M> {
    fn from(message: M) -> Self {
        Self(message.into())
    }
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct Pick(pub u32);

struct Warehouse {
    tracer: SdkTracer,
    next: Addr<Packer>,
}

impl Actor for Warehouse {
    type Context = ActorContext<Self>;
}

impl Handler<InTrace<Pick>> for Warehouse {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, InTrace(traced): InTrace<Pick>, _: &mut Self::Context) -> Self::Result {
        let (message, origin) = traced.into_parts();
        let plan = CONSUMER.plan([&origin]);
        let picking = pick(message, self.next.clone());
        Box::pin(plan.handle_future(&self.tracer, "pick", picking))
    }
}

async fn pick(message: Pick, next: Addr<Packer>) {
    tokio::task::yield_now().await; // others are picked meanwhile
    // A packer that is gone has nothing to pack.
    let _ = next.send(InTrace::new(message, capture())).await;
}

/// The last actor. It looks something up, in a span within that of the message.
struct Packer {
    tracer: SdkTracer,
    packed: Arc<AtomicU32>,
}

impl Actor for Packer {
    type Context = ActorContext<Self>;
}

impl Handler<InTrace<Pick>> for Packer {
    type Result = ();

    fn handle(&mut self, InTrace(traced): InTrace<Pick>, _: &mut Self::Context) {
        let (Pick(boxes), origin) = traced.into_parts();
        CONSUMER.plan([&origin]).handle(&self.tracer, "pack", || {
            drop(self.tracer.start("look up"));
            self.packed.fetch_add(boxes, Ordering::Relaxed);
        });
    }
}

/// Sends a message that is traced, one that is bare, and one of a trace that was decided against
/// through both actors, one after the other or all at once, and gives the spans, and how many boxes
/// were packed. In a `System` of actix.
pub async fn run(seed: u64, at_once: bool) -> Result<(Vec<SpanData>, u32), Error> {
    let telemetry = Telemetry::new(seed);
    let tracer = telemetry.tracer();
    let packed = Arc::default();
    let packer = Packer { tracer: tracer.clone(), packed: Arc::clone(&packed) }.start();
    let warehouse = Warehouse { tracer: tracer.clone(), next: packer }.start();

    let order = async |pick, surroundings: Context| {
        let cx = surroundings.with_span(tracer.start_with_context("order", &surroundings));
        let sent = async { warehouse.send(InTrace::new(pick, capture())).await };
        let sent = sent.with_context(cx.clone()).await;
        cx.span().end();
        sent
    };
    let traced = order(Pick(7), Context::new());
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
