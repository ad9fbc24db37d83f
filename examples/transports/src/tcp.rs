//! A TCP stream of your own protocol: a length in front of each message (`spec/streams.md`).

use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use glassine::{Channel, Origin, Traced};
use glassine_tokio::codec::MessageCodec;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::codec::Framed;

use crate::error::Error;
use crate::link::Link;

/// Yours to choose; there is no default. What is longer is an error at both ends.
const MAX: u32 = 1 << 16;
const CODEC: MessageCodec = MessageCodec::new(MAX).with_detach_below(1024);

pub struct Tcp {
    address: SocketAddr,
    sender: Framed<TcpStream, MessageCodec>,
    receiver: Framed<TcpStream, MessageCodec>,
}

impl Tcp {
    async fn connect(listener: TcpListener) -> Result<Self, Error> {
        let address = listener.local_addr()?;
        let sender = Framed::new(TcpStream::connect(address).await?, CODEC);
        let receiver = Framed::new(listener.accept().await?.0, CODEC);
        Ok(Self { address, sender, receiver })
    }
}

impl Link for Tcp {
    const NAME: &'static str = "TCP stream";
    const LIMIT: Option<usize> = Some(MAX as usize);

    async fn open() -> Result<Self, Error> {
        Self::connect(TcpListener::bind("127.0.0.1:0").await?).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        Ok(self.sender.send(channel.wrap(origin, payload)).await?)
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        let message = self.receiver.next().await.ok_or("the stream has ended")??;
        Ok(channel.receive(message))
    }

    async fn restart(self) -> Result<Self, Error> {
        let address = self.address;
        drop(self);
        Self::connect(TcpListener::bind(address).await?).await
    }
}
