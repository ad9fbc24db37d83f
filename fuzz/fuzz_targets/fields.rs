//! Carriers and allow-lists are as the specification says, on any bytes.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::fields(bytes));

/// Compiled by a stable toolchain, a target does nothing.
#[cfg(not(fuzzing))]
fn main() {}
