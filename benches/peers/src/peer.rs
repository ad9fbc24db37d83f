//! What a peer has to do.

use std::borrow::Cow;

use bytes::Bytes;
use glassine::{SpanId, TraceContext, TraceFlags};
use glassine_opentelemetry::{from_span_context, to_span_context};
use inputs::{BAGGAGE, TRACESTATE};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// A way to send a context in front of a payload.
///
/// Each method does what a program of this form would do, and no more. Where text has to be parsed
/// and the peer has no parser, it is Glassine's: the fastest there is here.
pub trait Peer {
    /// Its name in the results.
    const NAME: &'static str;
    /// What it is able to do beside the jobs.
    const ABILITIES: Abilities;
    /// Whether a context that is not sampled is sent at all.
    const SENDS_UNSAMPLED: bool = true;
    /// What a message is written into, again and again.
    type Buffer: Default;
    /// The context as the sender has it.
    type Context;
    /// The context as the receiver wants it: ids and flags, which can be used without more work.
    type Found<'m>;
    /// The payload as the receiver gets it.
    type Payload<'m>: AsRef<[u8]>;

    /// What the sender has. Not measured.
    fn context(says: Says) -> Self::Context;

    /// Writes a message in place of the one that the buffer has.
    fn write<'b>(
        buffer: &'b mut Self::Buffer,
        context: &Self::Context,
        payload: &Bytes,
    ) -> &'b [u8];

    /// Tells whether a message has a context that is sampled.
    fn is_sampled(message: &Bytes) -> bool;

    /// Gives context and payload. Tracestate and baggage are not wanted.
    fn read(message: &Bytes) -> (Option<Self::Found<'_>>, Self::Payload<'_>);

    /// Gives tracestate and baggage, if the form has a place for them.
    fn fields(message: &Bytes) -> Option<Fields<'_>>;

    /// What was read, as Glassine's value.
    fn trace_context(found: Self::Found<'_>) -> Option<TraceContext>;

    /// Makes a context of OpenTelemetry that a span can continue, and gives the payload. Tracestate
    /// and baggage are not wanted.
    #[inline]
    fn to_opentelemetry(message: &Bytes) -> (Context, Self::Payload<'_>) {
        let (found, payload) = Self::read(message);
        let context = found.and_then(Self::trace_context).map_or_else(Context::new, |context| {
            Context::new().with_remote_span_context(to_span_context(context))
        });
        (context, payload)
    }

    /// Writes a message from a context of OpenTelemetry.
    #[inline]
    fn from_opentelemetry<'b>(
        buffer: &'b mut Self::Buffer,
        context: &Context,
        payload: &Bytes,
    ) -> &'b [u8] {
        let says = Says::context_alone(from_span_context(context.span().span_context()));
        Self::write(buffer, &Self::context(says), payload)
    }

    /// Gives a message a new span id where it stands, as relays do; or tells that the form has no
    /// place at which to do so.
    #[inline]
    fn reparent(_message: &mut [u8], _span_id: SpanId) -> bool {
        false
    }
}

/// Tracestate and baggage as text.
pub type Fields<'m> = (Option<Cow<'m, str>>, Option<Cow<'m, str>>);

/// Whether a form could live where some senders are not upgraded, and on a fleet that goes on.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Abilities {
    /// Whether a bare message is told from a wrapped one, and by what.
    pub tells_bare: &'static str,
    /// Whether the payload of a later, unknown version can be read, and by what.
    pub reads_later: &'static str,
}

impl Abilities {
    /// A form by the answers to both questions.
    #[must_use]
    pub const fn new(tells_bare: &'static str, reads_later: &'static str) -> Self {
        Self { tells_bare, reads_later }
    }
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Says {
    /// Its name in the results.
    pub name: &'static str,
    /// The context, if any.
    pub context: Option<TraceContext>,
    /// Three members of tracestate, if any.
    pub tracestate: Option<&'static str>,
    /// Five members of baggage, if any.
    pub baggage: Option<&'static str>,
}

impl Says {
    /// All that is measured: nothing, a context that is not sampled, one that is, and the same with
    /// tracestate and baggage.
    #[must_use]
    pub fn all() -> [Self; 4] {
        let sampled = inputs::context();
        let unsampled = sampled.with_flags(TraceFlags::NONE);
        let named = |name, context| Self { name, ..Self::context_alone(context) };
        let nothing = named("none", None);
        let unsampled = named("unsampled", Some(unsampled));
        let sampled = named("sampled", Some(sampled));
        let fields = Self {
            name: "fields",
            tracestate: Some(TRACESTATE),
            baggage: Some(BAGGAGE),
            ..sampled
        };
        [nothing, unsampled, sampled, fields]
    }

    /// A context without anything beside it, or none.
    #[must_use]
    #[inline]
    pub const fn context_alone(context: Option<TraceContext>) -> Self {
        Self { name: "", context, tracestate: None, baggage: None }
    }

    /// Whether there is anything beside the context.
    #[must_use]
    pub const fn has_fields(&self) -> bool {
        self.tracestate.is_some()
    }
}

/// Ids and flags in 25 bytes, for forms that keep them as they are.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
#[non_exhaustive]
pub struct Ids {
    /// The trace id.
    pub trace_id: [u8; 16],
    /// The span id.
    pub span_id: [u8; 8],
    /// The trace flags.
    pub flags: u8,
}

impl Ids {
    /// No context: ids of zero are none.
    pub const NONE: Self = Self { trace_id: [0; 16], span_id: [0; 8], flags: 0 };

    /// Puts ids and flags together.
    #[must_use]
    #[inline]
    pub const fn new(trace_id: [u8; 16], span_id: [u8; 8], flags: u8) -> Self {
        Self { trace_id, span_id, flags }
    }

    /// Whether the flag is set.
    #[must_use]
    #[inline]
    pub const fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// The same as Glassine's value, if the ids are not zero.
    #[must_use]
    #[inline]
    pub fn trace_context(self) -> Option<TraceContext> {
        Some(TraceContext::new(
            glassine::TraceId::from_bytes(self.trace_id)?,
            SpanId::from_bytes(self.span_id)?,
            TraceFlags::from_u8(self.flags),
        ))
    }
}

impl From<TraceContext> for Ids {
    #[inline]
    fn from(context: TraceContext) -> Self {
        Self {
            trace_id: context.trace_id().to_bytes(),
            span_id: context.span_id().to_bytes(),
            flags: context.flags().to_u8(),
        }
    }
}
