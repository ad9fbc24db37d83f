//! Text-map propagators write into messages and read from them: W3C's, B3, any that an application
//! has configured.

use std::cell::OnceCell;
use std::fmt;

use glassine::policy::Propagation;
use glassine::w3c::Traceparent;
use glassine::{Carrier, Field, Origin, TraceContext};
use opentelemetry::propagation::{Extractor, Injector};

use crate::span_context::{MADE_UP, from_span_context, is_made_up, to_span_context};

/// What a text-map propagator writes into. It packs what is set into an [`Origin`], which
/// [`Channel::wrap`](glassine::Channel::wrap) takes.
///
/// `traceparent` becomes the context, `tracestate` and `baggage` become fields of their own, and
/// any other key a text-map entry. Keys are compared without regard to ASCII case, and the last
/// value of a key counts, as in a map. Tracing never fails a message: what cannot be carried is
/// left out ([`set`](Self::set)).
///
/// A feature such as `opentelemetry` implements `Injector` of that release for this type, and
/// `Extractor` for [`TextMapExtractor`].
///
/// ```
/// use glassine_opentelemetry::TextMapInjector;
/// use glassine::policy::Propagation;
///
/// let mut injector = TextMapInjector::new();
/// injector.set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
/// injector.set("tracestate", "");
/// injector.set("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1");
///
/// let origin = injector.into_origin();
/// assert!(matches!(origin.propagation(), Propagation::Continue(context) if context.is_sampled()));
/// assert_eq!(origin.carrier().tracestate(), None);
/// assert!(origin.carrier().text_map("B3").is_some());
/// ```
#[derive(Clone, Default)]
pub struct TextMapInjector {
    context: Option<TraceContext>,
    tracestate: Option<String>,
    baggage: Option<String>,
    entries: Vec<(String, String)>,
}

impl TextMapInjector {
    /// One in which nothing is set. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { context: None, tracestate: None, baggage: None, entries: Vec::new() }
    }

    /// Sets the value of a key, in place of the one before.
    ///
    /// Left out in the end are a `traceparent` that is not
    /// [strictly](TraceContext::from_traceparent) W3C's; a `tracestate` or `baggage` that is empty
    /// (OpenTelemetry's propagator writes a `tracestate` for every span) or not header text; any
    /// other key that is not 1 to 255 visible ASCII characters. Copies the key of a text-map entry.
    /// O(entries).
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        match Place::of(key) {
            Place::Traceparent => {
                self.context = TraceContext::from_traceparent(value.as_bytes()).ok()
            }
            Place::Tracestate => self.tracestate = Some(value),
            Place::Baggage => self.baggage = Some(value),
            Place::Entry => self.set_entry(key, value),
        }
    }

    /// The origin of a message that carries what was set: its context is trusted, and is continued.
    /// What a propagator injects where nothing is to start, ids that nobody has given, is a
    /// [decision](Propagation::Suppress) without ids, as [`capture`](crate::capture) has it.
    /// A `tracestate` without a `traceparent` is left out, and what is too long for a carrier is
    /// shortened ([`Origin::with_fields`]). Without fields it allocates nothing.
    #[must_use]
    pub fn into_origin(self) -> Origin {
        let tracestate = self.tracestate.as_deref().map(Field::Tracestate);
        let baggage = self.baggage.as_deref().map(Field::Baggage);
        let entries = self.entries.iter().map(|(key, value)| Field::TextMap { key, value });
        let fields: Vec<_> = tracestate.into_iter().chain(baggage).chain(entries).collect();
        let origin = match self.context {
            Some(context) if !context.is_sampled() && is_made_up(context) => {
                Origin::new(Propagation::Suppress)
            }
            context => Origin::from(context),
        };
        origin.with_fields(&fields)
    }

    fn set_entry(&mut self, key: &str, value: String) {
        match self.entries.iter_mut().find(|(this, _)| this.eq_ignore_ascii_case(key)) {
            Some((_, before)) => *before = value,
            None => self.entries.push((key.into(), value)),
        }
    }
}

