//! The members of the fleet, each a task.

use std::sync::Arc;

use bytes::Bytes;
use glassine::Traced;
use glassine::policy::FanOut;
use glassine_opentelemetry::capture_from;
use glassine_opentelemetry::tokio::mpsc as traced;
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt, TraceContextExt};
use opentelemetry_sdk::trace::SdkTracer;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};

use crate::error::Error;
use crate::fleet::rules::{
    CONTINUING, CONTINUING_ONLY, Channels, LINKING, ON_AN_INVOICE, Order, SUBSCRIBERS,
};

/// What every new member has.
type Here = (Arc<Channels>, SdkTracer);

/// New: bytes in, messages within the process out.
pub(super) async fn validate(
    (channels, tracer): Here,
    inbox: UdpSocket,
    mut stopped: oneshot::Receiver<()>,
    to_price: traced::Sender<Order>,
) -> Result<(), Error> {
    let mut buffer = vec![0; 65_536];
    loop {
        let len = tokio::select! {
            len = inbox.recv(&mut buffer) => len?,
            _ = &mut stopped => return Ok(()),
        };
        let message = Bytes::copy_from_slice(&buffer[..len]);
        let (payload, origin) = channels.placed.receive(message).into_parts();
        let cx = CONTINUING.start(&tracer, "validate", &Context::new(), [&origin]);
        let order: Order = serde_json::from_slice(&payload)?;
        async { to_price.send(order).await }.with_context(cx.clone()).await?;
        cx.span().end();
    }
}

/// New: messages within the process in, bytes out.
pub(super) async fn price(
    (channels, tracer): Here,
    mut at_price: traced::Receiver<Order>,
    to_archive: mpsc::Sender<Bytes>,
) -> Result<(), Error> {
    while let Some(traced) = at_price.recv().await {
        let (order, origin) = traced.into_parts();
        let cx = CONTINUING.start(&tracer, "price", &Context::new(), [&origin]);
        let payload = Bytes::from(serde_json::to_vec(&order)?);
        to_archive.send(channels.priced.wrap(&capture_from(&cx), payload).into_bytes()).await?;
        cx.span().end();
    }
    Ok(())
}

/// Old: keeps the bytes and passes them on, whatever they are.
pub(super) async fn archive(
    mut at_archive: mpsc::Receiver<Bytes>,
    to_ship: mpsc::Sender<Bytes>,
) -> Vec<Bytes> {
    let mut kept = Vec::new();
    while let Some(message) = at_archive.recv().await {
        kept.push(message.clone());
        if to_ship.send(message).await.is_err() {
            break;
        }
    }
    kept
}

/// New: bytes in, one message to many out.
pub(super) async fn ship(
    (channels, tracer): Here,
    mut at_ship: mpsc::Receiver<Bytes>,
    to_invoice: traced::UnboundedSender<Order>,
    to_subscribers: mpsc::UnboundedSender<(u32, Bytes)>,
) -> Result<(), Error> {
    while let Some(message) = at_ship.recv().await {
        let (payload, origin) = channels.priced.receive(message).into_parts();
        let cx = CONTINUING.start(&tracer, "ship", &Context::new(), [&origin]);
        let order = serde_json::from_slice(&payload)?;
        async { to_invoice.send(order) }.with_context(cx.clone()).await?;
        let broadcast =
            channels.shipped.broadcast(&capture_from(&cx), payload, SUBSCRIBERS, FanOut::DEFAULT);
        for subscriber in 0..SUBSCRIBERS {
            to_subscribers
                .send((subscriber, broadcast.wrap(&subscriber.to_be_bytes()).into_bytes()))?;
        }
        cx.span().end();
    }
    Ok(())
}

/// New: messages within the process in, several at a time.
pub(super) async fn invoice(
    tracer: SdkTracer,
    mut orders: traced::UnboundedReceiver<Order>,
) -> Result<(), Error> {
    let mut batch = Vec::new();
    while let Some(traced) = orders.recv().await {
        batch.push(traced);
        if batch.len() == ON_AN_INVOICE {
            let cx = LINKING.start(
                &tracer,
                "invoice",
                &Context::new(),
                batch.iter().map(Traced::origin),
            );
            batch.clear();
            cx.span().end();
        }
    }
    Ok(())
}

/// New: all subscribers.
pub(super) async fn subscribers(
    (channels, tracer): Here,
    mut at_subscribers: mpsc::UnboundedReceiver<(u32, Bytes)>,
    to_done: mpsc::UnboundedSender<u32>,
) -> Result<(), Error> {
    while let Some((subscriber, message)) = at_subscribers.recv().await {
        let (payload, origin) = channels.shipped.receive(message).into_parts();
        let cx = CONTINUING_ONLY.start(&tracer, "notify", &Context::new(), [&origin]);
        let order: Order = serde_json::from_slice(&payload)?;
        cx.span().end();
        if subscriber == SUBSCRIBERS - 1 {
            to_done.send(order.id)?;
        }
    }
    Ok(())
}
