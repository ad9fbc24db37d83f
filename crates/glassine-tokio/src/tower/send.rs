//! In front of a client: what it sends is wrapped.

use core::fmt;
use core::marker::PhantomData;
use core::mem;
use core::task::{Context, Poll};

use bytes::Bytes;
use glassine::Channel;
use glassine::policy::Capture;
use tower_layer::Layer;
use tower_service::Service;

/// Wraps each request of a client in the context that is current when it is called.
///
/// Costs what [`Channel::wrap`] does, and where there is an envelope, a copy into one buffer: a
/// request holds one.
pub struct SendLayer<R, C> {
    channel: &'static Channel,
    bytes: fn(&mut R) -> &mut Bytes,
    capture: PhantomData<fn() -> C>,
}

impl<R, C: Capture> SendLayer<R, C> {
    /// Makes a layer for a channel; `bytes` says where in a request the payload is. O(1).
    #[must_use]
    pub const fn new(channel: &'static Channel, bytes: fn(&mut R) -> &mut Bytes) -> Self {
        Self { channel, bytes, capture: PhantomData }
    }
}

impl<S, R, C> Layer<S> for SendLayer<R, C> {
    type Service = Send<S, R, C>;

    fn layer(&self, inner: S) -> Send<S, R, C> {
        Send { inner, layer: *self }
    }
}

/// Wraps each request of the client inside; made by [`SendLayer`].
pub struct Send<S, R, C> {
    inner: S,
    layer: SendLayer<R, C>,
}

impl<S: Service<R>, R, C: Capture> Service<R> for Send<S, R, C> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: R) -> S::Future {
        let SendLayer { channel, bytes, .. } = self.layer;
        let payload = mem::take(bytes(&mut request));
        *bytes(&mut request) = channel.wrap(&C::capture(), payload).into_bytes();
        self.inner.call(request)
    }
}

impl<R, C> Clone for SendLayer<R, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, C> Copy for SendLayer<R, C> {}

impl<S: Clone, R, C> Clone for Send<S, R, C> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer }
    }
}

impl<R, C> fmt::Debug for SendLayer<R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendLayer").field("channel", self.channel).finish_non_exhaustive()
    }
}

impl<S, R, C> fmt::Debug for Send<S, R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Send").field("layer", &self.layer).finish_non_exhaustive()
    }
}
