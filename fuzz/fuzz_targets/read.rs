//! All ways of reading agree, on any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::read(bytes));
