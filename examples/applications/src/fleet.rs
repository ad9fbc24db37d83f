//! A fleet that is upgraded while it runs.
//!
//! ```text
//! producer ─UDP─> validate ─tokio─> price ─bytes─> archive ─bytes─> ship ─fan-out─> subscribers
//! old producer ─┘                                   (old)          └─tokio─> invoice
//! ```
//!
//! The old producer and the archive know nothing of Glassine: one sends bare messages, the other
//! passes bytes on. All others are new. Between members that bytes separate, the rollout switch
//! decides whether a context travels; validate and price are in one process, and ship and invoice
//! in another. An invoice is for several orders, and links to them.

mod members;
mod rules;

use std::sync::Arc;

use bytes::Bytes;
use glassine::Channel;
use glassine::policy::{Rollout, Trust};
use glassine_opentelemetry::capture_from;
use glassine_opentelemetry::tokio::mpsc as traced;
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, SpanData};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::fleet::rules::Channels;
use crate::telemetry::Telemetry;

pub use crate::fleet::rules::{ON_AN_INVOICE, Order, SUBSCRIBERS};

pub struct Fleet {
    channels: Arc<Channels>,
    telemetry: Telemetry,
    tracer: SdkTracer,
    producer: UdpSocket,
    /// The orders that all subscribers have learned of.
    done: mpsc::UnboundedReceiver<u32>,
    stop: oneshot::Sender<()>,
    members: Vec<JoinHandle<Result<(), Error>>>,
    archive: JoinHandle<Vec<Bytes>>,
}

impl Fleet {
    /// Starts all members, on a free port of this machine.
    pub async fn start(seed: u64) -> Result<Self, Error> {
        let channel = || Channel::new().with_trust(Trust::Accept);
        let channels =
            Arc::new(Channels { placed: channel(), priced: channel(), shipped: channel() });
        let telemetry = Telemetry::new(seed);
        let tracer = telemetry.tracer();

        let inbox = UdpSocket::bind("127.0.0.1:0").await?;
        let producer = UdpSocket::bind("127.0.0.1:0").await?;
        producer.connect(inbox.local_addr()?).await?;
        let (stop, stopped) = oneshot::channel();
        let (to_price, at_price) = traced::channel(8);
        let (to_archive, at_archive) = mpsc::channel(8);
        let (to_ship, at_ship) = mpsc::channel(8);
        let (to_subscribers, at_subscribers) = mpsc::unbounded_channel();
        let (to_invoice, at_invoice) = traced::unbounded_channel();
        let (to_done, done) = mpsc::unbounded_channel();

        let here = || (Arc::clone(&channels), tracer.clone());
        let members = vec![
            tokio::spawn(members::validate(here(), inbox, stopped, to_price)),
            tokio::spawn(members::price(here(), at_price, to_archive)),
            tokio::spawn(members::ship(here(), at_ship, to_invoice, to_subscribers)),
            tokio::spawn(members::invoice(tracer.clone(), at_invoice)),
            tokio::spawn(members::subscribers(here(), at_subscribers, to_done)),
        ];
        let archive = tokio::spawn(members::archive(at_archive, to_ship));
        Ok(Self { channels, telemetry, tracer, producer, done, stop, members, archive })
    }

    /// Flips the switch of all channels, while messages are under way. Back is receive only: with
    /// off, a member would take a frame that is still under way for the payload.
    pub fn set(&self, rollout: Rollout) {
        for channel in [&self.channels.placed, &self.channels.priced, &self.channels.shipped] {
            channel.switch().set(rollout);
        }
    }

    /// Places an order from a new producer, and waits until all subscribers have learned of it.
    pub async fn place(&mut self, order: Order) -> Result<(), Error> {
        self.send(order).await?;
        self.done().await?;
        Ok(())
    }

    /// Places an order from a new producer.
    pub async fn send(&self, order: Order) -> Result<(), Error> {
        let cx = Context::new().with_span(self.tracer.start_with_context("place", &Context::new()));
        let payload = Bytes::from(serde_json::to_vec(&order)?);
        let message = self.channels.placed.wrap(&capture_from(&cx), payload).into_bytes();
        self.producer.send(&message).await?;
        cx.span().end();
        Ok(())
    }

    /// The next order that all subscribers have learned of.
    pub async fn done(&mut self) -> Result<u32, Error> {
        self.done.recv().await.ok_or_else(|| "the fleet has stopped".into())
    }

    /// Places an order from an old producer, which knows nothing of all this.
    pub async fn place_from_old_producer(&mut self, order: Order) -> Result<(), Error> {
        self.producer.send(&serde_json::to_vec(&order)?).await?;
        self.done().await?;
        Ok(())
    }

    /// The spans that have ended since this was asked before.
    pub fn spans(&self) -> Vec<SpanData> {
        self.telemetry.take()
    }

    /// Stops all members, one after the other, and gives the bytes that the archive has seen.
    pub async fn stop(self) -> Result<Vec<Bytes>, Error> {
        drop(self.stop);
        for member in self.members {
            member.await??;
        }
        Ok(self.archive.await?)
    }
}
