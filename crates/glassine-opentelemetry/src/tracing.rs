//! Spans of `tracing` in which messages are handled.

use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::capture::{attach, current};
use crate::consumer::Plan;
use crate::in_context::{InContext, attach_where_no_span_is};

impl Plan {
    /// Handles the messages within the span that `make_span` makes, or without one: it is not asked
    /// where no span is to be made. The handler runs in every case, and nothing that it calls or
    /// sends starts a trace where none is to start.
    ///
    /// The span gets its parent or its links, and is entered; what is sent within it carries on
    /// what came. Its attributes, such as `otel.kind = "consumer"` and those of the messaging
    /// conventions, are given where it is made, so that a sampler sees them. A span that is
    /// filtered out, a subscriber without an OpenTelemetry layer, and a layer whose provider was
    /// shut down, cost the span and nothing else: what is inside continues the message.
    ///
    /// A layer that was told not to activate contexts (`with_context_activation(false)`) sees the
    /// parent, and does not see that spans inside a handler without a span are to be suppressed.
    /// What is sent inside comes from the current context, in which such a layer's spans are not:
    /// of a message that is the parent it is the message's own, with its sender's span id, and of
    /// one that is linked to it is [unknown](glassine::policy::Propagation::Unknown).
    ///
    /// What outlives the handler or leaves its thread takes the context along by OpenTelemetry's
    /// `with_current_context`, not by `in_current_span` alone ([`Consumer`](crate::Consumer)).
    ///
    /// ```
    /// use glassine::Origin;
    /// use glassine_opentelemetry::{Consumer, Relation};
    /// use tracing::info_span;
    ///
    /// const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);
    ///
    /// fn receive(order: u32, origin: &Origin) {
    ///     let span = || info_span!("handle order", otel.kind = "consumer", order);
    ///     CONSUMER.plan([origin]).in_span(span, || assert_eq!(order, 7));
    /// }
    /// # receive(7, &Origin::default());
    /// ```
    pub fn in_span<T>(&self, make_span: impl FnOnce() -> Span, f: impl FnOnce() -> T) -> T {
        let cx = self.context(&current());
        let _current = attach(cx.clone());
        // If no span can be made because `make_span` panics, this is dropped within the context.
        let f = f;
        self.span(make_span).in_scope(|| {
            let _message = attach_where_no_span_is(&cx);
            f()
        })
    }

    /// Handles the messages as [`in_span`](Self::in_span) does, by a future: context and span are
    /// current whenever it runs, on whatever thread, and when it is dropped, at its end or before.
    /// The span is made now, not at the first poll, and let go when the future is ready or dropped.
    /// A task that the handler spawns takes the context along by `with_current_context`, as
    /// [`Consumer`](crate::Consumer) tells.
    ///
    /// ```
    /// use glassine::Origin;
    /// use glassine_opentelemetry::Consumer;
    /// use tracing::info_span;
    ///
    /// async fn receive(order: u32, origin: &Origin) {
    ///     let span = || info_span!("handle order", otel.kind = "consumer", order);
    ///     Consumer::new().plan([origin]).instrument(span, handle(order)).await;
    /// }
    ///
    /// #[tracing::instrument]
    /// async fn handle(order: u32) {
    ///     assert_eq!(order, 7); // a span within the consumer's
    /// }
    /// ```
    pub fn instrument<F: Future, S: FnOnce() -> Span>(
        // By value: else the method of `tracing::Instrument` would be the nearer one.
        self,
        make_span: S,
        future: F,
    ) -> impl Future<Output = F::Output> + use<F, S> {
        let cx = self.context(&current());
        let _current = attach(cx.clone());
        // If no span can be made because `make_span` panics, this is dropped within the context.
        let future = future;
        let span = self.span(make_span);
        InContext::new(InContext::of_message(future, cx.clone()).instrument(span), cx)
    }

    /// The span, within the plan's context, which is current.
    pub(crate) fn span(&self, make_span: impl FnOnce() -> Span) -> Span {
        if !self.makes_span() {
            return Span::none();
        }
        let span = make_span();
        if self.continued().is_some() {
            // For layers that do not go by the current context. Where this fails there is no span
            // of OpenTelemetry that could have a parent.
            let _ = span.set_parent(current());
        }
        for link in self.links() {
            span.add_link_with_attributes(link.span_context.clone(), link.attributes.clone());
        }
        for (key, value) in self.attributes() {
            span.set_attribute(key, value);
        }
        span
    }
}
