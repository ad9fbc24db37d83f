//! What a peer has to do.

use std::borrow::Cow;

use bytes::Bytes;
use glassine::TraceContext;
use inputs::{BAGGAGE, TRACESTATE};
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

    /// What was read, to be compared. Not measured.
    fn trace_context(found: Self::Found<'_>) -> Option<TraceContext>;
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
    /// All that is measured: nothing, a sampled context, and one with tracestate and baggage.
    #[must_use]
    pub fn all() -> [Self; 3] {
        let nothing = Self { name: "none", context: None, tracestate: None, baggage: None };
        let sampled = Self { name: "sampled", context: Some(inputs::context()), ..nothing };
        let fields = Self {
            name: "fields",
            tracestate: Some(TRACESTATE),
            baggage: Some(BAGGAGE),
            ..sampled
        };
        [nothing, sampled, fields]
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
    pub fn trace_context(self) -> Option<TraceContext> {
        Some(TraceContext::new(
            glassine::TraceId::from_bytes(self.trace_id)?,
            glassine::SpanId::from_bytes(self.span_id)?,
            glassine::TraceFlags::from_u8(self.flags),
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
