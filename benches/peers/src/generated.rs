//! What the compilers of the formats make of `schemas/`, and rustfmt of that; what is longer than a
//! line is broken by hand.
//!
//! `sbe_gen -i schemas/envelope.xml -o src/generated/sbe` (its `mod.rs` is `sbe.rs` here),
//! `planus rust -o src/generated/planus.rs schemas/envelope.fbs`, without serde's derives, and
//! `capnp compile -o rust:src/generated --src-prefix=schemas schemas/envelope.capnp`.

pub mod envelope_capnp;
pub mod planus;
pub mod sbe;
