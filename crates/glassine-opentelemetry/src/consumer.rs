//! What a consumer's span has to do with the messages that it handles (OpenTelemetry semantic
//! conventions for messaging, *consumer spans*).

use core::fmt;
use core::num::NonZeroU32;
use std::borrow::Cow;
use std::vec::Vec;

use glassine::policy::{Propagation, Role};
use glassine::{Origin, TraceContext};
use opentelemetry::trace::{Link, Span, SpanContext, SpanKind, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};

use crate::capture::with_origin;
use crate::span_context::{from_span_context, span_context, to_span_context, tracestate};

/// How a consumer's span refers to a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Relation {
    /// It links to it: a trace of its own, or a part of its surroundings'. The default of the
    /// conventions.
    #[default]
    Link,
    /// It is its child. For a single message; several are always linked to.
    Parent,
}

/// The rules by which a consumer makes spans. `Copy`, and made in a `const`.
///
/// ```
/// use glassine_opentelemetry::{Consumer, Relation, capture_from};
/// use glassine::{Origin, TraceContext};
/// use opentelemetry::{Context, trace::noop::NoopTracer};
///
/// const CONSUMER: Consumer = Consumer::new().with_relation(Relation::Parent);
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let origin = Origin::from(context); // of a message that was received
/// let cx = CONSUMER.start(&NoopTracer::new(), "handle order", &Context::new(), [&origin]);
/// let reply = capture_from(&cx); // the origin of what is sent within `cx`
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
    /// Links, may start traces, and makes up to 128 links a span, which is what OpenTelemetry's
    /// SDKs keep by default.
    #[must_use]
    pub const fn new() -> Self {
        Self { relation: Relation::Link, role: Role::MayStart, max_links: 128 }
    }

    /// The same with this relation. It can be chosen for each call.
    #[must_use]
    pub const fn with_relation(self, relation: Relation) -> Self {
        Self { relation, ..self }
    }

    /// The same with this role: one that may only continue makes no span where nothing came in.
    #[must_use]
    pub const fn with_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// The same with at most so many links a span.
    #[must_use]
    pub const fn with_max_links(self, max_links: usize) -> Self {
        Self { max_links, ..self }
    }

    /// What a span that handles these messages refers to. `None`: no span is to be made.
    ///
    /// A message that was decided against is no reason for a span, and neither is one about which
    /// nothing is known if the role may only continue; one reason among several messages is enough.
    /// Linked to are sampled contexts only, those of the messages first and then their further
    /// contexts. Allocates for links and for a tracestate.
    #[must_use]
    pub fn plan<'a>(&self, origins: impl IntoIterator<Item = &'a Origin>) -> Option<Plan> {
        let mut origins = origins.into_iter().peekable();
        let first = origins.next()?;
        let single = origins.peek().is_none();
        let mut plan = Plan {
            parent: None,
            links: Vec::new(),
            links_left_out: 0,
            origin: single.then(|| first.clone()),
        };
        let mut further = Vec::new();
        let mut admitted = false;
        for origin in core::iter::once(first).chain(origins) {
            let may_be_parent = single && self.relation == Relation::Parent;
            admitted |= match origin.propagation() {
                Propagation::Continue(context) | Propagation::Resample(context)
                    if may_be_parent =>
                {
                    plan.parent = Some(remote(origin, context));
                    true
                }
                Propagation::Continue(context) | Propagation::Link(context)
                    if context.is_sampled() =>
                {
                    plan.link(self.max_links, || remote(origin, context));
                    true
                }
                // What is decided here is decided for a trace of its own.
                Propagation::Resample(_) => true,
                Propagation::Continue(_) | Propagation::Link(_) | Propagation::Suppress => false,
                Propagation::Unknown => self.role.admits(Propagation::Unknown),
            };
            further
                .extend(origin.carrier().further_contexts().filter(|context| context.is_sampled()));
        }
        for context in further {
            plan.link(self.max_links, || to_span_context(context));
            admitted = true;
        }
        admitted.then_some(plan)
    }

    /// Starts a span that handles these messages within `cx`, and gives the context with the span,
    /// for messages that are sent on as well ([`with_origin`]). Where no span is to be made, it is
    /// `cx` without one, not even that of the surroundings. Costs what [`plan`](Self::plan) and
    /// [`Plan::start`] do.
    #[must_use]
    pub fn start<'a, T>(
        &self,
        tracer: &T,
        name: impl Into<Cow<'static, str>>,
        cx: &Context,
        origins: impl IntoIterator<Item = &'a Origin> + Clone,
    ) -> Context
    where
        T: Tracer,
        T::Span: Send + Sync + 'static,
    {
        match self.plan(origins.clone()) {
            Some(plan) => plan.start(tracer, name, cx),
            None => {
                // A span of the surroundings is not the handler's to end.
                let cx = match cx.has_active_span() {
                    true => cx.with_remote_span_context(SpanContext::NONE),
                    false => cx.clone(),
                };
                let is_decided =
                    origins.into_iter().any(|origin| origin.propagation() != Propagation::Unknown);
                if is_decided { with_origin(&cx, &Origin::new(Propagation::Suppress)) } else { cx }
            }
        }
    }
}

