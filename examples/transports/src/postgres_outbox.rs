//! PostgreSQL, an outbox: the message is written in the transaction that it tells of, and a relay
//! hands it on later, as it is.
//!
//! It is wrapped where it is written: there is the span that it comes from. The relay neither
//! unwraps nor wraps, and needs nothing of Glassine.

use std::time::Duration;

use bytes::Bytes;
use glassine::{Channel, Origin, Traced};
use tokio::time::sleep;
use tokio_postgres::Client;

use crate::error::Error;
use crate::link::Link;
use crate::postgres_server::Postgres;
use crate::redis_list::RedisList;
use crate::server::Server;

/// That of the queue that the relay hands messages to. The table keeps to it as well: what the
/// queue refuses would stay at the front of the outbox for ever.
const LIMIT: usize = crate::redis_server::LIMIT;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS orders (id bigserial PRIMARY KEY, body bytea NOT NULL);
    CREATE TABLE IF NOT EXISTS outbox (
        id bigserial PRIMARY KEY,
        message bytea NOT NULL CHECK (octet_length(message) <= 1048576)
    )";

const NEXT: &str = "DELETE FROM outbox WHERE id = (
    SELECT id FROM outbox ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1
) RETURNING message";

pub struct PostgresOutbox {
    server: Server<Postgres>,
    service: Client,
    relay: Client,
    queue: RedisList,
}

impl PostgresOutbox {
    async fn connect(server: Server<Postgres>, queue: RedisList) -> Result<Self, Error> {
        let (service, _) = server.connect().await?;
        let (relay, _) = server.connect().await?;
        service.batch_execute(TABLES).await?;
        Ok(Self { server, service, relay, queue })
    }

    /// Hands on one message, once there is one. It leaves the outbox when the queue has it.
    async fn relay(&mut self) -> Result<(), Error> {
        loop {
            let transaction = self.relay.transaction().await?;
            if let Some(next) = transaction.query_opt(NEXT, &[]).await? {
                self.queue.push(next.get("message")).await?;
                return Ok(transaction.commit().await?);
            }
            drop(transaction);
            sleep(Duration::from_millis(10)).await; // or LISTEN
        }
    }
}

impl Link for PostgresOutbox {
    const NAME: &'static str = "PostgreSQL, an outbox for a queue of Redis";
    const LIMIT: Option<usize> = Some(LIMIT);
    const IS_DURABLE: bool = true;

    async fn open() -> Result<Self, Error> {
        Self::connect(Server::start(Postgres)?, RedisList::open().await?).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let message = channel.wrap(origin, payload.clone()).into_bytes();
        let transaction = self.service.transaction().await?;
        transaction.execute("INSERT INTO orders (body) VALUES ($1)", &[&&payload[..]]).await?;
        transaction.execute("INSERT INTO outbox (message) VALUES ($1)", &[&&message[..]]).await?;
        Ok(transaction.commit().await?)
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        self.relay().await?;
        self.queue.receive(channel).await
    }

    async fn restart(mut self) -> Result<Self, Error> {
        self.server.restart()?;
        Self::connect(self.server, self.queue.restart().await?).await
    }
}
