//! The jobs, and the messages they are done with.

use std::hint::black_box;

use bytes::Bytes;

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
}

impl Job {
    /// All that are measured.
    pub const ALL: [Self; 4] = [Self::Sampled, Self::Read, Self::Fields, Self::Write];

    /// Its name in the results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sampled => "sampled",
            Self::Read => "read",
            Self::Fields => "fields",
            Self::Write => "write",
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
        has_place.then_some(Self { says, context, payload, message, buffer })
    }

    /// Does a job, with all that it takes to drop the result.
    #[inline(always)]
    pub fn run(&mut self, job: Job) {
        match job {
            Job::Sampled => {
                black_box(P::is_sampled(&self.message));
            }
            Job::Read => {
                black_box(&P::read(&self.message));
            }
            Job::Fields => {
                black_box(&P::fields(&self.message));
            }
            Job::Write => {
                black_box(P::write(&mut self.buffer, &self.context, &self.payload));
            }
        }
    }
}

/// The lengths of the payloads in bytes.
pub const PAYLOADS: [usize; 3] = [64, 1024, 65_536];
