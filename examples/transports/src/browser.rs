//! Debian's Chromium, without a window, and the server of its page.

use std::path::Path;
use std::process::Command;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

use crate::error::Error;
use crate::server::{Kind, installed};

/// The browser, at a page.
pub struct Chromium {
    pub url: String,
}

impl Kind for Chromium {
    fn command(&self, directory: &Path, port: u16) -> Result<Command, Error> {
        let mut command = Command::new(installed(option_env!("CHROMIUM"))?);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]);
        command.args(["--no-first-run", "--disable-background-networking", "--no-proxy-server"]);
        // Its port for debuggers, which nobody uses, tells that it runs.
        command.arg(format!("--remote-debugging-port={port}"));
        command.arg(format!("--user-data-dir={}", directory.join("profile").display()));
        command.arg(&self.url);
        Ok(command)
    }
}

/// Serves the page until it opens its WebSocket. A browser connects more often than it asks.
pub async fn accept(
    listener: &TcpListener,
    config: WebSocketConfig,
) -> Result<WebSocketStream<TcpStream>, Error> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                connections.spawn(serve(accepted?.0, config));
            }
            // One that has failed is not the page's last.
            Some(served) = connections.join_next() => if let Ok(Some(socket)) = served? {
                return Ok(socket);
            }
        }
    }
}

/// The answer to a request, or the socket that was asked for.
async fn serve(
    mut stream: TcpStream,
    config: WebSocketConfig,
) -> Result<Option<WebSocketStream<TcpStream>>, Error> {
    let (content_type, body) = match &*path(&stream).await? {
        "/socket" => return Ok(Some(accept_async_with_config(stream, Some(config)).await?)),
        "/glassine.js" => ("text/javascript", GLASSINE),
        "/" => ("text/html; charset=utf-8", PAGE),
        _ => ("text/plain", ""),
    };
    let reply = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(reply.as_bytes()).await?;
    stream.shutdown().await?;
    // What is unread when a socket is closed would take the reply with it.
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(None)
}

/// What is asked for, of a request that stays to be read. Empty if the browser goes without one.
async fn path(stream: &TcpStream) -> Result<String, Error> {
    let mut request = vec![0; 4096];
    let len = stream.peek(&mut request).await?;
    let request = String::from_utf8_lossy(&request[..len]);
    Ok(request.split(' ').nth(1).unwrap_or_default().to_owned())
}

const PAGE: &str = include_str!("page.html");
const GLASSINE: &str = include_str!("../../../spec/readers/javascript/glassine.js");
