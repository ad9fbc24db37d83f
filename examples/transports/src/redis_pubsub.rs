//! Redis, PUBLISH and SUBSCRIBE: one copy for all subscribers, of whom one in so many records.

use bytes::Bytes;
use futures_util::StreamExt;
use glassine::policy::FanOut;
use glassine::{Channel, Origin, Traced};
use redis::AsyncCommands;
use redis::aio::{MultiplexedConnection, PubSub};

use crate::error::Error;
use crate::link::Link;
use crate::redis_server::{LIMIT, Redis, connect};
use crate::server::Server;

pub struct RedisPubSub {
    server: Server<Redis>,
    publisher: MultiplexedConnection,
    subscriber: PubSub,
    /// About how many there are. The example has one.
    pub subscribers: u32,
    /// Stays the same for as long as the subscriber lives: by it, the subscriber is chosen or not.
    pub name: Bytes,
}

impl RedisPubSub {
    async fn connect(server: Server<Redis>) -> Result<Self, Error> {
        let publisher = connect(&server.client()?).await?;
        let mut subscriber = server.client()?.get_async_pubsub().await?;
        subscriber.subscribe("orders").await?;
        let name = Bytes::from_static(b"session 7");
        Ok(Self { server, publisher, subscriber, subscribers: 1, name })
    }

    /// Another subscriber.
    pub async fn subscribe(&self) -> Result<PubSub, Error> {
        let mut subscriber = self.server.client()?.get_async_pubsub().await?;
        subscriber.subscribe("orders").await?;
        Ok(subscriber)
    }
}

impl Link for RedisPubSub {
    const NAME: &'static str = "Redis, PUBLISH";
    const LIMIT: Option<usize> = Some(LIMIT);

    async fn open() -> Result<Self, Error> {
        Self::connect(Server::start(Redis)?).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let wrapper = channel.wrapper_for_many(origin, self.subscribers, FanOut::DEFAULT);
        let message = wrapper.wrap(payload).into_bytes();
        Ok(self.publisher.publish("orders", &message[..]).await?)
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        let message = self.subscriber.on_message().next().await.ok_or("no connection")?;
        let message = Bytes::copy_from_slice(message.get_payload_bytes());
        Ok(channel.receiver().with_name(&self.name).receive(message))
    }

    fn log(&self) -> String {
        self.server.log()
    }

    async fn restart(mut self) -> Result<Self, Error> {
        self.server.restart()?;
        Self::connect(self.server).await
    }
}
