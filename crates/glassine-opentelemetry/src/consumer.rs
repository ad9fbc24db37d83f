//! What a consumer's span has to do with the messages that it handles (OpenTelemetry semantic
//! conventions for messaging, *consumer spans*).

use core::fmt;
use core::num::NonZeroU32;
use std::borrow::Cow;

use glassine::fields::RawField;
use glassine::policy::{Propagation, Role};
use glassine::{Carrier, FieldType, Origin, TraceContext};
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt, Tracer,
};
use opentelemetry::{Context, KeyValue};

use crate::capture::{attach, current, handling, is_handled_apart};
use crate::in_context::{EndsSpan, InContext};
use crate::span_context::{MADE_UP, span_context, to_span_context};
use crate::tracestate;

/// How a consumer's span refers to a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Relation {
    /// It links to it: a trace of its own, or a part of its surroundings'. The default of the
    /// conventions.
    #[default]
    Link,
    /// It is its child. For a single message; several are always linked to. An actor that sends to
    /// itself makes one trace without an end by this: what it tells itself is sent as a
    /// [link](Propagation::Link), or bare.
    Parent,
}

/// The rules by which a consumer makes spans. `Copy`, and made in a `const`.
///
/// A [`plan`](Self::plan) is right in every case: [`handle`](Plan::handle) and
/// [`handle_future`](Plan::handle_future) make OpenTelemetry's spans; with the feature `tracing`,
/// `in_span` and `instrument` take those of `tracing`. Where no span is to be made, the handler
/// still runs, and nothing that it calls or sends starts a trace:
///
/// | what is left of the message | may start, link | may start, parent | only continues |
/// |---|---|---|---|
/// | nothing known | root | root | suppressed |
/// | decided against | suppressed | suppressed | suppressed |
/// | continue, sampled | root, link | child | as on the left |
/// | continue, unsampled | suppressed | suppressed | suppressed |
/// | decide anew | root, link | root, link | suppressed |
/// | link | root, link | root, link | suppressed |
///
/// A *root* is a part of the trace of the surroundings if there is one, and the local sampler
/// decides. *Suppressed* is the handler within a valid, remote, unsampled span context, which
/// OpenTelemetry's default sampler, and every other that goes by the parent, takes for a decision.
///
/// Work that outlives the handler, or leaves its thread (`tokio::spawn`, `std::thread::spawn`, an
/// executor's pool), takes the context along by OpenTelemetry's
/// [`FutureExt::with_current_context`](opentelemetry::trace::FutureExt::with_current_context), or
/// by a context that is attached there. `in_current_span` of `tracing` alone does not do it: a
/// handler without a span has none to take along, and roots start; within a worker's span, the
/// worker's context comes back.
///
/// ```
/// use glassine::Origin;
/// use glassine::policy::Propagation;
/// use glassine_opentelemetry::{Consumer, capture};
/// use opentelemetry::trace::{FutureExt, noop::NoopTracer};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let marker = Origin::new(Propagation::Suppress);
/// let audit = Consumer::new().plan([&marker]).handle(&NoopTracer::new(), "handle order", || {
///     tokio::spawn(async { capture() }.with_current_context())
/// });
/// assert_eq!(audit.await.unwrap(), marker); // still: nothing is to start
/// # });
/// ```
///
/// ```
/// use glassine::{Origin, TraceContext};
/// use glassine_opentelemetry::{Consumer, Relation, capture};
/// use opentelemetry::trace::noop::NoopTracer;
///
/// const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let origin = Origin::from(context); // of a message that was received
/// let reply = CONSUMER.plan([&origin]).handle(&NoopTracer::new(), "handle order", || {
///     capture() // the origin of what is sent in here
/// });
/// assert_eq!(reply.context().map(TraceContext::trace_id), Some(context.trace_id()));
/// # Ok::<(), glassine::w3c::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Consumer {
    relation: Relation,
    role: Role,
    max_links: usize,
}

impl Consumer {
    /// Makes rules that link, may start traces, and make up to 128 links a span, which is what
    /// OpenTelemetry's SDKs keep by default.
    #[must_use]
    pub const fn new() -> Self {
        Self { relation: Relation::Link, role: Role::MayStart, max_links: 128 }
    }

    /// Sets how a span refers to a message. It can be chosen for each call.
    #[must_use]
    pub const fn with_relation(self, relation: Relation) -> Self {
        Self { relation, ..self }
    }

    /// Sets whether traces may start here.
    #[must_use]
    pub const fn with_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Sets how many links a span has at most.
    #[must_use]
    pub const fn with_max_links(self, max_links: usize) -> Self {
        Self { max_links, ..self }
    }

