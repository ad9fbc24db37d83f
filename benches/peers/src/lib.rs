//! Glassine, and every other way in which a context is sent in front of a payload, behind one
//! trait.
//!
//! `benches/compare` measures them; each peer has a file of its own in `peers/`, which says what
//! its form is and what it is not able to do.
#![deny(unsafe_code)]

#[allow(warnings, clippy::all, unsafe_code, reason = "made by the compilers of the formats")]
mod generated;
mod headers;
pub mod job;
pub mod limits;
pub mod peer;
pub mod peers;
pub mod task;
pub mod tasks;
