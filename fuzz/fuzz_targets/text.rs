//! The text form is read as the specification says, on any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::text(bytes));