    /// Decides what a span that handles these messages refers to, or that there is to be none.
    ///
    /// One reason for a span among several messages is enough. Linked to are sampled contexts, and
    /// those to be decided anew: of the messages first, and then their sampled further contexts,
    /// which are no reason for a span by themselves. No messages, as when a timer flushes an empty
    /// batch, are like one of which nothing is known. Allocates for links and for a tracestate.
    #[must_use]
    #[inline]
    pub fn plan<'a>(&self, origins: impl IntoIterator<Item = &'a Origin>) -> Plan {
        let mut origins = origins.into_iter();
        match (origins.next(), origins.next()) {
            (Some(single), None) => self.plan_single(single),
            // Of no message nothing is known.
            (None, _) => self.plan_single(&Origin::default()),
            (first, second) => self.plan_all(None, first.into_iter().chain(second).chain(origins)),
        }
    }

    /// Nearly all plans are for one message, and of most of these the context is the parent,
    /// whatever it is that has been decided.
    #[inline]
    fn plan_single(&self, origin: &Origin) -> Plan {
        let is_plain_parent = self.relation == Relation::Parent && !origin.has_fields();
        match origin.propagation() {
            Propagation::Continue(context) if is_plain_parent || !context.is_sampled() => {
                Plan::new(Some(context), origin.clone())
            }
            _ => self.plan_single_apart(origin),
        }
    }

    /// Fields change nothing about that, but for further contexts.
    #[inline(never)]
    fn plan_single_apart(&self, origin: &Origin) -> Plan {
        match origin.propagation() {
            Propagation::Continue(context)
                if self.relation == Relation::Parent
                    && origin.carrier().further_contexts().next().is_none() =>
            {
                Plan::new(Some(context), origin.clone())
            }
            _ => self.plan_all(Some(origin), core::iter::once(origin)),
        }
    }

    #[inline(never)]
    fn plan_all<'a>(
        &self,
        single: Option<&Origin>,
        origins: impl Iterator<Item = &'a Origin>,
    ) -> Plan {
        let mut plan = Plan::new(None, single.cloned().unwrap_or_default());
        let mut makes_span = false;
        let mut further = Vec::new();
        let mut against = None;
        for origin in origins {
            let propagation = origin.propagation();
            makes_span |= self.role.admits(propagation);
            match propagation {
                Propagation::Continue(context) if !context.is_sampled() => {
                    against.get_or_insert(context);
                }
                Propagation::Continue(context)
                    if single.is_some() && self.relation == Relation::Parent =>
                {
                    plan.parent = Some(context);
                }
                Propagation::Continue(context)
                | Propagation::Resample(context)
                | Propagation::Link(context) => {
                    plan.link(self.max_links, || link(origin, context));
                }
                Propagation::Unknown | Propagation::Suppress => {}
            }
            if origin.has_fields() {
                let contexts = origin.carrier().further_contexts();
                further.extend(contexts.filter(|context| context.is_sampled()));
            }
        }
        if !makes_span {
            // The ids of a message that was decided against are those of its own trace.
            return Plan::new(Some(against.unwrap_or(MADE_UP)), plan.origin);
        }
        for context in further {
            plan.link(self.max_links, || Link::with_context(to_span_context(context)));
        }
        plan
    }

    /// Starts a span that handles these messages within `cx`, and gives the context with the span,
    /// for messages that are sent on as well ([`with_origin`](crate::with_origin)). Where no span
    /// is to be made, what runs within the context starts none either. Costs what
    /// [`plan`](Self::plan) and [`Plan::start`] do.
    #[must_use]
    pub fn start<'a, T>(
        &self,
        tracer: &T,
        name: impl Into<Cow<'static, str>>,
        cx: &Context,
        origins: impl IntoIterator<Item = &'a Origin>,
    ) -> Context
    where
        T: Tracer,
        T::Span: Send + Sync + 'static,
    {
        self.plan(origins).start(tracer, name, cx)
    }
}

impl Default for Consumer {
    fn default() -> Self {
        Self::new()
    }
}

/// What a span refers to, or that there is to be none; made by [`Consumer::plan`]. Asking for its
/// parts is O(1), but for a parent with a tracestate.
#[derive(Clone)]
pub struct Plan {
    /// Not sampled: no span is to be made, and this is what says so.
    parent: Option<TraceContext>,
    /// `None` without any, which is dropped without a call.
    links: Option<Vec<Link>>,
    links_left_out: usize,
    /// Of the one message, if it is one.
    origin: Origin,
}

