//! Redis, LPUSH and BRPOP: a queue of jobs.

use bytes::Bytes;
use glassine::{Channel, Origin, Traced};
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;

use crate::error::Error;
use crate::link::Link;
use crate::redis_server::{LIMIT, Redis, connect};
use crate::server::Server;

pub struct RedisList {
    server: Server<Redis>,
    producer: MultiplexedConnection,
    worker: MultiplexedConnection,
}

impl RedisList {
    async fn connect(server: Server<Redis>) -> Result<Self, Error> {
        let client = server.client()?;
        let (producer, worker) = (connect(&client).await?, connect(&client).await?);
        Ok(Self { server, producer, worker })
    }

    /// Puts a message into the queue, as it is.
    pub async fn push(&mut self, message: &[u8]) -> Result<(), Error> {
        Ok(self.producer.lpush("jobs", message).await?)
    }
}

impl Link for RedisList {
    const NAME: &'static str = "Redis, LPUSH and BRPOP";
    const LIMIT: Option<usize> = Some(LIMIT);
    const IS_DURABLE: bool = true;

    async fn open() -> Result<Self, Error> {
        Self::connect(Server::start(Redis)?).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let message = channel.wrap(origin, payload).into_bytes();
        self.push(&message).await
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        let [_list, message]: [Vec<u8>; 2] = self.worker.brpop("jobs", 0.0).await?;
        Ok(channel.receive(message.into()))
    }

    fn log(&self) -> String {
        self.server.log()
    }

    async fn restart(mut self) -> Result<Self, Error> {
        self.server.restart()?;
        Self::connect(self.server).await
    }
}
