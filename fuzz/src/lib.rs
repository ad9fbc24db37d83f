//! What must hold for every input: the bodies of the fuzz targets. `tests/replay.rs` runs them over
//! the specification's vectors and over all kept inputs.
//!
//! | room | what is in it |
//! |---|---|
//! | `read` | the target: header, channels, streams, carrier, re-parenting, a file for each |
//! | `text` | the target: the text form |
//! | `write` | the target: envelopes; in files of their own, buffers to send and shortening |
//! | `channel` | the target: what is received, what is sent on, and one message for many |
//! | `codec` | the target: the outer length, as the codec for tokio reads and writes it |
//! | `fields` | the target: carriers and allow-lists |
//! | `members` | the target: W3C's lists |
//! | `traceparent` | the target: W3C's text of a context |
//! | `payloads` | the target: typed payloads, and the crate's types in `serde`'s data model |
//! | `streams` | the target: messages that arrive in pieces |
//! | `settings` | what a channel is set to, as an input's first bytes say it |
//! | `again` | what was read is written again: a part of `read` and of `text` |
//! | `letter` | the generator: what `write` makes of a fuzzer's bytes |
//! | `model` | the specification a second time, in the most naive way, to compare with |
//!
//! A check is named for what holds, and cites the section or the requirement that says so.

mod again;
mod channel;
mod codec;
mod fields;
mod letter;
mod members;
mod model;
mod payloads;
mod read;
mod settings;
mod streams;
mod text;
mod traceparent;
mod write;

pub use self::channel::channel;
pub use self::codec::codec;
pub use self::fields::fields;
pub use self::letter::Letter;
pub use self::members::members;
pub use self::payloads::payloads;
pub use self::read::read;
pub use self::streams::streams;
pub use self::text::text;
pub use self::traceparent::traceparent;
pub use self::write::write;
