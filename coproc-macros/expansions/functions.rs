/// Squares.
#[worker]
pub fn square(n: u64) -> u64 {
    n * n
}

#[worker(name = "echo", crate = my_library)]
fn echo(messenger: Messenger<String, Vec<u8>, Lane>, prefix: &str) -> my_library::Result<()> {
    Ok(())
}
