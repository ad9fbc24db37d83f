//! Where a message that is sent now comes from: OpenTelemetry's current context, and the message
//! that is being handled in it. Works without a global propagator.

use std::any::Any;
use std::borrow::Cow;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use glassine::policy::{Capture, Propagation};
use glassine::{Field, Origin};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceState};
use opentelemetry::{Context, ContextGuard};

use crate::baggage;
use crate::span_context::{from_span_context, is_made_up};
use crate::tracestate;

/// OpenTelemetry's current context, as the tracer of channel ends that capture by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a name for a tracer: there is nothing in it")]
pub struct CurrentContext;

/// [`capture`].
impl Capture for CurrentContext {
    #[inline]
    fn capture() -> Origin {
        capture()
    }
}

/// Takes the origin of a message that is sent now: [`capture_from`] OpenTelemetry's current
/// context. A `tracing` span is in it while it is entered. Of a span that is not sampled it costs
/// about as much as OpenTelemetry takes to find it.
///
/// Never panics. Where OpenTelemetry does when it is asked for the current context (in a thread
/// that ends; up to 0.32 also in a value that is dropped while a context is detached), the message
/// goes bare. A program that aborts on panics aborts there, as with any use of OpenTelemetry.
#[must_use]
#[inline]
pub fn capture() -> Origin {
    // In a cell, so that whether there is one is not told by a part of the origin, which would then
    // be moved in pieces.
    match catch_unwind(|| Context::map_current(|cx| Cell::new(capture_apart(cx)))) {
        Ok(origin) => origin.into_inner(),
        Err(panic) => bare(panic),
    }
}

/// The origin of a message for which there is no current context.
#[cold]
#[inline(never)]
fn bare(_panic: Box<dyn Any + Send>) -> Origin {
    Origin::default()
}

/// Takes the origin of a message as [`capture`] does, with baggage whatever was decided about the
/// trace: W3C baggage is independent of sampling. It travels with the marker, or in the escape, on
/// a channel whose list of outgoing fields lets it pass.
///
/// Where there is baggage, this writes it down for every message: two allocations or more, where
/// [`capture`] has none for a message that is not sampled.
#[must_use]
pub fn capture_with_baggage() -> Origin {
    with_current(capture_with_baggage_from).unwrap_or_default()
}

/// Takes the origin of a message that is sent within a context as [`capture_from`] does, with
/// baggage whatever was decided about the trace ([`capture_with_baggage`]).
#[must_use]
pub fn capture_with_baggage_from(cx: &Context) -> Origin {
    let origin = capture_from(cx);
    if is_sampled(origin.propagation()) { origin } else { with_current_baggage(origin, cx) }
}

/// Takes the origin of a message that is sent within a context: that of its span if it is sampled,
/// with tracestate, baggage, and the fields of the message that is being handled ([`with_origin`]),
/// which go out again without having been parsed. Of a span that is not sampled, the decision is
/// kept and nothing else.
///
/// Without any of these fields it allocates nothing.
#[must_use]
#[inline]
pub fn capture_from(cx: &Context) -> Origin {
    told_apart(cx, sampled)
}

/// [`capture_from`] as a call, so that what is around the current context is small enough to be
/// inlined. Of most messages the trace is not sampled: what is done for one that is keeps more over
/// its questions, and is a call again.
#[inline(never)]
fn capture_apart(cx: &Context) -> Origin {
    // A span that is not there has another one in its place, of which nothing need be asked.
    if cx.has_active_span() { told_apart(cx, sampled_apart) } else { without_span(cx) }
}

/// An origin is written where it is to be: none is moved on, or made of another value. What is
/// seldom is out of line for that.
#[inline(always)]
fn told_apart(cx: &Context, sampled: impl Fn(&Context, &SpanContext) -> Origin) -> Origin {
    let span = cx.span();
    let span_context = span.span_context();
    if span_context.is_sampled() {
        sampled(cx, span_context)
    } else {
        not_sampled(cx, span_context)
    }
}

