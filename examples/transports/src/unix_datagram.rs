//! Datagrams of a Unix socket: between processes of one machine.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;

use bytes::{Bytes, BytesMut};
use glassine::{Channel, Origin, Traced};
use tokio::net::UnixDatagram;

use crate::error::Error;
use crate::link::Link;

/// The system's limit is that of the send buffer, some 200 KiB on Linux; a protocol says its own.
const LIMIT: usize = 1 << 16;

pub struct UnixDatagrams {
    path: PathBuf,
    sender: UnixDatagram,
    receiver: UnixDatagram,
}

impl UnixDatagrams {
    fn bind(path: PathBuf) -> Result<Self, Error> {
        let receiver = UnixDatagram::bind(&path)?;
        let sender = UnixDatagram::unbound()?;
        sender.connect(&path)?;
        Ok(Self { path, sender, receiver })
    }
}

impl Link for UnixDatagrams {
    const NAME: &'static str = "Unix datagrams";
    const LIMIT: Option<usize> = Some(LIMIT);

    async fn open() -> Result<Self, Error> {
        let path = env::temp_dir().join(format!("glassine-{}.socket", process::id()));
        Self::bind(path)
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let message = channel.wrap(origin, payload).into_bytes();
        if message.len() > LIMIT {
            return Err("the message is too long".into());
        }
        self.sender.send(&message).await?;
        Ok(())
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        let mut datagram = BytesMut::with_capacity(LIMIT);
        self.receiver.recv_buf(&mut datagram).await?;
        Ok(channel.receive(datagram.freeze()))
    }

    async fn restart(self) -> Result<Self, Error> {
        let path = self.path.clone();
        drop(self);
        Self::bind(path)
    }
}

impl Drop for UnixDatagrams {
    fn drop(&mut self) {
        // It is not there if the next one has not been bound.
        let _ = fs::remove_file(&self.path);
    }
}
