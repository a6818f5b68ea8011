#[main]
fn main() -> Result<(), Error> {
    run()
}

#[test(crate = my_library)]
#[should_panic(expected = "so")]
fn prints() {
    panic!("so")
}

#[main]
async fn refused(n: u8) -> u8 {
    n
}
