//! `serde` for the value types.
