//! A channel is a name and nothing else.

#[derive(Clone, Copy, coproc::protocol::Channel)]
pub enum Lane {
    Data(u8),
    Warning,
}

fn main() {}
