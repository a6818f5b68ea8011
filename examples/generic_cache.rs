//! One generic worker, two caches: one in a process of its own, whose types are listed once with
//! `register!`, and one on a thread of this process, which needs no list.

use std::{collections::HashMap, hash::Hash};

use coproc::{Thread, prelude::*};

/// Remembers values, and forgets everything when it is full.
pub struct Cache<K, V> {
    entries: HashMap<K, V>,
    capacity: usize,
}

#[worker]
impl<K, V> Cache<K, V>
where
    K: Wire + Eq + Hash + Send + 'static,
    V: Wire + Clone + Send + 'static,
{
    /// Holds at most `capacity` values.
    #[init]
    fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), capacity }
    }

    /// Remembers a value, and gives back the one that it replaces.
    #[message]
    fn put(&mut self, key: K, value: V) -> Option<V> {
        if self.entries.len() == self.capacity && !self.entries.contains_key(&key) {
            self.entries.clear();
        }
        self.entries.insert(key, value)
    }

    /// The value of this key, if it is remembered. The caller lends the key and keeps it.
    #[message]
    fn get(&self, key: &K) -> Option<V> {
        self.entries.get(key).cloned()
    }
}

coproc::register!(Cache<String, u64>);

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let lengths = Cache::<String, u64>::spawn(2)?;
    let words = ["one", "three", "one"].map(String::from);
    for word in &words {
        let known = lengths.get(word).wait()?;
        println!("{word}: {known:?}");
        lengths.put(word.clone(), word.len() as u64).wait()?;
    }
    assert_eq!(lengths.get(&words[0]).wait()?, Some(3));

    // The third word does not fit any more.
    assert_eq!(lengths.put("seventeen".into(), 9).wait()?, None);
    assert_eq!(lengths.get(&words[0]).wait()?, None);

    let squares = Cache::<u32, Vec<u32>>::on(Thread).spawn(100)?;
    assert_eq!(squares.put(3, vec![1, 4, 9]).wait()?, None);
    assert_eq!(squares.put(3, vec![9, 4, 1]).wait()?, Some(vec![1, 4, 9]));
    println!("squares up to 3: {:?}", squares.get(&3).wait()?);
    Ok(())
}
