//! In front of a handler: the envelope comes off.

use core::fmt;
use core::mem;
use core::task::{Context, Poll};

use bytes::Bytes;
use glassine::{Channel, Traced};
use tower_layer::Layer;
use tower_service::Service;

/// Takes the envelope off each request: the service behind it gets a [`Traced`], the request with
/// its payload and where it comes from, by the channel's trust.
///
/// Costs what [`Channel::receive`] does; the payload shares the request's buffer.
pub struct ReceiveLayer<R> {
    channel: &'static Channel,
    bytes: fn(&mut R) -> &mut Bytes,
    name: Option<Bytes>,
}

impl<R> ReceiveLayer<R> {
    /// Makes a layer for a channel; `bytes` says where in a request the message is. O(1).
    #[must_use]
    pub const fn new(channel: &'static Channel, bytes: fn(&mut R) -> &mut Bytes) -> Self {
        Self { channel, bytes, name: None }
    }

    /// Sets the receiver's name, by which it is chosen or not where one copy goes to many
    /// ([`Channel::receiver`]). O(1).
    #[must_use]
    pub fn with_name(self, name: impl Into<Bytes>) -> Self {
        Self { name: Some(name.into()), ..self }
    }
}

impl<S, R> Layer<S> for ReceiveLayer<R> {
    type Service = Receive<S, R>;

    fn layer(&self, inner: S) -> Receive<S, R> {
        Receive { inner, layer: self.clone() }
    }
}

/// Takes the envelope off each request of the service inside; made by [`ReceiveLayer`].
pub struct Receive<S, R> {
    inner: S,
    layer: ReceiveLayer<R>,
}

impl<S: Service<Traced<R>>, R> Service<R> for Receive<S, R> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: R) -> S::Future {
        let ReceiveLayer { channel, bytes, name } = &self.layer;
        let message = mem::take(bytes(&mut request));
        let receiver = match name {
            Some(name) => channel.receiver().with_name(name),
            None => channel.receiver(),
        };
        let (payload, origin) = receiver.receive(message).into_parts();
        *bytes(&mut request) = payload;
        self.inner.call(Traced::new(request, origin))
    }
}

impl<R> Clone for ReceiveLayer<R> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), ..*self }
    }
}

impl<S: Clone, R> Clone for Receive<S, R> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<R> fmt::Debug for ReceiveLayer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiveLayer").field("channel", self.channel).finish_non_exhaustive()
    }
}

impl<S, R> fmt::Debug for Receive<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receive").field("layer", &self.layer).finish_non_exhaustive()
    }
}
