//! Messages come out of a stream as they went in, however it is cut into pieces.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::streams(bytes));

/// Compiled by a stable toolchain, a target does nothing.
#[cfg(not(fuzzing))]
fn main() {}
