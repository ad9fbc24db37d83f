//! ZeroMQ, PUB and SUB: the topic is a part of its own, in front of the message.
//!
//! SUB filters by the first bytes of the first part. With the topic at the front of the payload, an
//! envelope would hide it, and the subscriber would get nothing.

use std::time::Duration;

use bytes::Bytes;
use glassine::{Channel, Origin, Traced};
use tokio::time::timeout;
use zeromq::{Endpoint, PubSocket, Socket, SocketRecv, SocketSend, SubSocket, ZmqMessage};

use crate::error::Error;
use crate::link::Link;

const TOPIC: &str = "orders";
const HELLO: &str = "hello";

pub struct ZeroMq {
    endpoint: Endpoint,
    publisher: PubSocket,
    subscriber: SubSocket,
}

impl ZeroMq {
    async fn connect(endpoint: &str) -> Result<Self, Error> {
        let mut publisher = PubSocket::new();
        let endpoint = publisher.bind(endpoint).await?;
        let mut subscriber = SubSocket::new();
        subscriber.connect(&endpoint.to_string()).await?;
        subscriber.subscribe(TOPIC).await?;
        // The publisher learns of subscriptions by and by: say hello until something arrives.
        subscriber.subscribe(HELLO).await?;
        loop {
            publisher.send(HELLO.into()).await?;
            if timeout(Duration::from_millis(20), subscriber.recv()).await.is_ok() {
                return Ok(Self { endpoint, publisher, subscriber });
            }
        }
    }
}

impl Link for ZeroMq {
    const NAME: &'static str = "ZeroMQ, PUB and SUB";
    const LIMIT: Option<usize> = None;

    async fn open() -> Result<Self, Error> {
        Self::connect("tcp://127.0.0.1:0").await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let mut message = ZmqMessage::from(TOPIC);
        message.push_back(channel.wrap(origin, payload).into_bytes());
        Ok(self.publisher.send(message).await?)
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        loop {
            let message = self.subscriber.recv().await?;
            if let Some(message) = message.get(1) {
                return Ok(channel.receive(message.clone()));
            }
        }
    }

    async fn restart(self) -> Result<Self, Error> {
        let Self { endpoint, publisher, subscriber } = self;
        subscriber.close().await;
        publisher.close().await;
        Self::connect(&endpoint.to_string()).await
    }
}
