//! The specification written down a second time, in the most naive way: where it is short enough
//! for that. Its numbers are those of the document, not constants of the crate, which may be wrong.

pub(crate) mod channel;
pub(crate) mod fault;
pub(crate) mod field;
pub(crate) mod frame;
pub(crate) mod header;
pub(crate) mod list;
pub(crate) mod members;
pub(crate) mod message;
pub(crate) mod origin;
pub(crate) mod shortening;
pub(crate) mod stream;
pub(crate) mod traceparent;
pub(crate) mod trust;
