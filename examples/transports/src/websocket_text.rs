//! WebSocket, text messages: the text form.

use std::net::SocketAddr;
use std::str;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use glassine::{Channel, Origin, Traced};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::error::Error;
use crate::link::Link;
use crate::websocket::{LIMIT, connect};

pub struct WebSocketText {
    address: SocketAddr,
    client: WebSocketStream<TcpStream>,
    server: WebSocketStream<TcpStream>,
}

impl Link for WebSocketText {
    const NAME: &'static str = "WebSocket, text";
    const LIMIT: Option<usize> = Some(LIMIT);
    const IS_TEXT: bool = true;

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
        let message = channel.wrap_text(origin, str::from_utf8(&payload)?);
        Ok(self.client.send(Message::text(message)).await?)
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        loop {
            match self.server.next().await.ok_or("the socket is closed")?? {
                Message::Text(message) => {
                    let received = channel.receive_text(&message);
                    return Ok(received.map(|text| Bytes::copy_from_slice(text.as_bytes())));
                }
                Message::Binary(_) => return Err("bytes in a text channel".into()),
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
