//! Transports without a server: sockets, and what is built on them.

mod support;

use glassine_transports::tcp::Tcp;
use glassine_transports::udp::Udp;
use glassine_transports::unix_datagram::UnixDatagrams;
use glassine_transports::websocket::WebSocket;
use glassine_transports::websocket_text::WebSocketText;
use glassine_transports::zeromq::ZeroMq;
use support::assert_carries;

#[tokio::test]
async fn tcp() {
    assert_carries::<Tcp>().await;
}

#[tokio::test]
async fn udp() {
    assert_carries::<Udp>().await;
}

#[tokio::test]
async fn unix_datagrams() {
    assert_carries::<UnixDatagrams>().await;
}

#[tokio::test]
async fn websocket() {
    assert_carries::<WebSocket>().await;
}

#[tokio::test]
async fn websocket_text() {
    assert_carries::<WebSocketText>().await;
}

#[tokio::test]
async fn zeromq() {
    assert_carries::<ZeroMq>().await;
}
