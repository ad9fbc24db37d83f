//! A stream of messages is read the same in whatever pieces it arrives, and written again.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::codec(bytes));

/// Compiled by a stable toolchain, a target does nothing.
#[cfg(not(fuzzing))]
fn main() {}
