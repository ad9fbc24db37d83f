//! What is written reads back, or is refused before a byte is written, for anything that could be
//! asked for.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|letter: checks::Letter<'_>| {
    checks::write(&letter);
});

/// Compiled by a stable toolchain, a target does nothing.
#[cfg(not(fuzzing))]
fn main() {}
