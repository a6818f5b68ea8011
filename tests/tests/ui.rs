//! What `#[worker]` and its like accept, and what they say to what they refuse.
//!
//! `TRYBUILD=overwrite cargo test -p coproc-tests --test ui` takes the present texts as the expected
//! ones.

#[test]
fn programs_that_are_right_run_and_others_are_told_why() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*/*.rs");
}
