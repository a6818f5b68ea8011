//! Four workers, each with work of its own kind, and a monitor that watches them from a process of
//! its own: it finds them by itself, keeps the notes of the host on the same clock, and draws what
//! it has seen. `cargo run --example monitor run.svg` writes the picture where it is told to.

use std::{
    env,
    path::PathBuf,
    time::{Duration, Instant},
};

use coproc::{Monitor, prelude::*};

/// Does some work, and keeps some memory for it.
pub struct Cruncher {
    table: Vec<u8>,
}

#[worker]
impl Cruncher {
    #[init]
    fn new(mebibytes: usize) -> Self {
        Self { table: vec![1; mebibytes << 20] }
    }

    /// Is busy for this long.
    #[message]
    fn crunch(&self, long: Duration) -> u64 {
        let until = Instant::now() + long;
        let mut sum = 0_u64;
        while Instant::now() < until {
            sum = self.table.iter().fold(sum, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte));
        }
        sum
    }

    /// Reads more into memory, a piece at a time.
    #[message]
    fn load(&mut self, mebibytes: usize) {
        for _ in 0..mebibytes {
            self.table.resize(self.table.len() + (1 << 20), 1);
        }
    }

    /// Gives all of its memory back.
    #[message]
    fn forget(&mut self) {
        self.table = Vec::new();
    }
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let picture = env::args_os().nth(1).map_or_else(|| folder().join("monitor.svg"), PathBuf::from);
    let log = folder().join("monitor.log");
    let monitor = Monitor::builder().every(ms(100)).log(&log).plot(&picture).spawn()?;

    monitor.note("four workers start").tell()?;
    let workers: Vec<_> = ["resize", "index", "render", "archive"]
        .into_iter()
        .zip([8, 16, 32, 48])
        .map(|(name, size)| Cruncher::on(Process::new().name(name)).spawn(size))
        .collect::<Result<_, _>>()?;

    monitor.note("render crunches").tell()?;
    workers[2].crunch(ms(700)).wait()?;
    monitor.note("all of them crunch").details("they share what cores there are").tell()?;
    let busy: Vec<_> =
        workers.iter().map(|worker| worker.crunch(ms(900)).send()).collect::<Result<_, _>>()?;
    for pending in busy {
        pending.wait()?;
    }
    monitor.note("index loads").details("96 MiB").tell()?;
    workers[1].load(96).wait()?;
    workers[1].crunch(ms(400)).wait()?;
    monitor.note("archive gives back").tell()?;
    workers[3].forget().wait()?;
    workers[0].crunch(ms(400)).wait()?;
    monitor.note("they end").print(true).tell()?;
    drop(workers);

    let stats = monitor.stats().wait()?;
    for name in ["resize", "index", "render", "archive"] {
        let own = stats.samples.iter().filter(|sample| sample.name == name);
        let peak = own.map(|sample| sample.peak).max().ok_or("it was not found")?;
        println!("{name:8} had {:4} MiB at most", peak >> 20);
    }
    assert_eq!(stats.notes.len(), 6);
    // Returns when the last figure is saved.
    monitor.worker().join()?;
    println!("\nsee {} and {}", picture.display(), log.display());
    Ok(())
}

fn folder() -> PathBuf {
    env::temp_dir()
}
