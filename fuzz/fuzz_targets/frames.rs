//! Reading frames from a peer and decoding their values ends, for all bytes, in a value or
//! an error, never in a panic, a hang or an allocation that the bytes do not justify.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| coproc::__private::fuzz::frames(bytes));
