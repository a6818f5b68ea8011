//! One channel alone is written `()`.

#[derive(Clone, Copy, coproc::protocol::Channel)]
pub struct Lane;

fn main() {}
