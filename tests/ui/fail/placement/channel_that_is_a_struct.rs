//! One channel alone is written `()`.

#[derive(Clone, Copy, coproc::Channel)]
pub struct Lane;

fn main() {}
