//! What is written reads back, or is refused before a byte is written, for anything that could be asked for.
#![no_main]

libfuzzer_sys::fuzz_target!(|letter: checks::Letter<'_>| {
    checks::write(&letter);
});
