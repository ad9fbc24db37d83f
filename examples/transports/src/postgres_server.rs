//! Debian's PostgreSQL.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::process::Command;

use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio_postgres::{AsyncMessage, Client, NoTls, Notification};

use crate::error::Error;
use crate::server::{Kind, Server, installed, until_it_works};

pub struct Postgres;

impl Kind for Postgres {
    fn prepare(&self, directory: &Path) -> Result<(), Error> {
        if is_root(directory)? {
            chown(directory, Some(id("-u")?), Some(id("-g")?))?;
        }
        let mut command = program("initdb", directory)?;
        command.args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8"]);
        let output = command.arg("-D").arg(directory.join("data")).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(())
    }

    fn command(&self, directory: &Path, port: u16) -> Result<Command, Error> {
        let mut command = program("postgres", directory)?;
        command.arg("-D").arg(directory.join("data")).arg("-k").arg(directory);
        command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-F"]);
        Ok(command)
    }

    /// TERM would wait for its clients.
    fn signal(&self) -> &'static str {
        "INT"
    }
}

impl Server<Postgres> {
    /// A client, and the notifications that it gets.
    pub async fn connect(&self) -> Result<(Client, UnboundedReceiver<Notification>), Error> {
        let config = format!("host=127.0.0.1 port={} user=postgres", self.port());
        let (client, mut connection) =
            until_it_works(async || Ok(tokio_postgres::connect(&config, NoTls).await?)).await?;
        let (sender, notifications) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut messages = stream::poll_fn(move |cx| connection.poll_message(cx));
            while let Some(Ok(message)) = messages.next().await {
                if let AsyncMessage::Notification(notification) = message {
                    // Whoever has only the client gets none.
                    let _ = sender.send(notification);
                }
            }
        });
        Ok((client, notifications))
    }
}

/// One of its programs. It refuses to run as root: then the user `postgres` does, whose the
/// directory is.
fn program(name: &str, directory: &Path) -> Result<Command, Error> {
    let program = Path::new(installed(option_env!("POSTGRES"))?).with_file_name(name);
    let mut command = if is_root(Path::new("/proc/self"))? && !is_root(directory)? {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/");
    Ok(command)
}

/// Whether it belongs to root; `/proc/self` belongs to whoever asks.
fn is_root(path: &Path) -> Result<bool, Error> {
    Ok(fs::metadata(path)?.uid() == 0)
}

/// The number of the user or group `postgres`.
fn id(option: &str) -> Result<u32, Error> {
    let output = Command::new("id").args([option, "postgres"]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
