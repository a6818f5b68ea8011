//! A channel is a name and nothing else.

#[derive(Clone, Copy, coproc::Channel)]
pub enum Lane {
    Data(u8),
    Warning,
}

fn main() {}
