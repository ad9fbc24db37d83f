//! Messages: in which forms they come, how their bytes are spelled, and what they say.

pub(crate) mod any_reading;
pub(crate) mod encoding;
pub(crate) mod form;
