fn main() -> Result<(), Error> {
    ::coproc::__private::init();
    run()
}

#[::core::prelude::v1::test]
#[should_panic(expected = "so")]
fn prints() {
    my_library::__private::test(::core::concat!(::core::module_path!(), "::", "prints"));
    panic!("so")
}

fn refused() -> u8 {
    #[allow(dead_code)]
    async fn refused(n: u8) -> u8 {
        n
    }
    ::coproc::__private::refused()
}
::core::compile_error! {
    "`#[main]` cannot be on an `async fn`\nhelp: write a plain `fn` and run the executor of your choice inside of it"
}
::core::compile_error! {
    "a function with `#[main]` takes no arguments\nhelp: write `fn refused()`"
}
