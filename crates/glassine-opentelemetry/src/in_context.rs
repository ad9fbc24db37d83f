//! A handler within its context: whenever it runs, and when what it holds is dropped.

use core::pin::Pin;
use core::task::{Poll, ready};

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, ContextGuard};
use pin_project_lite::pin_project;

use crate::capture::attach;
#[cfg(feature = "tracing")]
use crate::capture::with_current;

pin_project! {
    /// A future whose context is current whenever it runs, on whatever thread, and when it is
    /// dropped: at its end, or before. What it holds is dropped with it, and may make spans and
    /// send messages as well.
    #[must_use = "futures do nothing unless they are awaited"]
    pub(crate) struct InContext<F> {
        // `None` once it has ended.
        #[pin]
        inner: Option<F>,
        cx: Context,
        is_current: IsCurrent,
        ends_span: bool,
    }

    impl<F> PinnedDrop for InContext<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let _current = this.is_current.attach(this.cx);
            end(this.inner, this.cx, this.ends_span);
        }
    }
}

impl<F> InContext<F> {
    #[cfg(feature = "tracing")]
    pub(crate) const fn new(inner: F, cx: Context) -> Self {
        Self { inner: Some(inner), cx, is_current: IsCurrent::Always, ends_span: false }
    }

    /// A future within a span of `tracing`, of which OpenTelemetry may know nothing.
    #[cfg(feature = "tracing")]
    pub(crate) const fn of_message(inner: F, cx: Context) -> Self {
        Self { inner: Some(inner), cx, is_current: IsCurrent::WhereNoSpanIs, ends_span: false }
    }

    /// A future that is made within the context, whose span ends with it: when it is ready, or
    /// dropped before, or cannot even be made.
    pub(crate) fn ending_span(cx: Context, make: impl FnOnce() -> F) -> Self {
        let mut this = Self { inner: None, cx, is_current: IsCurrent::Always, ends_span: true };
        let _current = this.is_current.attach(&this.cx);
        this.inner = Some(make());
        this
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut core::task::Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let _current = this.is_current.attach(this.cx);
        let inner = this.inner.as_mut().as_pin_mut().expect("a future is polled until it is ready");
        let output = ready!(inner.poll(cx));
        end(this.inner, this.cx, this.ends_span);
        Poll::Ready(output)
    }
}

/// When a context is made the current one.
#[derive(Clone, Copy)]
enum IsCurrent {
    Always,
    #[cfg(feature = "tracing")]
    WhereNoSpanIs,
}

impl IsCurrent {
    fn attach(self, cx: &Context) -> Option<ContextGuard> {
        match self {
            Self::Always => attach(cx.clone()),
            #[cfg(feature = "tracing")]
            Self::WhereNoSpanIs => attach_where_no_span_is(cx),
        }
    }
}

/// Makes the context of a message the current one where a span took its place that is none: its
/// provider was shut down, or telemetry is suppressed.
#[cfg(feature = "tracing")]
pub(crate) fn attach_where_no_span_is(cx: &Context) -> Option<ContextGuard> {
    let is_span = |cx: &Context| cx.span().span_context().is_valid();
    let is_lost = is_span(cx) && with_current(|cx| !is_span(cx)).unwrap_or_default();
    if is_lost { attach(cx.clone()) } else { None }
}

/// Ends a span when it is dropped.
pub(crate) struct EndsSpan<'a>(pub(crate) &'a Context);

impl Drop for EndsSpan<'_> {
    fn drop(&mut self) {
        self.0.span().end();
    }
}

/// Drops the future, and ends the span even if that panics. Once: nothing is left to be ended.
fn end<F>(mut inner: Pin<&mut Option<F>>, cx: &Context, ends_span: &mut bool) {
    let _ends = core::mem::take(ends_span).then(|| EndsSpan(cx));
    inner.set(None);
}
