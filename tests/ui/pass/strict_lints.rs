//! Nothing that is generated meets a lint, however strict the crate is, whatever is private in it,
//! and whether or not it is documented.

#![deny(
    warnings,
    absolute_paths_not_starting_with_crate,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_abi,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    non_local_definitions,
    private_bounds,
    private_interfaces,
    redundant_lifetimes,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![forbid(unsafe_code)]

use coproc::prelude::*;

/// Private data.
#[derive(Serialize, Deserialize)]
struct Secret(u8);

#[derive(Debug, Serialize, Deserialize)]
struct SecretError;

#[derive(Debug, Serialize, Deserialize)]
struct SecretEvent(u8);

/// A private worker with public items around it.
struct Private {
    count: u8,
}

#[worker(channels(control), event = SecretEvent)]
impl Private {
    #[init]
    fn new(secret: Secret) -> Result<Self, SecretError> {
        if secret.0 == 0 { Err(SecretError) } else { Ok(Self { count: secret.0 }) }
    }

    #[message(channel = control, priority = i32::from(Self::LEVEL))]
    fn secret(&mut self, secret: Secret, other: &Secret, many: &[Secret]) -> Secret {
        self.count += secret.0 + other.0;
        Secret(self.count + u8::try_from(many.len()).unwrap_or(0))
    }

    #[message]
    fn into_number(&self) -> u8 {
        self.count
    }

    /// An old message.
    #[deprecated = "ask for another"]
    #[message]
    fn old(&self) {}

    #[message(oneway)]
    fn add(&mut self, cx: &mut Context<Self>, n: u8) {
        self.count += n;
        cx.emit(SecretEvent(n));
    }

    #[message]
    #[must_use]
    fn important(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: bool, i: bool) -> bool {
        a == b && c == d && e == f && g == self.count && h && i
    }

    #[tick(every = ms(1000), when = self.count > 200)]
    fn tick(&mut self) {
        self.count = 0;
    }

    #[close]
    fn end(self) -> Result<Secret, SecretError> {
        Ok(Secret(self.count))
    }

    const LEVEL: i8 = 3;
}

/// A generic private worker.
struct Generic<T>(T);

#[worker]
impl<T: Wire + Clone + 'static> Generic<T> {
    #[init]
    const fn new(value: T) -> Self {
        Self(value)
    }

    #[message]
    fn get(&self) -> T {
        self.0.clone()
    }
}

/// A public worker in a private module.
mod inner {
    use coproc::prelude::*;

    pub(crate) struct Narrow;

    #[worker(pub(crate), channels(urgent))]
    impl Narrow {
        #[init]
        pub(super) fn new() -> Self {
            Self
        }

        #[message(channel = urgent)]
        fn ask(&self) -> u8 {
            let Self = self;
            7
        }
    }
}

#[worker]
fn private_function(secret: Secret) -> Secret {
    secret
}

/// Doubles.
#[worker]
pub fn double(n: u8) -> u8 {
    n * 2
}

/// Lanes.
#[derive(Clone, Copy, Debug, coproc::protocol::Channel)]
enum Lane {
    Data,
    Warning,
}

/// An alarm.
#[message(priority = -1, channel = Lane::Warning)]
#[derive(Serialize, Deserialize)]
struct Alarm;

#[coproc::main]
fn main() {
    let private = Private::on(Inline).spawn(Secret(1)).unwrap();
    let secret = private.secret(Secret(1), &Secret(1), &[Secret(1)]).wait().unwrap();
    assert_eq!(secret.0, 4);
    assert_eq!(private.into_number().wait().unwrap(), 3);
    private.add(1).tell().unwrap();
    assert!(!private.important(1, 1, 1, 1, 1, 1, 1, true, true).wait().unwrap());
    assert_eq!(private.worker().join().unwrap().0, 4);
    assert_eq!(Generic::on(Inline).spawn(3_u8).unwrap().get().wait().unwrap(), 3);
    assert_eq!(inner::Narrow::on(Inline).spawn().unwrap().ask().wait().unwrap(), 7);
    let function = PrivateFunction::on(Thread).spawn(Secret(3)).unwrap();
    assert_eq!(function.worker().join().unwrap().0, 3);
    assert_eq!(Double::on(Thread).spawn(3).unwrap().worker().join().unwrap(), 6);
    let _: (Lane, Lane, Alarm) = (Lane::Data, Lane::Warning, Alarm);
}
