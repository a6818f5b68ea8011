//! Tests of the macros as functions from tokens to tokens.
//!
//! What they say to the compiler, and the compiler to what they write, is in `tests/ui`.

mod catalog;
mod diagnostics;
mod golden;
mod hygiene;
mod model;
mod parse;
mod sample;