impl fmt::Debug for TextMapInjector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextMapInjector")
            .field("context", &self.context)
            .field("tracestate_len", &self.tracestate.as_ref().map(String::len))
            .field("baggage_len", &self.baggage.as_ref().map(String::len))
            .field("entries", &self.entries.len())
            .finish()
    }
}

/// What a text-map propagator reads from: an [`Origin`], or a [`Carrier`] that nobody has judged.
///
/// A context is there as `traceparent` only if it is to be continued: of one that is linked to, or
/// about which is to be decided anew, a propagator would make a parent. A decision against a trace
/// that came without ids is there with ids that nobody has given, not sampled: whoever goes by the
/// parent starts nothing. `tracestate` is there with its context or not at all, and a text-map
/// entry unless it came with another trace. What else an entry says is not looked into: it passed
/// the channel's [`AllowList`](glassine::policy::AllowList), and is believed as far as its
/// propagator goes.
///
/// A weight has no place in a text map: [`with_origin`](crate::with_origin) puts it into what was
/// extracted, as in the example of [`TextMapInjector`]'s `Injector`.
///
/// Text is borrowed from the message. `traceparent` alone is rendered, once, when it is first asked
/// for; nothing allocates. Of its flags it has sampled alone: OpenTelemetry 0.31 refuses a
/// `traceparent` with the random flag and loses the trace, and no release up to 0.33 reads that
/// flag. [`Origin::context`] has them all.
///
/// ```
/// use glassine::{Field, Origin, TraceContext};
/// use glassine_opentelemetry::TextMapExtractor;
/// use glassine::policy::Propagation;
///
/// let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let origin = Origin::from(context).with_fields(&[Field::Baggage("tenant=7")]);
/// let extractor = TextMapExtractor::from(&origin);
/// let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// assert_eq!(extractor.get("Traceparent"), Some(text));
/// assert_eq!(extractor.keys().collect::<Vec<_>>(), ["traceparent", "baggage"]);
///
/// let linked = Origin::new(Propagation::Link(context));
/// assert_eq!(TextMapExtractor::from(&linked).get("traceparent"), None);
/// # Ok::<(), glassine::w3c::ParseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TextMapExtractor<'a> {
    /// What a propagator may make a parent of.
    parent: Option<TraceContext>,
    traceparent: OnceCell<Traceparent>,
    carrier: Carrier<'a>,
    /// Whether the carrier is one of the same trace: an origin can have been given another since.
    is_in_trace: bool,
}

impl<'a> TextMapExtractor<'a> {
    /// The value of a key, which is compared without regard to ASCII case. O(fields).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        match Place::of(key) {
            Place::Traceparent => self.traceparent(),
            Place::Tracestate => self.carrier.tracestate().filter(|_| self.has_tracestate()),
            Place::Baggage => self.carrier.baggage(),
            Place::Entry => self.carrier.text_map(key).filter(|_| self.is_in_trace),
        }
    }

    /// The values of a key: one at most, as in a map.
    pub fn get_all(&self, key: &str) -> impl Iterator<Item = &str> + use<'_, 'a> {
        self.get(key).into_iter()
    }

    /// The keys that have a value; those of text-map entries as the sender wrote them. O(bytes +
    /// fields log fields), of at most 128 fields.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.parent.map(|_| TRACEPARENT).into_iter().chain(self.fields().map(|(key, _)| key))
    }

    fn traceparent(&self) -> Option<&str> {
        let parent = self.parent?;
        Some(self.traceparent.get_or_init(|| parent.to_traceparent_level_1()).as_str())
    }

    fn fields(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.carrier.fields().filter_map(|field| match field {
            Field::Tracestate(text) if self.has_tracestate() => Some((TRACESTATE, text)),
            Field::Baggage(text) => Some((BAGGAGE, text)),
            Field::TextMap { key, value } if self.is_in_trace => Some((key, value)),
            _ => None,
        })
    }

    const fn has_tracestate(&self) -> bool {
        self.parent.is_some() && self.is_in_trace
    }
}

