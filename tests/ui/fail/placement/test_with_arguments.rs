//! Nobody could pass them.

#[coproc::test]
fn prints(ch: char) {
    assert_eq!(ch, 'x');
}

fn main() {}