#[inline(never)]
fn sampled_apart(cx: &Context, span_context: &SpanContext) -> Origin {
    sampled(cx, span_context)
}

#[inline(always)]
fn sampled(cx: &Context, span_context: &SpanContext) -> Origin {
    // Asked first, so that the ids are not kept over a call.
    if has_fields(cx, span_context) {
        return capture_with_fields(cx);
    }
    match from_span_context(span_context) {
        // The flag is set, which the compiler does not know any more.
        Some(context) => context.with_flags(context.flags().with_sampled(true)).into(),
        None => Origin::default(),
    }
}

#[inline(always)]
fn not_sampled(cx: &Context, span_context: &SpanContext) -> Origin {
    match from_span_context(span_context) {
        // The decision is one about this trace, and goes by its share. Half of the trace id tells
        // nearly all of them from ids that nobody has given.
        Some(context) if context.trace_id().to_u128() as u64 != u64::MAX => context.into(),
        Some(_) => capture_odd(span_context),
        None => without_span(cx),
    }
}

/// Where there is no span, what counts is what was decided about the message that is handled.
#[inline(always)]
fn without_span(cx: &Context) -> Origin {
    handled(cx).map_or_else(Origin::default, capture_handled)
}

/// The origin of a message whose ids may be those that nobody has given.
#[cold]
#[inline(never)]
fn capture_odd(span_context: &SpanContext) -> Origin {
    match from_span_context(span_context) {
        Some(context) if !is_made_up(context) => context.into(),
        _ => Origin::new(Propagation::Suppress),
    }
}

#[cold]
#[inline(never)]
fn capture_handled(handled: &Handled) -> Origin {
    match handled.origin.propagation() {
        Propagation::Suppress => Origin::new(Propagation::Suppress),
        _ => Origin::default(),
    }
}

/// Whether more goes with a message of a sampled trace than its context.
#[inline(always)]
fn has_fields(cx: &Context, span_context: &SpanContext) -> bool {
    *span_context.trace_state() != TraceState::NONE
        || handled(cx).is_some()
        || !cx.baggage().is_empty()
}

#[cold]
#[inline(never)]
fn capture_with_fields(cx: &Context) -> Origin {
    let span = cx.span();
    let span_context = span.span_context();
    let Some(context) = from_span_context(span_context) else { return Origin::default() };
    let handled = handled(cx);
    let origin =
        handled.map_or_else(|| context.into(), |handled| handled.origin.followed_by(context));
    let tracestate = tracestate::to_text(span_context.trace_state());
    let tracestate = Some(&*tracestate).filter(|tracestate| !tracestate.is_empty());
    if origin.has_fields() {
        let origin = with_current_baggage(origin, cx);
        return match tracestate {
            Some(tracestate) => origin.with_fields(&[Field::Tracestate(tracestate)]),
            None => origin,
        };
    }
    // An origin writes its fields down whenever it is given some: here they are given at once.
    let baggage = current_baggage(&origin, cx).flatten();
    match (tracestate.map(Field::Tracestate), baggage.as_deref().map(Field::Baggage)) {
        (Some(tracestate), Some(baggage)) => origin.with_fields(&[tracestate, baggage]),
        (tracestate, baggage) => origin.with_fields(tracestate.or(baggage).as_slice()),
    }
}

/// Gives an origin the baggage that the context has.
fn with_current_baggage(origin: Origin, cx: &Context) -> Origin {
    match current_baggage(&origin, cx) {
        Some(baggage) => origin.with_baggage(baggage.as_deref()),
        None => origin,
    }
}

/// The baggage that the context has: OpenTelemetry's, which owns it within a handler. `None` if it
/// is what the origin has.
fn current_baggage<'c>(origin: &Origin, cx: &'c Context) -> Option<Option<Cow<'c, str>>> {
    let handled = handled(cx);
    let is_untouched = handled.is_some_and(|handled| handled.owns_baggage_of(cx));
    let came = handled.and_then(|handled| handled.origin.carrier().baggage());
    if is_untouched {
        // What came goes on as it came.
        return (origin.carrier().baggage() != came).then_some(came.map(Cow::Borrowed));
    }
    let baggage = cx.baggage();
    if baggage.is_empty() && came.is_none() {
        return None;
    }
    Some(baggage::to_text(baggage).map(Cow::Owned))
}

