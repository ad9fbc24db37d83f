//! UDP datagrams: a message each.

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use glassine::{Channel, Origin, Traced};
use tokio::net::UdpSocket;

use crate::error::Error;
use crate::link::Link;

/// The most that IPv4 carries in a datagram: 65,535 less its header and that of UDP.
const LIMIT: usize = 65_507;

pub struct Udp {
    sender: UdpSocket,
    receiver: UdpSocket,
}

impl Udp {
    async fn bind(address: SocketAddr) -> Result<Self, Error> {
        let receiver = UdpSocket::bind(address).await?;
        let sender = UdpSocket::bind("127.0.0.1:0").await?;
        sender.connect(receiver.local_addr()?).await?;
        Ok(Self { sender, receiver })
    }
}

impl Link for Udp {
    const NAME: &'static str = "UDP";
    const LIMIT: Option<usize> = Some(LIMIT);

    async fn open() -> Result<Self, Error> {
        Self::bind("127.0.0.1:0".parse()?).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let message = channel.wrap(origin, payload).into_bytes();
        self.sender.send(&message).await?;
        Ok(())
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        let mut datagram = BytesMut::with_capacity(LIMIT);
        self.receiver.recv_buf(&mut datagram).await?;
        Ok(channel.receive(datagram.freeze()))
    }

    async fn restart(self) -> Result<Self, Error> {
        let address = self.receiver.local_addr()?;
        drop(self);
        Self::bind(address).await
    }
}
