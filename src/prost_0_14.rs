//! Messages of prost 0.14.
