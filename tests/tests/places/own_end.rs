//! A worker in its owner's process that ends itself by force, from its own handler.

use std::{
    path::Path,
    sync::{
        Mutex,
        mpsc::{Sender, channel},
    },
};

use coproc::{
    error::Exit,
    prelude::*,
    spawn::{Place, WorkerResource},
};
use coproc_tests::{Gate, Watch, gate};

/// What a worker can get at of what its owner has: one of each place.
static SHARED: [Mutex<Option<Shared>>; 2] = [const { Mutex::new(None) }; 2];

struct Shared {
    own: Option<LemmingController>,
    /// Takes what it did in its life.
    life: Sender<Vec<&'static str>>,
}

/// Kills itself.
pub(crate) struct Lemming {
    slot: usize,
    life: Vec<&'static str>,
}

#[worker(pub(crate))]
impl Lemming {
    #[init]
    fn new(slot: usize) -> Self {
        Self { slot, life: Vec::new() }
    }

    /// Waits at the gate, and kills itself.
    #[message]
    fn jump(&mut self, gate: &Path) -> u32 {
        gate::pass(gate);
        let own = SHARED[self.slot].lock().unwrap().as_mut().unwrap().own.take().unwrap();
        own.worker().kill();
        self.life.push("jumped");
        7
    }

    #[message]
    fn go_on(&mut self) {
        self.life.push("went on");
    }

    #[tick(every = ms(0), when = self.life.len() == 1)]
    fn step(&mut self) {
        self.life.push("made a step");
    }

    #[close]
    fn finish(mut self) {
        self.life.push("finished");
    }
}

impl Drop for Lemming {
    fn drop(&mut self) {
        let shared = SHARED[self.slot].lock().unwrap().take().unwrap();
        shared.life.send(std::mem::take(&mut self.life)).unwrap();
    }
}

/// Its calls end as those of a worker that was killed, the handler returns, and nothing follows.
fn kills_itself<P: Place<Lemming, Spawned = WorkerResource<Lemming>>>(place: P, slot: usize) {
    let _watch = Watch::set();
    let lemming = Lemming::on(place).spawn(slot).unwrap();
    let (life, ended) = channel();
    *SHARED[slot].lock().unwrap() = Some(Shared { own: Some((*lemming).clone()), life });
    let gate = Gate::new();
    let jump = lemming.jump(&gate).send().unwrap();
    let behind = lemming.go_on().send().unwrap();
    gate.open();
    let error = jump.wait().unwrap_err();
    assert!(matches!(&error, CallError::Closed(_)) && !error.is_unstarted(), "{error:?}");
    let error = behind.wait().unwrap_err();
    assert!(matches!(&error, CallError::Closed(_)) && error.is_unstarted(), "{error:?}");
    assert_eq!(lemming.worker().exit(), Some(Exit::Killed));
    assert!(lemming.worker().join().is_err());
    drop(lemming);
    assert_eq!(ended.recv().unwrap(), ["jumped"]);
}

#[test]
fn on_a_thread() {
    kills_itself(Thread, 0);
}

#[test]
fn inside_the_caller() {
    kills_itself(Inline, 1);
}
