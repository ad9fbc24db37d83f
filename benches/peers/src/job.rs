//! The jobs, and the messages they are done with.

use std::hint::black_box;

use bytes::Bytes;
use glassine::SpanId;
use glassine_opentelemetry::to_span_context;
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

use crate::peer::{Peer, Says};

/// What is done with a message, by one peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Job {
    /// Is it sampled?
    Sampled,
    /// Context and payload.
    Read,
    /// Tracestate and baggage, as text.
    Fields,
    /// A context in front of a payload, into a buffer that is used again.
    Write,
    /// A context of OpenTelemetry from a message, and its payload.
    ToOpenTelemetry,
    /// A message from a context of OpenTelemetry.
    FromOpenTelemetry,
    /// A new span id in place.
    Reparent,
}

impl Job {
    /// All that are measured.
    pub const ALL: [Self; 7] = [
        Self::Sampled,
        Self::Read,
        Self::Fields,
        Self::Write,
        Self::ToOpenTelemetry,
        Self::FromOpenTelemetry,
        Self::Reparent,
    ];

    /// Its name in the results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sampled => "sampled",
            Self::Read => "read",
            Self::Fields => "fields",
            Self::Write => "write",
            Self::ToOpenTelemetry => "to_opentelemetry",
            Self::FromOpenTelemetry => "from_opentelemetry",
            Self::Reparent => "reparent",
        }
    }
}

/// One peer's message, and what it is written from.
#[derive(Debug)]
#[non_exhaustive]
pub struct Case<P: Peer> {
    /// What the message says.
    pub says: Says,
    /// What the sender has.
    pub context: P::Context,
    /// The payload.
    pub payload: Bytes,
    /// The message as it was written.
    pub message: Bytes,
    /// A buffer that has held it.
    pub buffer: P::Buffer,
    /// A message that may be changed.
    changed: Vec<u8>,
    /// The same context as OpenTelemetry has it.
    opentelemetry: Context,
}

impl<P: Peer> Case<P> {
    /// Makes the message; nothing, where the form has no place for what it says.
    ///
    /// # Panics
    /// If a peer fails to read what it has written.
    #[must_use]
    pub fn new(says: Says, payload_len: usize) -> Option<Self> {
        let payload = Bytes::from(inputs::payload(payload_len));
        let context = P::context(says);
        let mut buffer = P::Buffer::default();
        let message = Bytes::copy_from_slice(P::write(&mut buffer, &context, &payload));
        // Its references are counted from here on: the first copy of a `Bytes` costs more.
        drop((payload.clone(), message.clone()));
        let has_place = !says.has_fields() || P::fields(&message).is_some();
        let changed = message.to_vec();
        let opentelemetry = says.context.map_or_else(Context::new, |context| {
            Context::new().with_remote_span_context(to_span_context(context))
        });
        let case = Self { says, context, payload, message, buffer, changed, opentelemetry };
        has_place.then_some(case)
    }

    /// Whether a job is done with what the message says, and the form is able to do it.
    #[must_use]
    pub fn has(&mut self, job: Job) -> bool {
        let is_plain = !self.says.has_fields() && self.says.context.is_some_and(|c| c.is_sampled());
        match job {
            Job::Sampled | Job::Read | Job::Write => true,
            Job::Fields => self.says.has_fields(),
            Job::ToOpenTelemetry | Job::FromOpenTelemetry => is_plain,
            Job::Reparent => is_plain && P::reparent(&mut self.changed, SPAN_ID),
        }
    }

    /// Does a job, with all that it takes to drop the result.
    #[inline(always)]
    pub fn run(&mut self, job: Job) {
        match job {
            Job::Sampled => {
                black_box(P::is_sampled(&self.message));
            }
            Job::Read => {
                let (found, payload) = P::read(&self.message);
                black_box(&found);
                consume(payload.as_ref());
            }
            Job::Fields => {
                black_box(&P::fields(&self.message));
            }
            Job::Write => {
                consume(P::write(&mut self.buffer, &self.context, &self.payload));
            }
            Job::ToOpenTelemetry => {
                let (context, payload) = P::to_opentelemetry(&self.message);
                black_box(&context);
                consume(payload.as_ref());
            }
            Job::FromOpenTelemetry => {
                let (context, payload) = (&self.opentelemetry, &self.payload);
                consume(P::from_opentelemetry(&mut self.buffer, context, payload));
            }
            Job::Reparent => {
                black_box(P::reparent(black_box(&mut self.changed), black_box(SPAN_ID)));
            }
        }
    }
}

/// Pointer and length apart: as one value they would be written, and read at once in another size,
/// which takes longer than some of the jobs.
#[inline(always)]
fn consume(bytes: &[u8]) {
    black_box(bytes.as_ptr());
    black_box(bytes.len());
}

/// What a relay writes.
const SPAN_ID: SpanId = match SpanId::from_u64(7) {
    Some(span_id) => span_id,
    None => unreachable!(),
};

/// The lengths of the payloads in bytes.
pub const PAYLOADS: [usize; 3] = [64, 1024, 65_536];
