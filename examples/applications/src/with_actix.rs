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

use actix::{Actor, Addr, Context as ActorContext, Handler, Message, ResponseFuture};
use glassine::{Origin, Traced};
use glassine_opentelemetry::{Consumer, Relation, capture};
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, SpanData};

use crate::error::Error;
use crate::telemetry::Telemetry;

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

struct Packer {
    tracer: SdkTracer,
    packed: u32,
}

impl Actor for Packer {
    type Context = ActorContext<Self>;
}

impl Handler<InTrace<Pick>> for Packer {
    type Result = ();

    fn handle(&mut self, InTrace(traced): InTrace<Pick>, _: &mut Self::Context) {
        let (Pick(boxes), origin) = traced.into_parts();
        CONSUMER.plan([&origin]).handle(&self.tracer, "pack", || self.packed += boxes);
    }
}

/// Sends one message that is traced and one that is bare through both actors, one after the other
/// or both at once, and gives the spans. In a `System` of actix.
pub async fn run(seed: u64, at_once: bool) -> Result<Vec<SpanData>, Error> {
    let telemetry = Telemetry::new(seed);
    let tracer = telemetry.tracer();
    let packer = Packer { tracer: tracer.clone(), packed: 0 }.start();
    let warehouse = Warehouse { tracer: tracer.clone(), next: packer }.start();

    let cx = Context::new().with_span(tracer.start_with_context("order", &Context::new()));
    let traced = async {
        let sent = async { warehouse.send(InTrace::new(Pick(7), capture())).await };
        let sent = sent.with_context(cx.clone()).await;
        cx.span().end();
        sent
    };
    let bare = async { warehouse.send(Pick(8).into()).await };
    if at_once {
        tokio::try_join!(traced, bare)?;
    } else {
        traced.await?;
        bare.await?;
    }
    Ok(telemetry.take())
}
