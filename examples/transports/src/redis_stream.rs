//! Redis, XADD and XREAD: an entry has fields, so the context goes into fields of its own, and a
//! frame is the wrong answer. Every tool that reads the stream understands `traceparent`.

use std::collections::HashMap;

use bytes::Bytes;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use redis::streams::StreamRangeReply;

use crate::error::Error;
use crate::redis_server::{Redis, connect};
use crate::server::Server;

pub struct RedisStream {
    server: Server<Redis>,
    connection: MultiplexedConnection,
}

impl RedisStream {
    pub async fn open() -> Result<Self, Error> {
        let server = Server::start(Redis)?;
        let connection = connect(&server.client()?).await?;
        Ok(Self { server, connection })
    }

    pub async fn send(&mut self, cx: &Context, payload: &Bytes) -> Result<(), Error> {
        let mut fields = HashMap::new();
        TraceContextPropagator::new().inject_context(cx, &mut fields);
        let mut fields: Vec<_> =
            fields.iter().map(|(key, value)| (&**key, value.as_bytes())).collect();
        fields.push(("payload", payload));
        self.connection.xadd("orders", "*", &fields).await.map(|_: String| ())?;
        Ok(())
    }

    /// The first entry, with the context in which it is handled.
    pub async fn receive(&mut self) -> Result<(Bytes, Context), Error> {
        let entries: StreamRangeReply = self.connection.xrange_count("orders", "-", "+", 1).await?;
        let entry = entries.ids.first().ok_or("no entry")?;
        self.connection.xdel("orders", &[&entry.id]).await.map(|_: u32| ())?;
        let mut fields: HashMap<String, String> = HashMap::new();
        fields.extend(
            ["traceparent", "tracestate"]
                .map(|key| (key.into(), entry.get(key).unwrap_or_default())),
        );
        let payload: Vec<u8> = entry.get("payload").ok_or("an entry without payload")?;
        Ok((payload.into(), TraceContextPropagator::new().extract(&fields)))
    }

    pub async fn restart(mut self) -> Result<Self, Error> {
        self.server.restart()?;
        let connection = connect(&self.server.client()?).await?;
        Ok(Self { connection, ..self })
    }
}
