//! Writes messages of [`prost`](prost_0_14) 0.14 straight after the envelope, as payloads.
//!
//! Reading needs nothing from here. A payload decoded as [`Bytes`] leaves prost's `bytes` fields in
//! the buffer that was received, which they **keep alive as a whole**:
//!
//! ```
//! # extern crate prost_0_14 as prost;
//! use bytes::Bytes;
//! use glassine::{Channel, TraceContext, Traced};
//! use glassine::policy::{Rollout, Trust};
//! use prost::Message;
//!
//! #[derive(Clone, PartialEq, Message)]
//! struct Photo {
//!     #[prost(string, tag = "1")]
//!     name: String,
//!     #[prost(bytes = "bytes", tag = "2")]
//!     pixels: Bytes,
//! }
//!
//! static PHOTOS: Channel = Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept);
//!
//! let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
//! let photo = Photo { name: "cat".into(), pixels: Bytes::from_static(&[0xFF; 1024]) };
//! let bytes = glassine::prost_0_14::encode(&PHOTOS.wrapper(&context.into()), &photo);
//!
//! let received = PHOTOS.receive(bytes);
//! let received: Traced<Photo> = received.try_map(|bytes| Photo::decode(bytes.clone()))?;
//! assert_eq!(received.origin().context(), Some(context));
//! assert_eq!(received.value(), &photo);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use bytes::Bytes;
use prost_0_14::Message;

use crate::channel::wrapper::Wrapper;

/// Writes the envelope and the message into one buffer: one allocation, of exactly their length.
/// The message is measured twice, the second time by prost before it writes.
///
/// Nothing is escaped, because no protobuf message begins with the magic byte (specification
/// [section 3]).
///
/// [section 3]: crate::spec#3-invariants-of-every-version
#[must_use]
pub fn encode(outgoing: &Wrapper<'_>, message: &impl Message) -> Bytes {
    let encoded =
        outgoing.encode_with(message.encoded_len(), |buffer| message.encode(&mut buffer.buf_mut()));
    // prost refuses a buffer without room for the message, and a `Vec` has always room.
    Bytes::from(encoded.unwrap_or_default())
}
