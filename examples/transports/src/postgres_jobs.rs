//! PostgreSQL, a table of jobs: each worker takes one that no other has (`SKIP LOCKED`).
//!
//! A table of your own can have a column for `traceparent`; this is for one that you share with
//! programs that know the old columns only.

use std::time::Duration;

use bytes::Bytes;
use glassine::{Channel, Origin, Traced};
use tokio::time::sleep;
use tokio_postgres::Client;

use crate::error::Error;
use crate::link::Link;
use crate::postgres_server::Postgres;
use crate::server::Server;

/// The table's; a `bytea` of PostgreSQL has 1 GiB.
const LIMIT: usize = 100_000;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS jobs (
    id bigserial PRIMARY KEY,
    message bytea NOT NULL CHECK (octet_length(message) <= 100000)
)";

const TAKE: &str = "DELETE FROM jobs WHERE id = (
    SELECT id FROM jobs ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1
) RETURNING message";

pub struct PostgresJobs {
    server: Server<Postgres>,
    producer: Client,
    worker: Client,
}

impl PostgresJobs {
    async fn connect(server: Server<Postgres>) -> Result<Self, Error> {
        let (producer, _) = server.connect().await?;
        let (worker, _) = server.connect().await?;
        producer.batch_execute(TABLE).await?;
        Ok(Self { server, producer, worker })
    }
}

impl Link for PostgresJobs {
    const NAME: &'static str = "PostgreSQL, a table of jobs";
    const LIMIT: Option<usize> = Some(LIMIT);
    const IS_DURABLE: bool = true;

    async fn open() -> Result<Self, Error> {
        Self::connect(Server::start(Postgres)?).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let message = channel.wrap(origin, payload).into_bytes();
        let insert = "INSERT INTO jobs (message) VALUES ($1)";
        self.producer.execute(insert, &[&&message[..]]).await?;
        Ok(())
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        loop {
            if let Some(job) = self.worker.query_opt(TAKE, &[]).await? {
                let message: Vec<u8> = job.get("message");
                return Ok(channel.receive(message.into()));
            }
            sleep(Duration::from_millis(10)).await; // or LISTEN
        }
    }

    async fn restart(mut self) -> Result<Self, Error> {
        self.server.restart()?;
        Self::connect(self.server).await
    }
}