impl<'a> From<&'a Origin> for TextMapExtractor<'a> {
    /// What the trust policy and the allow-list have left. O(1).
    fn from(origin: &'a Origin) -> Self {
        let parent = match origin.propagation() {
            Propagation::Continue(context) => Some(context),
            Propagation::Suppress => from_span_context(&to_span_context(MADE_UP)),
            // A parent would decide for the local sampler.
            Propagation::Resample(_) | Propagation::Link(_) | Propagation::Unknown => None,
        };
        let carrier = origin.carrier();
        let trace_of = |context: Option<TraceContext>| context.map(TraceContext::trace_id);
        let is_in_trace = trace_of(carrier.context()) == trace_of(origin.context());
        Self { parent, traceparent: OnceCell::new(), carrier, is_in_trace }
    }
}

impl<'a> From<Carrier<'a>> for TextMapExtractor<'a> {
    /// All that the message claims: no policy has seen it. A decision against a trace without ids
    /// is not in a carrier, but in an [`Origin`]. O(1).
    fn from(carrier: Carrier<'a>) -> Self {
        Self { parent: carrier.context(), traceparent: OnceCell::new(), carrier, is_in_trace: true }
    }
}

/// A propagator injects into a message.
///
/// The global propagator injects nothing unless the application has set one;
/// [`capture`](super::capture) works without. Keys other than W3C's pass a channel whose
/// allow-lists name them.
///
/// ```
/// use glassine::Channel;
/// use glassine_opentelemetry::{TextMapExtractor, TextMapInjector, with_origin};
/// use glassine::policy::{AllowList, Rollout, Trust};
/// use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
/// # use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags};
/// # use opentelemetry::trace::{TraceId, TraceState};
/// # use opentelemetry::{Context, KeyValue, baggage::BaggageExt};
/// use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
///
/// const TENANT: AllowList = AllowList::NONE.with_baggage(&["tenant"]);
/// static ORDERS: Channel = Channel::new()
///     .with_rollout(Rollout::On)
///     .with_trust(Trust::Accept)
///     .with_outbound_fields(TENANT)
///     .with_inbound_fields(TENANT);
///
/// let propagator = TextMapCompositePropagator::new(vec![
///     Box::new(TraceContextPropagator::new()),
///     Box::new(BaggagePropagator::new()),
/// ]);
/// # let (trace_id, span_id, flags) = (TraceId::from(1), SpanId::from(2), TraceFlags::SAMPLED);
/// # let span_context = SpanContext::new(trace_id, span_id, flags, false, TraceState::NONE);
/// # let cx = Context::new().with_remote_span_context(span_context);
/// # let cx = cx.with_baggage([KeyValue::new("tenant", "7")]);
///
/// let mut injector = TextMapInjector::new();
/// propagator.inject_context(&cx, &mut injector);
/// let message = ORDERS.wrap(&injector.into_origin(), &b"{\"id\":7}"[..]).into_bytes();
///
/// let received = ORDERS.receive(message);
/// let origin = received.origin();
/// let remote = propagator.extract(&TextMapExtractor::from(origin));
/// let remote = with_origin(&remote, origin); // its weight goes on as well
/// assert_eq!(remote.span().span_context().span_id(), cx.span().span_context().span_id());
/// assert_eq!(remote.baggage().get("tenant"), cx.baggage().get("tenant"));
/// ```
impl Injector for TextMapInjector {
    fn set(&mut self, key: &str, value: String) {
        Self::set(self, key, value);
    }
}

/// A propagator extracts from a message. `keys` and `get_all` allocate for their list.
impl Extractor for TextMapExtractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        Self::get(self, key)
    }

    fn keys(&self) -> Vec<&str> {
        Self::keys(self).collect()
    }
}

/// Where the value of a key belongs in a carrier (`R-FIELD-4`).
enum Place {
    Traceparent,
    Tracestate,
    Baggage,
    Entry,
}

impl Place {
    fn of(key: &str) -> Self {
        match key {
            _ if key.eq_ignore_ascii_case(TRACEPARENT) => Self::Traceparent,
            _ if key.eq_ignore_ascii_case(TRACESTATE) => Self::Tracestate,
            _ if key.eq_ignore_ascii_case(BAGGAGE) => Self::Baggage,
            _ => Self::Entry,
        }
    }
}

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const BAGGAGE: &str = "baggage";
