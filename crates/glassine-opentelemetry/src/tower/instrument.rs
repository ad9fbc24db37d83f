//! Requests handled in spans of `tracing`.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

use glassine::Traced;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;
use tracing::Span;
use tracing::instrument::Instrumented;

use crate::capture::{attach, current};
use crate::consumer::Consumer;
use crate::in_context::{InContext, attach_where_no_span_is};

/// Handles each request in a span of `tracing`, or without one, as a [`Consumer`] decides: the
/// service behind it gets the request as it was before there were contexts.
///
/// The span is current while the service is called, and whenever its future runs or is dropped.
/// What it costs, and what layers it goes with, is told at
/// [`Plan::instrument`](crate::Plan::instrument).
pub struct InstrumentLayer<R> {
    consumer: Consumer,
    make_span: fn(&R) -> Span,
}

impl<R> InstrumentLayer<R> {
    /// Makes a layer; `make_span` makes the span for a request, and is not asked where none is to
    /// be made. O(1).
    #[must_use]
    pub const fn new(consumer: Consumer, make_span: fn(&R) -> Span) -> Self {
        Self { consumer, make_span }
    }
}

impl<S, R> Layer<S> for InstrumentLayer<R> {
    type Service = Instrument<S, R>;

    fn layer(&self, inner: S) -> Instrument<S, R> {
        Instrument { inner, layer: *self }
    }
}

/// Handles each request in a span of `tracing`, or without one; made by [`InstrumentLayer`].
pub struct Instrument<S, R> {
    inner: S,
    layer: InstrumentLayer<R>,
}

impl<S: Service<R>, R> Service<Traced<R>> for Instrument<S, R> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = InstrumentFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Traced<R>) -> Self::Future {
        let InstrumentLayer { consumer, make_span } = self.layer;
        let (request, origin) = request.into_parts();
        let plan = consumer.plan([&origin]);
        let cx = plan.context(&current());
        let _current = attach(cx.clone());
        // If no span can be made because `make_span` panics, this is dropped within the context.
        let request = request;
        let span = plan.span(|| make_span(&request));
        let handled = span.in_scope(|| {
            let _message = attach_where_no_span_is(&cx);
            InContext::of_message(self.inner.call(request), cx.clone())
        });
        let handled = tracing::Instrument::instrument(handled, span);
        InstrumentFuture { inner: InContext::new(handled, cx) }
    }
}

pin_project! {
    /// Resolves to what the handler answers, and lets go of the span; made by [`Instrument`].
    pub struct InstrumentFuture<F> {
        #[pin]
        inner: InContext<Instrumented<InContext<F>>>,
    }
}

impl<F: Future> Future for InstrumentFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().inner.poll(cx)
    }
}

impl<R> Clone for InstrumentLayer<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for InstrumentLayer<R> {}

impl<S: Clone, R> Clone for Instrument<S, R> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer }
    }
}

impl<R> fmt::Debug for InstrumentLayer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstrumentLayer").field("consumer", &self.consumer).finish_non_exhaustive()
    }
}

impl<S, R> fmt::Debug for Instrument<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instrument").field("layer", &self.layer).finish_non_exhaustive()
    }
}

impl<F> fmt::Debug for InstrumentFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstrumentFuture").finish_non_exhaustive()
    }
}
