//! Whatever a peer sends: reading frames from it and decoding what they hold ends in a value or
//! an error, never in a panic, a hang or an allocation that the bytes do not justify.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| coproc::__private::fuzz::frames(bytes));
