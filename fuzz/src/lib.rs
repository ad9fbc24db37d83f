//! What must hold for every input: the bodies of the fuzz targets. `tests/replay.rs` runs them over
//! the specification's vectors and over all kept inputs.
//!
//! | room | what is in it |
//! |---|---|
//! | `read` | the target: header, channels, streams, carrier, re-parenting, a file for each |
//! | `text` | the target: the text form |
//! | `write` | the target: envelopes; in files of their own, buffers to send and shortening |
//! | `again` | what was read is written again: a part of `read` and of `text` |
//! | `letter` | the generator: what `write` makes of a fuzzer's bytes |
//! | `model` | the specification a second time, in the most naive way, to compare with |
//!
//! A check is named for what holds, and cites the section or the requirement that says so.

mod again;
mod letter;
mod model;
mod read;
mod text;
mod write;

pub use self::letter::Letter;
pub use self::read::read;
pub use self::text::text;
pub use self::write::write;
