//! Writes MessagePack payloads, by [`rmp_serde`], straight after the envelope.
//!
//! Reading needs nothing from here. A payload is decoded where it lies: fields of type `&str`, and
//! of type `&[u8]` if they were written by `serde_bytes`, borrow from the buffer that was received.
//!
//! ```
//! use glassine::{Channel, TraceContext};
//! use glassine::policy::{Rollout, Trust};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, PartialEq, Debug)]
//! struct Order<'a> {
//!     id: u32,
//!     customer: &'a str,
//! }
//!
//! static ORDERS: Channel = Channel::new().with_rollout(Rollout::On).with_trust(Trust::Accept);
//!
//! let context: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
//! let order = Order { id: 7, customer: "Ada" };
//! let bytes = glassine::rmp_serde::encode(&ORDERS.wrapper(&context.into()), &order)?;
//!
//! let received = ORDERS.receive(bytes);
//! assert_eq!(received.origin().context(), Some(context));
//! // `customer` is a slice of the message.
//! assert_eq!(rmp_serde::from_slice::<Order>(received.value())?, order);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What borrows nothing can stay with its origin:
//! `received.try_map(|payload| rmp_serde::from_slice::<Owned>(payload))`.

use bytes::Bytes;
use rmp_serde::encode::{Error, write, write_named};
use serde::Serialize;

use crate::channel::wrapper::Wrapper;

/// Writes the envelope and the value into one buffer, structs as arrays: what [`rmp_serde::to_vec`]
/// writes. The value is serialized once; the buffer begins with 128 bytes for it, and grows as a
/// `Vec` does.
///
/// An array of 14, such as a struct of 14 fields, begins with the magic byte. If it would go bare
/// while sending is on, the escape is put in front, which copies the message.
///
/// # Errors
/// Those of `rmp_serde`: the value's own, and a sequence that does not know its length.
pub fn encode<T: Serialize + ?Sized>(outgoing: &Wrapper<'_>, value: &T) -> Result<Bytes, Error> {
    outgoing.encode_with(ROOM, |buffer| write(&mut buffer.writer(), value)).map(Bytes::from)
}

/// Writes as [`encode`] does, with structs as maps, by the names of their fields: what
/// [`rmp_serde::to_vec_named`] writes. A struct then never begins with the magic byte.
///
/// # Errors
/// Those of [`encode`].
pub fn encode_named<T: Serialize + ?Sized>(
    outgoing: &Wrapper<'_>,
    value: &T,
) -> Result<Bytes, Error> {
    outgoing.encode_with(ROOM, |buffer| write_named(&mut buffer.writer(), value)).map(Bytes::from)
}

/// The length is not known before the value is serialized. Without room to begin with, a `Vec`
/// would grow four times before it held 128 bytes.
const ROOM: usize = 128;