impl Default for Consumer {
    fn default() -> Self {
        Self::new()
    }
}

/// What a span refers to; made by [`Consumer::plan`]. Asking for its parts is O(1).
#[derive(Clone)]
pub struct Plan {
    parent: Option<SpanContext>,
    links: Vec<SpanContext>,
    links_left_out: usize,
    /// Of the one message, if it is one.
    origin: Option<Origin>,
}

impl Plan {
    /// The attribute by which a span says how many links were left out.
    pub const LINKS_LEFT_OUT: &str = "glassine.links_left_out";

    /// The attribute by which a span says how many messages the one that it handles stands for.
    pub const FAN_OUT_WEIGHT: &str = "glassine.fan_out_weight";

    /// The parent, if the span is to continue a trace.
    #[must_use]
    pub const fn parent(&self) -> Option<&SpanContext> {
        self.parent.as_ref()
    }

    /// What the span links to.
    #[must_use]
    pub fn links(&self) -> &[SpanContext] {
        &self.links
    }

    /// How many links were left out because there are too many.
    #[must_use]
    pub const fn links_left_out(&self) -> usize {
        self.links_left_out
    }

    /// How many messages the one that is handled stands for, if a fan-out has chosen it: for counts
    /// of spans. `None` for several messages.
    #[must_use]
    pub fn fan_out_weight(&self) -> Option<NonZeroU32> {
        self.origin.as_ref()?.weight()
    }

    /// `cx` with the parent in place of its span, and with what messages that are sent within it
    /// carry on. Allocates as OpenTelemetry does for a context with a span.
    #[must_use]
    pub fn parent_context(&self, cx: &Context) -> Context {
        let cx = self.origin.as_ref().map_or_else(|| cx.clone(), |origin| with_origin(cx, origin));
        self.parent.iter().fold(cx, |cx, parent| cx.with_remote_span_context(parent.clone()))
    }

    /// Starts a consumer span of this name within `cx`, and gives the context with the span. Its
    /// attributes say [how many links were left out](Self::LINKS_LEFT_OUT) and [how many messages
    /// it stands for](Self::FAN_OUT_WEIGHT), where there is something to say. Allocates as
    /// OpenTelemetry does for a span and its links.
    #[must_use]
    pub fn start<T>(self, tracer: &T, name: impl Into<Cow<'static, str>>, cx: &Context) -> Context
    where
        T: Tracer,
        T::Span: Send + Sync + 'static,
    {
        let cx = self.parent_context(cx);
        let (left_out, weight) = (self.links_left_out, self.fan_out_weight());
        let links = self.links.into_iter().map(Link::with_context).collect();
        let builder = tracer.span_builder(name).with_kind(SpanKind::Consumer).with_links(links);
        let mut span = tracer.build_with_context(builder, &cx);
        if left_out > 0 {
            span.set_attribute(KeyValue::new(
                Self::LINKS_LEFT_OUT,
                i64::try_from(left_out).unwrap_or(i64::MAX),
            ));
        }
        if let Some(weight) = weight {
            span.set_attribute(KeyValue::new(Self::FAN_OUT_WEIGHT, i64::from(weight.get())));
        }
        cx.with_span(span)
    }

    fn link(&mut self, max_links: usize, span_context: impl FnOnce() -> SpanContext) {
        if self.links.len() < max_links {
            self.links.push(span_context())
        } else {
            self.links_left_out += 1
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("parent", &self.parent.as_ref().and_then(from_span_context))
            .field("links", &self.links.len())
            .field("links_left_out", &self.links_left_out)
            .finish_non_exhaustive()
    }
}

/// A context as the trust policy has left it, with the tracestate that came with its trace.
fn remote(origin: &Origin, context: TraceContext) -> SpanContext {
    let carrier = origin.carrier();
    match carrier.context() {
        Some(carried) if carried.trace_id() == context.trace_id() => {
            span_context(context, tracestate(carrier))
        }
        _ => to_span_context(context),
    }
}
