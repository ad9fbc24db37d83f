//! Requests handled in OpenTelemetry's spans.

use core::fmt;
use core::pin::Pin;
use core::task::Poll;

use glassine::Traced;
use opentelemetry::trace::Tracer;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::capture::current;
use crate::consumer::Consumer;
use crate::in_context::InContext;

/// Handles each request in a span of OpenTelemetry, or without one, as a [`Consumer`] decides: the
/// service behind it gets the request as it was before there were contexts.
///
/// The context is current while the service is called, and whenever its future runs or is dropped;
/// the span ends with the future, ready or not. Costs what [`Plan::start`](crate::Plan::start)
/// does, and nothing else.
#[derive(Clone)]
pub struct HandleLayer<T> {
    consumer: Consumer,
    tracer: T,
    name: &'static str,
}

impl<T> HandleLayer<T> {
    /// Makes a layer whose spans have this name. O(1).
    #[must_use]
    pub const fn new(consumer: Consumer, tracer: T, name: &'static str) -> Self {
        Self { consumer, tracer, name }
    }
}

impl<S, T: Clone> Layer<S> for HandleLayer<T> {
    type Service = Handle<S, T>;

    fn layer(&self, inner: S) -> Handle<S, T> {
        Handle { inner, layer: self.clone() }
    }
}

/// Handles each request in a span of OpenTelemetry, or without one; made by [`HandleLayer`].
#[derive(Clone)]
pub struct Handle<S, T> {
    inner: S,
    layer: HandleLayer<T>,
}

impl<S, T, R> Service<Traced<R>> for Handle<S, T>
where
    S: Service<R>,
    T: Tracer,
    T::Span: Send + Sync + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = HandleFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut core::task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Traced<R>) -> Self::Future {
        let HandleLayer { consumer, tracer, name } = &self.layer;
        let (request, origin) = request.into_parts();
        let cx = consumer.start(tracer, *name, &current(), [&origin]);
        HandleFuture { inner: InContext::ending_span(cx, || self.inner.call(request)) }
    }
}

pin_project! {
    /// Resolves to what the handler answers, and ends the span; made by [`Handle`].
    pub struct HandleFuture<F> {
        #[pin]
        inner: InContext<F>,
    }
}

impl<F: Future> Future for HandleFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut core::task::Context<'_>) -> Poll<F::Output> {
        self.project().inner.poll(cx)
    }
}

impl<T> fmt::Debug for HandleLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandleLayer")
            .field("consumer", &self.consumer)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<S, T> fmt::Debug for Handle<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("layer", &self.layer).finish_non_exhaustive()
    }
}

impl<F> fmt::Debug for HandleFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandleFuture").finish_non_exhaustive()
    }
}
