//! What is missing is a derive, and the compiler says which.

#[derive(coproc::protocol::Channel)]
pub enum Lane {
    Data,
    Warning,
}

fn main() {}
