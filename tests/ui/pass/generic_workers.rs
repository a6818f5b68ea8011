//! Generic workers, with bounds wherever they may stand.

use std::{collections::HashMap, fmt, hash::Hash, marker::PhantomData};

use coproc::{call::Controller as _, prelude::*, spawn::{Place, WorkerResource}, worker::Registered, SpawnError};

pub struct Cache<K, V> {
    map: HashMap<K, V>,
}

#[worker(channels(urgent))]
impl<K, V> Cache<K, V>
where
    K: Wire + Hash + Eq + 'static,
    V: Wire + Clone + 'static,
{
    #[init]
    fn new(first: Vec<(K, V)>) -> Self {
        Self { map: first.into_iter().collect() }
    }

    #[message]
    fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.map.insert(key, value)
    }

    #[message(channel = urgent)]
    fn get(&self, key: &K) -> Option<V> {
        self.map.get(key).cloned()
    }

    #[message]
    fn merge(&mut self, entries: &[(K, V)], last: Option<&V>) -> usize {
        let _ = last;
        self.map.len() + entries.len()
    }

    #[close]
    fn end(self) -> Vec<V> {
        self.map.into_values().collect()
    }
}

coproc::register!(Cache<String, u64>);

/// Uses none of its parameters in a message.
pub struct Silent<P: fmt::Debug, By, const N: usize> {
    unused: PhantomData<fn(P, By)>,
}

#[worker]
impl<P: fmt::Debug + Wire + 'static, By: ?Sized + 'static, const N: usize>
    Silent<P, Box<By>, N>
{
    #[init]
    fn new() -> Self {
        Self { unused: PhantomData }
    }

    #[message]
    fn size(&self) -> usize {
        N
    }
}

/// Speaks of itself in its bounds, and of no lifetime.
#[derive(Clone)]
pub struct Own<T>(T);

#[worker]
impl<T> Own<T>
where
    T: Wire,
    Self: Clone,
{
    #[init]
    fn new(value: T) -> Own<T> {
        Own(value)
    }

    #[message]
    fn kept(&self) -> T {
        self.clone().0
    }
}

/// One instance of a generic type.
pub struct Pair<A, B>(A, B);

#[worker]
impl Pair<u8, String> {
    #[init]
    fn new(left: u8) -> Self {
        Self(left, String::new())
    }

    #[message(priority = Self::LEFT + Pair::<u8, String>::LEFT)]
    fn left(&self) -> u8 {
        self.0 + self.1.len() as u8
    }

    const LEFT: i32 = 3;
}

fn spawned<By>(place: impl Place<Cache<String, u64>, By, Spawned = WorkerResource<Cache<String, u64>>>)
-> Result<WorkerResource<Cache<String, u64>>, SpawnError> {
    Cache::<String, u64>::on(place).spawn(vec![])
}

fn in_a_process<K, V, By>(first: Vec<(K, V)>) -> WorkerResource<Cache<K, V>>
where
    K: Wire + Hash + Eq + 'static,
    V: Wire + Clone + 'static,
    Cache<K, V>: Registered<By>,
{
    Cache::spawn(first).unwrap()
}

#[coproc::main]
fn main() {
    let cache = spawned(Thread).unwrap();
    cache.insert("a".into(), 1).wait().unwrap();
    assert_eq!(cache.get(&"a".into()).wait().unwrap(), Some(1));
    cache.post(CacheMessage::Insert { key: "b".into(), value: 2 }).unwrap();
    assert_eq!(cache.worker().join().unwrap().len(), 2);

    let process = in_a_process(vec![("a".to_owned(), 1)]);
    assert_eq!(process.get(&"a".into()).wait().unwrap(), Some(1));
    assert!(Cache::<String, u64>::spawn(vec![]).is_ok());

    let silent = Silent::<u8, Box<str>, 7>::on(Thread).spawn().unwrap();
    assert_eq!(silent.size().wait().unwrap(), 7);
    assert_eq!(Own::on(Thread).spawn(3_u8).unwrap().kept().wait().unwrap(), 3);
    let pair = Pair::on(Thread).spawn(3).unwrap();
    assert_eq!(pair.left().wait().unwrap(), 3);
    assert!(Pair::<u8, String>::spawn(3).is_ok());
    let message: SilentMessage<u8, str, 7> = SilentMessage::Size;
    assert_eq!(format!("{message:?}"), "Size");
}
