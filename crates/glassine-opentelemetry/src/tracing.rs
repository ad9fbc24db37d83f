//! Spans of `tracing` that refer to messages.

use opentelemetry::Context;
use tracing_opentelemetry::{OpenTelemetrySpanExt, SetParentError};

use crate::consumer::Plan;

impl Plan {
    /// Gives a span of `tracing` its parent, with what messages that are sent within it carry on,
    /// or its links. To be called before the span is entered: a span that was entered has been
    /// started, and cannot get a parent any more.
    ///
    /// ```
    /// use glassine::Origin;
    /// use glassine_opentelemetry::Consumer;
    ///
    /// fn handle(origin: &Origin) {
    ///     let Some(plan) = Consumer::new().plan([origin]) else { return };
    ///     let span = tracing::info_span!("handle order", otel.kind = "consumer");
    ///     if let Err(error) = plan.apply_to(&span) {
    ///         tracing::warn!(%error, "the trace is not continued");
    ///     }
    ///     let _entered = span.enter();
    /// }
    /// # handle(&Origin::default());
    /// ```
    ///
    /// # Errors
    /// A [`SetParentError`] if the span is entered already, filtered out, or there is no
    /// OpenTelemetry layer. Links alone have no such error.
    pub fn apply_to(&self, span: &::tracing::Span) -> Result<(), SetParentError> {
        for link in self.links() {
            span.add_link(link.clone());
        }
        if self.links_left_out() > 0 {
            span.set_attribute(
                Self::LINKS_LEFT_OUT,
                i64::try_from(self.links_left_out()).unwrap_or(i64::MAX),
            );
        }
        if let Some(weight) = self.fan_out_weight() {
            span.set_attribute(Self::FAN_OUT_WEIGHT, i64::from(weight.get()));
        }
        // A span that links keeps the parent that it has, which may be none that a context knows
        // of.
        match self.parent() {
            Some(_) => span.set_parent(self.parent_context(&Context::current())),
            None => Ok(()),
        }
    }
}
