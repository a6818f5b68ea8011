//! An actor of `kameo`, on a runtime with one thread: no encoding, no second process, no second
//! thread.

use std::time::{Duration, Instant};

use kameo::{
    Actor,
    actor::{ActorRef, Spawn},
    message::{Context, Message},
};
use tokio::runtime::{Builder, Runtime};

use crate::{NOTE, TEXT};

#[derive(Actor, Default)]
struct Subject {
    notes: u64,
}

struct Echo(String);
struct Note(String);
struct Notes;

impl Message<Echo> for Subject {
    type Reply = String;

    async fn handle(&mut self, Echo(text): Echo, _: &mut Context<Self, String>) -> String {
        text
    }
}

impl Message<Note> for Subject {
    type Reply = ();

    async fn handle(&mut self, Note(text): Note, _: &mut Context<Self, ()>) {
        self.notes += u64::from(!text.is_empty());
    }
}

impl Message<Notes> for Subject {
    type Reply = u64;

    async fn handle(&mut self, _: Notes, _: &mut Context<Self, u64>) -> u64 {
        self.notes
    }
}

/// An actor and its runtime.
#[derive(Debug)]
pub struct Kameo {
    runtime: Runtime,
    actor: ActorRef<Subject>,
}

impl Kameo {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().build()?;
        let actor = runtime.block_on(async { Subject::spawn(Subject::default()) });
        Ok(Self { runtime, actor })
    }

    /// How long so many round trips take.
    ///
    /// # Panics
    ///
    /// If the actor has ended.
    #[must_use]
    pub fn round_trips(&self, count: u64) -> Duration {
        self.runtime.block_on(async {
            let start = Instant::now();
            for _ in 0..count {
                let text = self.actor.ask(Echo(TEXT.to_owned())).await.expect("the actor lives");
                std::hint::black_box(text);
            }
            start.elapsed()
        })
    }

    /// How long so many batches of `size` notes take, each ended by a question.
    ///
    /// # Panics
    ///
    /// If the actor has ended.
    #[must_use]
    pub fn batches(&self, count: u64, size: u64) -> Duration {
        self.runtime.block_on(async {
            let start = Instant::now();
            for _ in 0..count {
                for _ in 0..size {
                    self.actor.tell(Note(NOTE.to_owned())).await.expect("the actor lives");
                }
                let notes = self.actor.ask(Notes).await.expect("the actor lives");
                std::hint::black_box(notes);
            }
            start.elapsed()
        })
    }
}