impl Plan {
    /// The attribute by which a span says how many links were left out.
    pub const LINKS_LEFT_OUT: &str = "glassine.links_left_out";

    /// The attribute by which a span says how many messages the one that it handles stands for, and
    /// a link how many the one that it refers to. A span of a batch has it on its links alone:
    /// there, counts are summed over the links, and a link without it counts as one. So does a link
    /// to a further context, with which no weight travels, though it is of no message that came
    /// here. What is sent while a batch is handled counts anew, from one.
    pub const FAN_OUT_WEIGHT: &str = "glassine.fan_out_weight";

    /// A plan without links.
    const fn new(parent: Option<TraceContext>, origin: Origin) -> Self {
        Self { parent, links: None, links_left_out: 0, origin }
    }

    /// Whether a span is to be made.
    #[must_use]
    pub fn makes_span(&self) -> bool {
        self.parent.is_none_or(TraceContext::is_sampled)
    }

    /// The parent, if a span is to continue a trace. Allocates for a tracestate.
    #[must_use]
    pub fn parent(&self) -> Option<SpanContext> {
        self.continued().map(|context| remote(&self.origin, context))
    }

    pub(crate) fn continued(&self) -> Option<TraceContext> {
        self.parent.filter(|parent| parent.is_sampled())
    }

    /// What the span links to, with [how many messages](Self::FAN_OUT_WEIGHT) each one stands for
    /// where that is more than one. Further contexts of a message have none.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        self.links.as_deref().unwrap_or_default()
    }

    /// How many links were left out because there are too many.
    #[must_use]
    pub const fn links_left_out(&self) -> usize {
        self.links_left_out
    }

    /// How many messages the one that is handled stands for, if a fan-out has chosen it: for counts
    /// of spans. `None` for several messages.
    #[must_use]
    pub const fn fan_out_weight(&self) -> Option<NonZeroU32> {
        self.origin.weight()
    }

    /// Handles the messages within a span of this name, or without one, in the current context.
    ///
    /// The span is a consumer's, is current in `f`, and ends after it, even if it panics. Costs
    /// what [`start`](Self::start) does.
    pub fn handle<T, R>(
        self,
        tracer: &T,
        name: impl Into<Cow<'static, str>>,
        f: impl FnOnce() -> R,
    ) -> R
    where
        T: Tracer,
        T::Span: Send + Sync + 'static,
    {
        let cx = self.start(tracer, name, &current());
        let _current = attach(cx.clone());
        let _ends = EndsSpan(&cx);
        f()
    }

    /// Handles the messages as [`handle`](Self::handle) does, by a future: the context is current
    /// whenever the future runs, on whatever thread, and when it is dropped. The span ends with it:
    /// when it is ready, or dropped before, as one that loses a `select!` or runs out of time is.
    pub fn handle_future<T, N, F>(
        self,
        tracer: &T,
        name: N,
        future: F,
    ) -> impl Future<Output = F::Output> + use<T, N, F>
    where
        T: Tracer,
        T::Span: Send + Sync + 'static,
        N: Into<Cow<'static, str>>,
        F: Future,
    {
        let cx = self.start(tracer, name, &current());
        InContext::ending_span(cx, || future)
    }

    /// Makes the context in which the messages are handled, before there is a span: `cx` with the
    /// parent in place of its span, or with what suppresses spans where none is to be made, and
    /// with what messages that are sent within it carry on ([`with_origin`](crate::with_origin)).
    ///
    /// Made current, it is the surroundings of a handler that makes its span by itself, as one with
    /// `#[instrument]` does; links are not made then. Allocates as OpenTelemetry does for a context
    /// with a span, once, if there is a parent and nothing else to carry on, and nothing if there
    /// is neither. Otherwise it allocates for values of a context as well: a marker takes four
    /// allocations, fields about ten, and baggage more for each member.
    #[must_use]
    #[inline]
    pub fn context(&self, cx: &Context) -> Context {
        if is_handled_apart(cx, &self.origin) {
            return self.context_apart(cx);
        }
        match self.parent {
            // There are no fields, and so there is no tracestate.
            Some(context) => cx.with_remote_span_context(to_span_context(context)),
            None => cx.clone(),
        }
    }

    /// Starts a consumer span of this name within `cx`, if one is to be made, and gives the context
    /// with the span. Its attributes say [how many links were left out](Self::LINKS_LEFT_OUT) and
    /// [how many messages it stands for](Self::FAN_OUT_WEIGHT), where there is something to say.
    /// Allocates as OpenTelemetry does for a span and its links.
    ///
    /// A tracer that makes no span (its provider was shut down, or telemetry is suppressed in this
    /// scope) leaves the context of the message in its place: what is sent continues the message.
    #[must_use]
    pub fn start<T>(self, tracer: &T, name: impl Into<Cow<'static, str>>, cx: &Context) -> Context
    where
        T: Tracer,
        T::Span: Send + Sync + 'static,
    {
        self.start_builder(tracer, SpanBuilder::from_name(name).with_kind(SpanKind::Consumer), cx)
    }

    /// Starts a span as [`start`](Self::start) does, of a builder that says its kind, and the
    /// attributes that a sampler sees: those of the conventions, such as `messaging.system`.
    #[must_use]
    pub fn start_builder<T>(self, tracer: &T, builder: SpanBuilder, cx: &Context) -> Context
    where
        T: Tracer,
        T::Span: Send + Sync + 'static,
    {
        let cx = self.context(cx);
        if !self.makes_span() {
            return cx;
        }
        let mut builder = builder;
        let mut attributes = builder.attributes.take().unwrap_or_default();
        attributes.extend(self.attributes().map(|(key, value)| KeyValue::new(key, value)));
        if !attributes.is_empty() {
            builder.attributes = Some(attributes);
        }
        let links = self.links.unwrap_or_default();
        let span = tracer.build_with_context(builder.with_links(links), &cx);
        if span.span_context().is_valid() {
            return cx.with_span(span);
        }
        // What a tracer without a provider makes: a span that hands on what is around it, and is
        // nobody's to end.
        cx.with_remote_span_context(cx.span().span_context().clone())
    }

    #[inline(never)]
    fn context_apart(&self, cx: &Context) -> Context {
        let cx = handling(cx, &self.origin);
        match self.parent {
            Some(context) if context.is_sampled() => {
                cx.with_remote_span_context(remote(&self.origin, context))
            }
            Some(context) => cx.with_remote_span_context(to_span_context(context)),
            None => cx,
        }
    }

    /// What a span says of its messages.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let left_out = Some(self.links_left_out).filter(|left_out| *left_out > 0);
        let left_out =
            left_out.map(|n| (Self::LINKS_LEFT_OUT, i64::try_from(n).unwrap_or(i64::MAX)));
        left_out.into_iter().chain(weight(&self.origin))
    }

    fn link(&mut self, max_links: usize, link: impl FnOnce() -> Link) {
        if self.links().len() < max_links {
            self.links.get_or_insert_default().push(link());
        } else {
            self.links_left_out += 1;
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("makes_span", &self.makes_span())
            .field("parent", &self.continued())
            .field("links", &self.links().len())
            .field("links_left_out", &self.links_left_out)
            .finish_non_exhaustive()
    }
}

