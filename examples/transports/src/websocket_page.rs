//! WebSocket, binary or text, with a page of a browser as the other end: it reads with Glassine in
//! JavaScript, and answers in a span of its own (`page.html`).

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use glassine::{Channel, Origin, Traced};
use opentelemetry::trace::SpanId;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::browser::{Chromium, accept};
use crate::error::Error;
use crate::link::Link;
use crate::server::Server;
use crate::websocket::LIMIT;

pub struct Page<const IS_TEXT: bool> {
    browser: Server<Chromium>,
    listener: TcpListener,
    socket: WebSocketStream<TcpStream>,
    /// The page's last span, below its parent, if it had one.
    span: Option<(SpanId, SpanId)>,
}

impl<const IS_TEXT: bool> Page<IS_TEXT> {
    async fn connect(browser: Server<Chromium>, listener: TcpListener) -> Result<Self, Error> {
        let config = WebSocketConfig::default().max_message_size(Some(LIMIT));
        let socket = accept(&listener, config).await?;
        Ok(Self { browser, listener, socket, span: None })
    }

    async fn next(&mut self) -> Result<Message, Error> {
        loop {
            let message = self.socket.next().await.ok_or("the socket is closed")??;
            // Not pings and the like.
            if message.is_binary() || message.is_text() {
                return Ok(message);
            }
        }
    }
}

impl<const IS_TEXT: bool> Link for Page<IS_TEXT> {
    const NAME: &'static str = if IS_TEXT { "A page, text" } else { "A page, binary" };
    const LIMIT: Option<usize> = Some(LIMIT);
    const IS_TEXT: bool = IS_TEXT;

    async fn open() -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        Self::connect(Server::start(Chromium { url })?, listener).await
    }

    async fn send(
        &mut self,
        channel: &Channel,
        origin: &Origin,
        payload: Bytes,
    ) -> Result<(), Error> {
        let message = if IS_TEXT {
            Message::text(channel.wrap_text(origin, str::from_utf8(&payload)?))
        } else {
            Message::Binary(channel.wrap(origin, payload).into_bytes())
        };
        Ok(self.socket.send(message).await?)
    }

    async fn receive(&mut self, channel: &Channel) -> Result<Traced<Bytes>, Error> {
        let span = self.next().await?.into_text()?;
        self.span = match span.split_once(' ') {
            Some((parent, id)) => Some((SpanId::from_hex(parent)?, SpanId::from_hex(id)?)),
            None => None,
        };
        match self.next().await? {
            Message::Text(message) if IS_TEXT => {
                let received = channel.receive_text(&message);
                Ok(received.map(|text| Bytes::copy_from_slice(text.as_bytes())))
            }
            Message::Binary(message) if !IS_TEXT => Ok(channel.receive(message)),
            _ => Err("text in a binary channel, or bytes in one for text".into()),
        }
    }

    fn span_between(&self) -> Option<(SpanId, SpanId)> {
        self.span
    }

    /// The page connects again of its own accord.
    async fn restart(self) -> Result<Self, Error> {
        let Self { browser, listener, socket, .. } = self;
        let address = listener.local_addr()?;
        drop((listener, socket));
        Self::connect(browser, TcpListener::bind(address).await?).await
    }
}
