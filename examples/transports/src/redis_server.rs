//! Debian's Redis.

use std::path::Path;
use std::process::Command;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client};

use crate::error::Error;
use crate::server::{Kind, Server, installed, until_it_works};

/// What it takes at most for a value: without `proto-max-bulk-len`, 512 MiB.
pub const LIMIT: usize = 1 << 20;

pub struct Redis;

impl Kind for Redis {
    fn command(&self, directory: &Path, port: u16) -> Result<Command, Error> {
        let mut command = Command::new(installed(option_env!("REDIS_SERVER"))?);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
        command.args(["--appendonly", "yes", "--save", "", "--proto-max-bulk-len", "1mb"]);
        // It tells of what it refuses; what it tells the client can be lost with the connection.
        command.args(["--loglevel", "verbose"]);
        command.arg("--dir").arg(directory);
        Ok(command)
    }
}

impl Server<Redis> {
    pub fn client(&self) -> Result<Client, Error> {
        Ok(Client::open(("127.0.0.1", self.port()))?)
    }
}

/// A connection on which a command may block for as long as it likes.
pub async fn connect(client: &Client) -> Result<MultiplexedConnection, Error> {
    let config = AsyncConnectionConfig::new().set_response_timeout(None);
    until_it_works(async || {
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        // A server that has just started may still be loading.
        redis::cmd("PING").query_async::<()>(&mut connection).await?;
        Ok(connection)
    })
    .await
}
