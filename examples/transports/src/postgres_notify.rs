//! PostgreSQL, NOTIFY: text, and less than 8,000 bytes of it.

use std::str;

use bytes::Bytes;
use glassine::{Channel, Origin, Traced};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::{Client, Notification};

use crate::error::Error;
use crate::link::Link;
use crate::postgres_server::Postgres;
use crate::server::Server;

const LIMIT: usize = 7_999;

pub struct PostgresNotify {
    server: Server<Postgres>,
    notifier: Client,
    notifications: UnboundedReceiver<Notification>,
    /// Without it the notifications end.
    _listener: Client,
}

impl PostgresNotify {
    async fn connect(server: Server<Postgres>) -> Result<Self, Error> {
        let (notifier, _) = server.connect().await?;
        let (listener, notifications) = server.connect().await?;
        listener.batch_execute("LISTEN orders").await?;
        Ok(Self { server, notifier, notifications, _listener: listener })
    }
}

impl Link for PostgresNotify {
    const NAME: &'static str = "PostgreSQL, NOTIFY";
    const LIMIT: Option<usize> = Some(LIMIT);
    const IS_TEXT: bool = true;

    async fn open() -> Result<Self, Error> {
        Self::connect(Server::start(Postgres)?).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let message = channel.wrap_text(origin, str::from_utf8(&payload)?);
        self.notifier.execute("SELECT pg_notify('orders', $1)", &[&message]).await?;
        Ok(())
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        let notification = self.notifications.recv().await.ok_or("no connection")?;
        let received = channel.receive_text(notification.payload());
        Ok(received.map(|text| Bytes::copy_from_slice(text.as_bytes())))
    }

    async fn restart(mut self) -> Result<Self, Error> {
        self.server.restart()?;
        Self::connect(self.server).await
    }
}
