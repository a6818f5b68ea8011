//! How a worker begins: with `#[init]`, without it, with types for its parameters, or not at all.

use std::collections::BTreeMap;

use coproc::{prelude::*, worker::Registered};

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{0} is not enough")]
pub(crate) struct NotEnough(u32);

/// Begins with some numbers only.
pub(crate) struct Picky {
    number: u32,
}

#[worker]
impl Picky {
    #[init]
    fn new(number: u32) -> Result<Self, NotEnough> {
        assert_ne!(number, 13, "that is an unlucky number");
        if number < 5 { Err(NotEnough(number)) } else { Ok(Self { number }) }
    }

    #[message]
    fn number(&self) -> u32 {
        self.number
    }
}

/// Is its own argument.
#[derive(Serialize, Deserialize)]
pub(crate) struct Plain {
    words: Vec<String>,
}

#[worker]
impl Plain {
    #[message]
    fn add(&mut self, word: &str) -> usize {
        self.words.push(word.to_owned());
        self.words.len()
    }

    #[close]
    fn words(self) -> Vec<String> {
        self.words
    }
}

/// A worker may be an enum.
#[derive(Serialize, Deserialize)]
pub(crate) enum Lamp {
    Off,
    On { times: u32 },
}

#[worker]
impl Lamp {
    #[message]
    fn toggle(&mut self) -> u32 {
        match self {
            Self::Off => *self = Self::On { times: 1 },
            Self::On { times } => *times += 1,
        }
        match self {
            Self::Off => 0,
            Self::On { times } => *times,
        }
    }
}

/// Counts what it is shown, whatever that is.
pub(crate) struct Tally<K, V> {
    seen: BTreeMap<K, V>,
    step: V,
}

#[worker]
impl<K, V> Tally<K, V>
where
    K: Wire + Ord + Send + 'static,
    V: Wire + Copy + std::ops::AddAssign + Default + Send + 'static,
{
    #[init]
    fn new(step: V) -> Self {
        Self { seen: BTreeMap::new(), step }
    }

    #[message]
    fn show(&mut self, key: K) -> V {
        let count = self.seen.entry(key).or_default();
        *count += self.step;
        *count
    }

    #[message]
    fn of(&self, key: &K) -> Option<V> {
        self.seen.get(key).copied()
    }
}

coproc::register!(Tally<String, u64>, Tally<(u8, char), f64>);

/// Passes on what spawning asks for, as generic code does.
fn tally<K, V, By>(step: V) -> WorkerResource<Tally<K, V>>
where
    K: Wire + Ord + Send + 'static,
    V: Wire + Copy + std::ops::AddAssign + Default + Send + 'static,
    Tally<K, V>: Registered<By>,
{
    Tally::<K, V>::spawn(step).expect("a tally")
}

everywhere! {
    fn spawn_returns_when_init_has_succeeded(place) {
        let picky = Picky::on(place).spawn(5).unwrap();
        assert_eq!(picky.number().wait(), Ok(5));
        assert!(picky.worker().is_alive());
    }

    fn spawn_gives_inits_own_error(place) {
        match Picky::on(place).spawn(4) {
            Err(SpawnError::Init(error)) => assert_eq!(error, NotEnough(4)),
            other => panic!("it should have refused: {other:?}"),
        }
    }

    fn spawn_tells_of_a_panic_in_init(place) {
        match Picky::on(place).spawn(13) {
            Err(SpawnError::InitPanicked(report)) => {
                assert!(report.message().contains("unlucky"), "{report}");
                assert!(report.location().contains("starts.rs"), "{report}");
                assert_eq!(report.handler(), "new");
            }
            other => panic!("it should have panicked: {other:?}"),
        }
    }

    fn without_init_the_value_itself_moves_in(place) {
        let plain = Plain::on(place).spawn(Plain { words: vec!["one".into()] }).unwrap();
        assert_eq!(plain.add("two").wait(), Ok(2));
        assert_eq!(plain.worker().join().unwrap(), ["one", "two"]);
    }

    fn an_enum_is_a_worker_too(place) {
        let lamp = Lamp::on(place).spawn(Lamp::Off).unwrap();
        assert_eq!((lamp.toggle().wait(), lamp.toggle().wait()), (Ok(1), Ok(2)));
    }

    fn one_generic_worker_serves_many_types(place) {
        let words = Tally::<String, u64>::on(place.clone()).spawn(2).unwrap();
        assert_eq!(words.show("a".into()).wait(), Ok(2));
        assert_eq!(words.show("a".into()).wait(), Ok(4));
        assert_eq!(words.of(&"b".into()).wait(), Ok(None));
        let pairs = Tally::<(u8, char), f64>::on(place).spawn(0.5).unwrap();
        assert_eq!(pairs.show((1, 'x')).wait(), Ok(0.5));
    }
}

#[coproc::test]
fn generic_code_spawns_with_the_bound_passed_on() {
    let _watch = coproc_tests::Watch::set();
    assert_eq!(tally::<String, u64, _>(1).show("a".into()).wait(), Ok(1));
    assert_eq!(tally::<(u8, char), f64, _>(0.5).show((1, 'a')).wait(), Ok(0.5));
}

#[coproc::test]
fn a_value_spawns_itself_in_a_process() {
    let _watch = coproc_tests::Watch::set();
    let plain = Plain { words: Vec::new() }.spawn().unwrap();
    assert_eq!(plain.add("one").wait(), Ok(1));
    assert_ne!(plain.worker().pid(), None);
    assert_ne!(plain.worker().pid(), Some(std::process::id()));
}

/// The list of registered instances is for processes: elsewhere any instance will do.
#[test]
fn what_is_not_registered_runs_in_this_process() {
    let _watch = coproc_tests::Watch::set();
    let thread = Tally::<i8, i8>::on(Thread).spawn(1).unwrap();
    assert_eq!(thread.show(1).wait(), Ok(1));
    let inline = Tally::<i16, i8>::on(Inline).spawn(2).unwrap();
    assert_eq!(inline.show(1).wait(), Ok(2));
    assert_eq!((thread.worker().pid(), inline.worker().pid()), (None, None));
}
