//! Carries a trace context with any message, over any transport, in a small envelope.
//!
//! Transports without headers (actor mailboxes, Redis pub/sub, MQTT 3.1.1, ZeroMQ, UDP, raw TCP,
//! job tables) lose the trace at every hop. Glassine puts 32 bytes in front of the payload: trace
//! id, span id, trace flags. A message without them is its own payload, so that old and new
//! programs share a channel while a fleet is upgraded.
//!
//! If your transport has headers, put `traceparent` there: you do not need this crate.
//!
//! # Which part do you need?
//!
//! | you want to… | use |
//! |---|---|
//! | send and receive messages, and roll this out on a live fleet | a [`Channel`], as below |
//! | continue traces of OpenTelemetry or `tracing` | the crate [`glassine-opentelemetry`] |
//! | use tokio's channels as before, with the context of each message | the crate [`glassine-tokio`]; for OpenTelemetry, `glassine-opentelemetry` with its feature `tokio` |
//! | decide everything yourself, or have no allocator | the codec: [`Reading`] to [receive](#receiving), [`Envelope`] to [send](#sending) |
//! | change the span id of a frame that passes through | [`reparent`] |
//! | send over a transport that takes text only | the module [`text`] |
//! | look at messages, or count before a rollout how they would be read | the tool [`glassine-cli`] |
//! | read or write the format in another language | the [specification](crate::spec) |
//!
//! A [`Channel`] holds what a program decides about the messages between a set of senders and
//! receivers: whether context is sent, how far peers are trusted, and what is counted.
//!
#![cfg_attr(all(feature = "bytes", feature = "policy"), doc = "```")]
#![cfg_attr(not(all(feature = "bytes", feature = "policy")), doc = "```ignore")]
//! use bytes::Bytes;
//! use glassine::policy::{Propagation, Rollout, Trust};
//! use glassine::{Channel, Origin, TraceContext};
//!
//! // Without `with_trust`, inbound context is dropped: say how far you trust your peers.
//! static ORDERS: Channel = Channel::new().with_trust(Trust::Accept);
//!
//! // Once every receiver is upgraded. Until then, payloads are sent as they are.
//! ORDERS.switch().set(Rollout::On);
//!
//! // The sender: the context is that of the span that sends.
//! let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
//! let message = ORDERS.wrap(&Origin::from(context), Bytes::from("{\"id\":7}")).into_bytes();
//!
//! // The receiver: every message has a payload, with an envelope or without.
//! let (payload, origin) = ORDERS.receive(message).into_parts();
//! assert_eq!(payload, "{\"id\":7}");
//! assert_eq!(origin.propagation(), Propagation::Continue(context));
//! # Ok::<(), glassine::w3c::ParseError>(())
//! ```
//!
//! # Receiving
//!
//! The codec reads every byte string, and every reading has a payload. It looks at the header and
//! at nothing else.
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
//! What there is to say goes into an [`Envelope`]. Without anything to say, the payload goes as it
//! is, unless its first byte [asks for the escape](needs_escape).
//!
//! ```
//! use glassine::{EncodeError, Envelope, Reading, TraceContext, needs_escape};
//!
//! /// Writes the message to `out`, and returns its length.
//! fn send(
//!     context: Option<TraceContext>,
//!     payload: &[u8],
//!     out: &mut [u8],
//! ) -> Result<usize, EncodeError> {
//!     match context.filter(|context| context.is_sampled()) {
//!         Some(context) => Envelope::new(context).encode_frame_to_slice(payload, out),
//!         None if needs_escape(payload) => Envelope::escape().encode_frame_to_slice(payload, out),
//!         None => {
//!             out[..payload.len()].copy_from_slice(payload);
//!             Ok(payload.len())
//!         }
//!     }
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
//! With the feature `bytes`, [`Wrapped`] does the same as one `bytes::Buf` that does not copy the
//! payload, and [`SharedReading`] reads without copying it.
//!
//! # What it promises
//!
//! - Reading never allocates, never panics and never loses a message. Nothing in the carrier is
//!   parsed before it is asked for.
//! - The payload comes out as it went in. Nothing looks at it, but for its first byte.
//! - Fields that are unknown to this release survive a change of the frame if their type says so.
//! - `no_std`, no dependencies and no `unsafe` without features. Every feature only adds.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `alloc` | [`OwnedReading`], `Envelope::encode_to_vec` |
//! | `std` | vectored writes of `Wrapped` |
//! | `bytes` | [`SharedReading`], [`Wrapped`], `EncodedEnvelope`, `Envelope::encode` |
//! | `text` | the module [`text`]: `TextReading`, `Envelope::encode_to_text` |
//! | `policy` | the module [`policy`]: `Rollout`, `Trust`, `FanOut`, `Counters`; with `bytes` also [`Channel`], `Origin`, `Traced`, `Broadcast`, `AllowList` |
//! | `serde` | `serde`'s traits for contexts, ids, flags, verdicts, decisions, modes; with `policy`, for `Rollout`, `Share`, `Trust`, `Role`, `Unsampled`, by their names in snake case |
//! | `prost_0_14` | the module [`prost_0_14`]: messages of `prost` 0.14 as payloads, written straight after the envelope |
//! | `rmp-serde` | the module [`rmp_serde`]: MessagePack payloads, written straight after the envelope |
//!
//! # The specification
//!
//! The format is specified for every language. The specification and its reasons are part of this
//! documentation: [`spec`](crate::spec) and [`spec::rationale`]. Its
//! sections, and its requirements by names such as [`R-READ-3`], are cited throughout.
//!
//! [`R-READ-3`]: crate::spec#6-how-a-message-is-read
//! [`glassine-opentelemetry`]: https://docs.rs/glassine-opentelemetry
//! [`glassine-tokio`]: https://docs.rs/glassine-tokio
//! [`glassine-cli`]: https://crates.io/crates/glassine-cli
// Where a feature is off, its names lead to the table of features: of two definitions of a link,
// the first one counts.
#![cfg_attr(feature = "alloc", doc = "[`OwnedReading`]: crate::OwnedReading")]
#![cfg_attr(feature = "bytes", doc = "[`SharedReading`]: crate::SharedReading")]
#![cfg_attr(feature = "bytes", doc = "[`Wrapped`]: crate::Wrapped")]
#![cfg_attr(feature = "text", doc = "[`text`]: crate::text")]
#![cfg_attr(feature = "policy", doc = "[`policy`]: crate::policy")]
#![cfg_attr(all(feature = "bytes", feature = "policy"), doc = "[`Channel`]: crate::Channel")]
#![cfg_attr(feature = "prost_0_14", doc = "[`prost_0_14`]: mod@crate::prost_0_14")]
#![cfg_attr(feature = "rmp-serde", doc = "[`rmp_serde`]: mod@crate::rmp_serde")]
//! [`OwnedReading`]: #features
//! [`SharedReading`]: #features
//! [`Wrapped`]: #features
//! [`text`]: #features
//! [`policy`]: #features
//! [`Channel`]: #features
//! [`prost_0_14`]: #features
//! [`rmp_serde`]: #features
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
#[cfg(doc)]
pub mod spec;
#[cfg(feature = "text")]
pub mod text;
pub mod w3c;
pub mod wire;

