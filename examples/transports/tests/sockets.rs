//! Transports without a server: sockets, and what is built on them.

mod support;

use glassine_transports::tcp::Tcp;
use glassine_transports::udp::Udp;
use glassine_transports::unix_datagram::UnixDatagrams;
use glassine_transports::websocket::WebSocket;
use glassine_transports::websocket_text::WebSocketText;
use glassine_transports::zeromq::ZeroMq;
use support::{Refusal, assert_carries};

#[tokio::test]
async fn tcp() {
    assert_carries::<Tcp>(Refusal::Sender(
        "the message has 65537 bytes, and at most 65536 are allowed",
    ))
    .await;
}

#[tokio::test]
async fn udp() {
    assert_carries::<Udp>(Refusal::Sender("Message too long")).await;
}

#[tokio::test]
async fn unix_datagrams() {
    assert_carries::<UnixDatagrams>(Refusal::Sender("the message is too long")).await;
}

#[tokio::test]
async fn websocket() {
    assert_carries::<WebSocket>(Refusal::Receiver("Message too long: 65537 > 65536")).await;
}

#[tokio::test]
async fn websocket_text() {
    assert_carries::<WebSocketText>(Refusal::Receiver("Message too long: 65537 > 65536")).await;
}

/// No limit of its own; with one that a subscriber has: `zeromq.rs`.
#[tokio::test]
async fn zeromq() {
    assert_carries::<ZeroMq>(Refusal::Nobody).await;
}
