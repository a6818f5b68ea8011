//! Workers stand wherever types stand: in modules, in functions, beside one another, in the
//! expansion of a macro.

use coproc::prelude::*;

mod first {
    pub struct Same(pub u8);

    #[coproc::worker]
    impl Same {
        #[init]
        fn new(n: u8) -> Self {
            Self(n)
        }

        #[message]
        fn get(&self) -> u8 {
            self.0
        }
    }

    pub mod deeper {
        #[coproc::worker(name = "deep")]
        impl super::Deep {
            #[init]
            fn new() -> Self {
                Self
            }

            #[coproc::message]
            fn get(&self) -> u8 {
                9
            }
        }
    }

    pub struct Deep;
}

mod second {
    use coproc::prelude::*;

    pub enum Same {
        One,
        Two,
    }

    #[worker]
    impl Same {
        #[init]
        fn new(two: bool) -> Self {
            if two { Self::Two } else { Self::One }
        }

        #[message(priority = if again { Self::LEVEL } else { 0 })]
        fn is_two(&self, again: bool) -> bool {
            again && matches!(self, Self::Two)
        }

        const LEVEL: i32 = 4;
    }

    pub struct Beside;

    #[worker]
    impl Beside {
        #[init]
        fn new() -> Self {
            Self
        }
    }
}

macro_rules! counter {
    ($name:ident, $type:ty, $level:expr, $($method:ident),*) => {
        pub struct $name($type);

        #[worker]
        impl $name {
            #[init]
            fn new(value: $type) -> Self {
                Self(value)
            }

            $(
                #[message(priority = $level)]
                fn $method(&mut self, n: $type) -> $type {
                    self.0 += n;
                    self.0
                }
            )*

            #[tick(every = ms(10_000), when = self.0 > 200)]
            fn reset(&mut self) {
                self.0 = 0;
            }
        }
    };
}

counter!(Small, u8, -3, add, more);
counter!(Large, u64, -3 + 1, add, more);

/// Without an `#[init]` the value itself travels.
#[derive(Serialize, Deserialize)]
pub struct Value {
    n: u8,
}

#[worker]
impl Value {
    #[message]
    fn get(&self) -> u8 {
        self.n
    }

    /// No message.
    pub fn helper(&self) -> u8 {
        self.n
    }
}

/// Has nothing at all.
#[derive(Serialize, Deserialize)]
pub struct Empty;

#[worker]
impl Empty {}

fn in_a_function() -> u8 {
    struct Local(u8);

    #[worker]
    impl Local {
        #[init]
        fn new(n: u8) -> Self {
            Self(n)
        }

        #[message]
        fn get(&self) -> u8 {
            self.0
        }
    }

    #[worker]
    fn local_function(n: u8) -> u8 {
        n
    }

    let n = Local::spawn(3).unwrap().get().wait().unwrap();
    n + LocalFunction::spawn(1).unwrap().worker().join().unwrap()
}

fn in_another_function() -> u8 {
    // Of the same name as the one above, in the same module.
    struct Local(u8);

    #[worker]
    impl Local {
        #[init]
        fn new(n: u8) -> Self {
            Self(n)
        }

        #[message]
        fn twice(&self) -> u8 {
            2 * self.0
        }
    }

    Local::spawn(3).unwrap().twice().wait().unwrap()
}

#[coproc::main]
fn main() {
    assert_eq!(first::Same::spawn(3).unwrap().get().wait().unwrap(), 3);
    assert!(second::Same::spawn(true).unwrap().is_two(true).wait().unwrap());
    assert_eq!(first::Deep::spawn().unwrap().get().wait().unwrap(), 9);
    second::Beside::spawn().unwrap();
    assert_eq!(Small::spawn(1).unwrap().more(2).wait().unwrap(), 3);
    assert_eq!(Large::spawn(1).unwrap().add(2).wait().unwrap(), 3);
    assert_eq!(Value { n: 3 }.spawn().unwrap().get().wait().unwrap(), 3);
    assert_eq!(Value::on(Thread).spawn(Value { n: 4 }).unwrap().get().wait().unwrap(), 4);
    Empty.spawn().unwrap();
    assert_eq!(in_a_function(), 4);
    assert_eq!(in_another_function(), 6);
}