pub mod errors {
    //! Holds errors that few programs name, and the kinds that others are of.

    pub use crate::encode_error::EncodeErrorKind;
    pub use crate::reader::Incomplete;
    #[cfg(feature = "bytes")]
    pub use crate::shared_reading::Refused;
}

pub mod fields {
    //! Holds the iterators over a [`Carrier`](crate::Carrier)'s fields, and fields that nobody has
    //! judged.

    pub use crate::carrier::{Fields, RawField, RawFields};
}

mod canonical_order;
mod carrier;
#[cfg(all(feature = "policy", feature = "bytes"))]
mod channel;
mod context;
mod encode_error;
#[cfg(feature = "bytes")]
mod encoded_envelope;
mod envelope;
mod error_kinds;
mod fault;
mod field;
mod flags;
mod head;
mod hex;
mod id;
mod mode;
#[cfg(all(test, feature = "policy", feature = "bytes"))]
mod one_hash;
#[cfg(feature = "alloc")]
mod owned_reading;
mod reader;
mod reading;
mod reparent;
mod repeated_keys;
#[cfg(feature = "serde")]
mod serde;
mod setting;
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
pub use self::encode_error::EncodeError;
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
pub use self::reader::Reader;
pub use self::reading::Reading;
pub use self::reparent::reparent;
#[cfg(feature = "bytes")]
pub use self::shared_reading::SharedReading;
pub use self::shorten::shorten;
pub use self::verdict::{Decision, Verdict};
#[cfg(feature = "bytes")]
pub use self::wrapped::Wrapped;
