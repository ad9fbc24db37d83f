//! What is read, what is written, and what is said when either fails.

pub(crate) mod failure;
pub(crate) mod input;
pub(crate) mod output;
