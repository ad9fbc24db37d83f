//! WebSocket, binary messages.

use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use glassine::{Channel, Origin, Traced};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_async_with_config, client_async_with_config};

use crate::error::Error;
use crate::link::Link;

/// What the receiver takes at most. Without a configuration that is 64 MiB.
pub const LIMIT: usize = 1 << 16;

pub struct WebSocket {
    address: SocketAddr,
    client: WebSocketStream<TcpStream>,
    server: WebSocketStream<TcpStream>,
}

impl Link for WebSocket {
    const NAME: &'static str = "WebSocket, binary";
    const LIMIT: Option<usize> = Some(LIMIT);

    async fn open() -> Result<Self, Error> {
        let (address, client, server) = connect("127.0.0.1:0".parse()?).await?;
        Ok(Self { address, client, server })
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let message = channel.wrap(origin, payload).into_bytes();
        Ok(self.client.send(Message::Binary(message)).await?)
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        loop {
            match self.server.next().await.ok_or("the socket is closed")?? {
                Message::Binary(message) => return Ok(channel.receive(message)),
                Message::Text(_) => return Err("text in a binary channel".into()),
                _ => {} // pings and the like
            }
        }
    }

    async fn restart(self) -> Result<Self, Error> {
        let address = self.address;
        drop(self);
        let (address, client, server) = connect(address).await?;
        Ok(Self { address, client, server })
    }
}

/// Both ends of a WebSocket on this address.
pub async fn connect(
    address: SocketAddr,
) -> Result<(SocketAddr, WebSocketStream<TcpStream>, WebSocketStream<TcpStream>), Error> {
    let config = Some(WebSocketConfig::default().max_message_size(Some(LIMIT)));
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let client = async {
        let stream = TcpStream::connect(address).await?;
        let (client, _) =
            client_async_with_config(format!("ws://{address}/"), stream, config).await?;
        Ok::<_, Error>(client)
    };
    let server = async {
        let (stream, _) = listener.accept().await?;
        Ok::<_, Error>(accept_async_with_config(stream, config).await?)
    };
    let (client, server) = tokio::try_join!(client, server)?;
    Ok((address, client, server))
}
