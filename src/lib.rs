//! A small envelope that carries a trace context with any message, over any transport.
//!
//! Transports without headers (actor mailboxes, Redis pub/sub, MQTT 3.1.1, ZeroMQ, UDP, raw TCP,
//! job tables) lose the trace at every hop. Glassine puts 32 bytes in front of the payload: trace
//! id, span id, trace flags. A message without them is its own payload, so that old and new
//! programs share a channel while a fleet is upgraded. The format is specified for every language
//! in `spec/glassine.md`; the names of its sections and requirements (`R-READ-3`) are cited
//! throughout.
//!
//! If your transport has headers, use those, and read no further.
//!
//! # Receiving
//!
//! Reading is total: every byte string has a reading, and every reading has a payload. It looks at
//! the header and at nothing else.
//!
//! ```
//! use glassine::{Reading, Verdict};
//!
//! fn receive(bytes: &[u8]) {
//!     let message = Reading::read(bytes);
//!     if message.claims_sampled() {
//!         // A claim, not a fact: this is where a trust policy stands.
//!         if let Some(context) = message.context() {
//!             println!("continue {} under {}", context.trace_id(), context.span_id());
//!         }
//!     }
//!     handle(message.payload());
//! }
//!
//! fn handle(payload: &[u8]) {
//!     assert_eq!(payload, b"{\"id\":7}");
//! }
//!
//! receive(b"{\"id\":7}"); // from an old sender
//! receive(b"\x9E\x01\xC1\xDE\x03\x03\x00\x18\
//!           \x4B\xF9\x2F\x35\x77\xB3\x4D\xA6\xA3\xCE\x92\x9D\x0E\x0E\x47\x36\
//!           \x00\xF0\x67\xAA\x0B\xA9\x02\xB7{\"id\":7}"); // from a new one
//! assert_eq!(Reading::read(b"\x9E\x01\xC1\xDE").verdict(), Verdict::Damaged); // delivered whole
//! ```
//!
//! # Sending
//!
//! What there is to say goes into an [`Envelope`]; without anything to say, the payload goes as it
//! is, unless its first byte
//! [asks for the escape](needs_escape).
//!
//! ```
//! use glassine::{Envelope, Reading, TraceContext, needs_escape};
//!
//! fn send(context: Option<TraceContext>, payload: &[u8], out: &mut [u8]) -> Result<usize, glassine::EncodeError> {
//!     let at = match context.filter(|context| context.is_sampled()) {
//!         Some(context) => Envelope::new(context).encode_to_slice(out)?,
//!         None if needs_escape(payload) => Envelope::escape().encode_to_slice(out)?,
//!         None => 0,
//!     };
//!     out[at..at + payload.len()].copy_from_slice(payload);
//!     Ok(at + payload.len())
//! }
//!
//! let mut out = [0; 64];
//! let context = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
//! let len = send(Some(context), b"hi", &mut out)?;
//! assert_eq!(len, 34);
//! assert_eq!(Reading::read(&out[..len]).context(), Some(context));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With the features `policy` and `bytes`, `Channel` decides all of this: rollout, trust, sampling,
//! escape. With the feature `bytes`, `Wrapped` does the same as one `bytes::Buf` that never copies
//! the payload, and `SharedReading` reads without copying it.
//!
//! # A hop
//!
//! [`reparent`] gives a frame that passes through the span id of the hop, in place.
//! [`Envelope::with_kept_fields`] writes a new frame with what an old one carried.
//!
//! # What it promises
//!
//! - Reading never allocates, never panics and never loses a message; nothing in the carrier is
//!   parsed before it is asked for.
//! - The payload comes out as it went in. Nothing looks at it, but for its first byte.
//! - Fields that are unknown to this release survive a change of the frame if their type says so.
//! - `no_std`, no dependencies and no `unsafe` without features; every feature only adds.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `alloc` | `OwnedReading`, `Envelope::encode_to_vec` |
//! | `std` | vectored writes of `Wrapped` |
//! | `bytes` | `SharedReading`, `Wrapped`, `EncodedEnvelope`, `Envelope::encode` |
//! | `text` | the text form: `TextReading`, `Envelope::encode_to_text` |
//! | `policy` | `Rollout`, `Trust`, `FanOut`, `Counters`; with `bytes`, `Channel`, `Origin`, `Traced`, `Broadcast`, `AllowList` |
//! | `opentelemetry_0_31`, `opentelemetry_0_32`, `opentelemetry` | the module of the same name: contexts in and out, consumer spans, propagators, metrics |
//! | `tracing-opentelemetry_0_32`, `_0_33`, `_0_34` | `Plan::apply_to` for spans of `tracing`, in the module of the OpenTelemetry release that goes with it |
//! | `tokio_1` | `tokio_1` in the module of each OpenTelemetry release: ends of tokio's channels |
//! | `prost_0_14`, `rmp-serde` | `prost_0_14`, `rmp_serde`: typed payloads, written straight after the header |
//! | `serde` | `serde`'s traits for contexts, ids, flags, verdicts, decisions; with `policy`, for `Rollout`, `Share`, `Trust`, `Role`, `Unsampled`, by their names in snake case |
//! | `cli` | the command-line tool `glassine` |
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod grease;
#[cfg(feature = "policy")]
pub mod policy;
#[cfg(feature = "prost_0_14")]
pub mod prost_0_14;
#[cfg(feature = "rmp-serde")]
pub mod rmp_serde;
#[cfg(feature = "text")]
pub mod text;
pub mod w3c;
pub mod wire;

pub mod fields {
    //! The iterators over a [`Carrier`](crate::Carrier)'s fields, and fields that nobody has
    //! judged.

    pub use crate::carrier::{Fields, RawField, RawFields};
}

mod carrier;
#[cfg(all(feature = "policy", feature = "bytes"))]
mod channel;
mod context;
mod encode_error;
#[cfg(feature = "bytes")]
mod encoded_envelope;
mod envelope;
mod fault;
mod field;
mod flags;
mod head;
mod hex;
mod id;
mod kinds;
mod mode;
#[cfg(feature = "alloc")]
mod owned_reading;
mod reader;
mod reading;
mod reparent;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "bytes")]
mod shared_reading;
mod shorten;
mod verdict;
#[cfg(feature = "bytes")]
mod wrapped;

pub use self::carrier::Carrier;
#[cfg(all(feature = "policy", feature = "bytes"))]
pub use self::channel::{Channel, origin::Origin, traced::Traced};
pub use self::context::TraceContext;
pub use self::encode_error::{EncodeError, EncodeErrorKind};
#[cfg(feature = "bytes")]
pub use self::encoded_envelope::EncodedEnvelope;
pub use self::envelope::{Envelope, needs_escape};
pub use self::fault::{Fault, FaultKind};
pub use self::field::{Field, FieldType};
pub use self::flags::TraceFlags;
pub use self::id::{SpanId, TraceId};
pub use self::mode::Mode;
#[cfg(feature = "alloc")]
pub use self::owned_reading::OwnedReading;
pub use self::reader::{Incomplete, Reader};
pub use self::reading::Reading;
pub use self::reparent::reparent;
#[cfg(feature = "bytes")]
pub use self::shared_reading::{Refused, SharedReading};
pub use self::shorten::shorten;
pub use self::verdict::{Decision, Verdict};
#[cfg(feature = "bytes")]
pub use self::wrapped::Wrapped;
