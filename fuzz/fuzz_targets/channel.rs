//! What a channel believes, sends and counts is what its policies say, on any inbound bytes.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::channel(bytes));

/// Compiled by a stable toolchain, a target does nothing.
#[cfg(not(fuzzing))]
fn main() {}
