//! In front of a handler: what it answers is wrapped.

use core::fmt;
use core::marker::PhantomData;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use glassine::Channel;
use glassine::policy::Capture;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

/// Wraps each response of a handler in the context that is current when the handler is done.
///
/// It stands behind the layer that makes the handler's span, so that the response comes from that
/// span. Costs what [`Channel::wrap`] does, and where there is an envelope, a copy into one buffer.
pub struct ReplyLayer<P, C> {
    channel: &'static Channel,
    bytes: fn(&mut P) -> &mut Bytes,
    capture: PhantomData<fn() -> C>,
}

impl<P, C: Capture> ReplyLayer<P, C> {
    /// Makes a layer for a channel; `bytes` says where in a response the payload is. O(1).
    #[must_use]
    pub const fn new(channel: &'static Channel, bytes: fn(&mut P) -> &mut Bytes) -> Self {
        Self { channel, bytes, capture: PhantomData }
    }
}

impl<S, P, C> Layer<S> for ReplyLayer<P, C> {
    type Service = Reply<S, P, C>;

    fn layer(&self, inner: S) -> Reply<S, P, C> {
        Reply { inner, layer: *self }
    }
}

/// Wraps each response of the service inside; made by [`ReplyLayer`].
pub struct Reply<S, P, C> {
    inner: S,
    layer: ReplyLayer<P, C>,
}

impl<S: Service<R, Response = P>, R, P, C: Capture> Service<R> for Reply<S, P, C> {
    type Response = P;
    type Error = S::Error;
    type Future = ReplyFuture<S::Future, P, C>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        ReplyFuture { inner: self.inner.call(request), layer: self.layer }
    }
}

pin_project! {
    /// Resolves to a wrapped response; made by [`Reply`].
    pub struct ReplyFuture<F, P, C> {
        #[pin]
        inner: F,
        layer: ReplyLayer<P, C>,
    }
}

impl<F: Future<Output = Result<P, E>>, P, E, C: Capture> Future for ReplyFuture<F, P, C> {
    type Output = Result<P, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<P, E>> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(cx))?;
        let ReplyLayer { channel, bytes, .. } = this.layer;
        let payload = mem::take(bytes(&mut response));
        *bytes(&mut response) = channel.wrap(&C::capture(), payload).into_bytes();
        Poll::Ready(Ok(response))
    }
}

impl<P, C> Clone for ReplyLayer<P, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, C> Copy for ReplyLayer<P, C> {}

impl<S: Clone, P, C> Clone for Reply<S, P, C> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer }
    }
}

impl<P, C> fmt::Debug for ReplyLayer<P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyLayer").field("channel", self.channel).finish_non_exhaustive()
    }
}

impl<S, P, C> fmt::Debug for Reply<S, P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("layer", &self.layer).finish_non_exhaustive()
    }
}

impl<F, P, C> fmt::Debug for ReplyFuture<F, P, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyFuture").field("layer", &self.layer).finish_non_exhaustive()
    }
}