/// A link to a message, which says what it stands for.
fn link(origin: &Origin, context: TraceContext) -> Link {
    let attributes = weight(origin).map(|(key, value)| KeyValue::new(key, value));
    Link::new(remote(origin, context), attributes.into_iter().collect(), 0)
}

/// How many messages this one stands for, as an attribute.
fn weight(origin: &Origin) -> Option<(&'static str, i64)> {
    origin.weight().map(|weight| (Plan::FAN_OUT_WEIGHT, i64::from(weight.get())))
}

/// A context as the trust policy has left it, with the tracestate that came with its trace.
#[inline]
fn remote(origin: &Origin, context: TraceContext) -> SpanContext {
    if origin.has_fields() {
        return remote_with_fields(origin, context);
    }
    to_span_context(context)
}

#[cold]
fn remote_with_fields(origin: &Origin, context: TraceContext) -> SpanContext {
    let carrier = origin.carrier();
    // What an origin keeps is well-formed, and in the order of the types, of which this is the
    // lowest.
    match carrier.raw_fields().next().and_then(tracestate_of) {
        Some(text) if is_in_trace(carrier, context) => {
            span_context(context, tracestate::from_text(text))
        }
        _ => to_span_context(context),
    }
}

fn is_in_trace(carrier: Carrier<'_>, context: TraceContext) -> bool {
    carrier.context().is_some_and(|carried| carried.trace_id() == context.trace_id())
}

/// The text of a field that is known to be well-formed, if it is a tracestate.
fn tracestate_of(field: RawField<'_>) -> Option<&str> {
    let is_tracestate = field.field_type() == FieldType::TRACESTATE;
    if is_tracestate { core::str::from_utf8(field.value()).ok() } else { None }
}