/// Makes the context in which a message is handled: messages that are sent within it carry the
/// fields of this one on, unparsed, and stand for as many. The span is not changed.
///
/// The message takes the place of one that was handled in `cx`: none of that one's fields, weight
/// or baggage reach what is sent within the new context. Baggage becomes OpenTelemetry's own, to be
/// read, added to, changed and cleared as if OpenTelemetry's propagator had extracted it; what
/// nobody has touched goes on as it came. A message without baggage leaves the application's own as
/// it is.
///
/// For a message without fields, weight or a decision against a trace, outside of another's
/// handler, it is a clone; otherwise it allocates, and parses baggage if there is some.
#[must_use]
pub fn with_origin(cx: &Context, origin: &Origin) -> Context {
    if is_handled_apart(cx, origin) { handling(cx, origin) } else { cx.clone() }
}

/// Whether the context in which a message is handled is another one.
#[inline]
pub(crate) fn is_handled_apart(cx: &Context, origin: &Origin) -> bool {
    origin.has_fields()
        || origin.weight().is_some()
        || origin.propagation() == Propagation::Suppress
        || handled(cx).is_some()
}

#[cold]
pub(crate) fn handling(cx: &Context, origin: &Origin) -> Context {
    let is_nested = handled(cx).is_some();
    let Some(text) = origin.carrier().baggage() else {
        let clears = is_nested && !cx.baggage().is_empty();
        let cx = if clears { cx.with_cleared_baggage() } else { cx.clone() };
        return cx.with_value(Handled { origin: origin.clone(), given: None });
    };
    let cx = cx.with_baggage(baggage::from_text(text));
    let given = Some(baggage_alone(&cx, is_nested));
    cx.with_value(Handled { origin: origin.clone(), given })
}

/// The same without the span, which would not end while this is held, and without the message that
/// was handled before: else each message would hold all before it, in a chain that is dropped by
/// recursion.
fn baggage_alone(cx: &Context, is_nested: bool) -> Context {
    let has_span = cx.has_active_span();
    let cx = if has_span { cx.with_remote_span_context(SpanContext::NONE) } else { cx.clone() };
    if is_nested {
        return cx.with_value(Handled { origin: Origin::default(), given: None });
    }
    cx
}

/// The current context; a new one where OpenTelemetry panics.
pub(crate) fn current() -> Context {
    catch_unwind(Context::current).unwrap_or_default()
}

/// Makes a context the current one, where OpenTelemetry does not panic.
pub(crate) fn attach(cx: Context) -> Option<ContextGuard> {
    catch_unwind(AssertUnwindSafe(|| cx.attach())).ok()
}

/// What `f` makes of the current context. `None` where OpenTelemetry panics.
#[inline]
pub(crate) fn with_current<R>(f: impl FnOnce(&Context) -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(|| Context::map_current(f))).ok()
}

fn is_sampled(propagation: Propagation) -> bool {
    matches!(propagation, Propagation::Continue(context) if context.is_sampled())
}

/// The message that is being handled, as a value of the context.
struct Handled {
    origin: Origin,
    /// A context with the baggage that was given to the handler, if it is the message's. It keeps
    /// it, so that another cannot come to lie in its place.
    given: Option<Context>,
}

impl Handled {
    /// Whether nobody has changed the baggage since.
    fn owns_baggage_of(&self, cx: &Context) -> bool {
        self.given.as_ref().is_some_and(|given| core::ptr::eq(cx.baggage(), given.baggage()))
    }
}

/// Apart, because most contexts have no values at all, and need no room to look for one.
#[inline(never)]
fn handled(cx: &Context) -> Option<&Handled> {
    cx.get::<Handled>()
}
