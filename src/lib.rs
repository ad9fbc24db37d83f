#![doc = "placeholder"]
#![no_std]
#![forbid(unsafe_code)]
#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod carrier;
mod context;
mod fault;
mod field;
mod flags;
#[cfg(feature = "bytes")]
mod frame;
mod hex;
mod id;
mod message;
#[cfg(feature = "alloc")]
mod owned;
mod read;
mod reparent;
#[cfg(feature = "bytes")]
mod shared;
#[cfg(feature = "text")]
mod text;
mod traceparent;
pub mod wire;
mod write;

pub use carrier::{Carrier, Fields, RawField, RawFields};
pub use context::TraceContext;
pub use fault::{Fault, FaultKind};
pub use field::{Field, FieldType};
pub use flags::TraceFlags;
#[cfg(feature = "bytes")]
pub use frame::{EncodedEnvelope, Frame};
pub use id::{SpanId, TraceId};
pub use message::{Decision, Message, Verdict};
#[cfg(feature = "alloc")]
pub use owned::OwnedMessage;
pub use read::{Incomplete, Reader};
pub use reparent::reparent;
#[cfg(feature = "bytes")]
pub use shared::SharedMessage;
#[cfg(feature = "text")]
pub use text::{TextMessage, needs_text_escape};
pub use traceparent::{ParseError, ParseErrorKind, Traceparent};
pub use write::{EncodeError, EncodeErrorKind, Envelope, needs_escape};
