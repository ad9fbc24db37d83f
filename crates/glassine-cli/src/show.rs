//! How messages are shown: as bytes, as a tree, on one line, as JSON.

pub(crate) mod dump;
pub(crate) mod json;
pub(crate) mod printable;
pub(crate) mod style;
pub(crate) mod summary;
pub(crate) mod tree;
pub(crate) mod words;

mod baggage;
mod layout;
