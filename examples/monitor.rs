//! A pool of four workers, whose items take time and memory of very different amounts, and a monitor
//! that watches them from a process of its own: it finds them by itself, also the one that takes the
//! place of another, keeps the notes of the host on the same clock, and draws what it has seen.
//! `cargo run --example monitor run.svg` writes the picture where it is told to.

use std::{
    collections::BTreeMap,
    env,
    path::PathBuf,
    time::{Duration, Instant},
};

use coproc::{Monitor, WorkerPool, prelude::*};

/// Works on tables, and keeps the last.
pub struct Cruncher {
    table: Vec<u8>,
}

#[worker]
impl Cruncher {
    #[init]
    fn new() -> Self {
        Self { table: Vec::new() }
    }

    /// Makes a table of so many mebibytes, and is busy with it for this long.
    #[message]
    fn crunch(&mut self, mebibytes: usize, long: Duration) -> u64 {
        let until = Instant::now() + long;
        self.forget();
        self.table = vec![1; mebibytes << 20];
        let pieces = self.table.chunks(1 << 20).cycle().take_while(|_| Instant::now() < until);
        pieces.flatten().fold(0, |sum: u64, byte| sum.wrapping_mul(31) + u64::from(*byte))
    }

    /// Reads what ends its process.
    #[message]
    fn stumble(&mut self) {
        std::process::abort();
    }

    /// Gives all of its memory back.
    #[message]
    fn forget(&mut self) {
        self.table = Vec::new();
    }
}

/// Has tables of these sizes worked on, each for this long.
fn crunch(pool: &WorkerPool<Cruncher>, sizes: &[usize], long: Duration) -> Result<(), CallError> {
    pool.map(sizes, |worker, size| worker.crunch(*size, long)).try_for_each(|sum| sum.map(drop))
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let picture = env::args_os().nth(1).map_or_else(|| folder().join("monitor.svg"), PathBuf::from);
    let log = folder().join("monitor.log");
    let monitor = Monitor::builder().every(ms(100)).log(&log).plot(&picture).spawn()?;

    monitor.note("four workers start").tell()?;
    let pool = Cruncher::on(Process::new().name("cruncher").pool(4)).spawn()?;
    monitor.note("small tables").details("eight of 8 to 64 MiB").tell()?;
    crunch(&pool, &[8, 16, 32, 48, 64, 48, 32, 16], ms(400))?;
    monitor.note("one worker dies").details("another takes its place").tell()?;
    assert!(matches!(pool.any().stumble().wait(), Err(CallError::Crashed(_))));
    monitor.note("large tables").details("four of 80 to 128 MiB").tell()?;
    crunch(&pool, &[80, 96, 112, 128], ms(700))?;
    monitor.note("one table").details("for one worker").tell()?;
    crunch(&pool, &[96], ms(500))?;
    monitor.note("all is given back").tell()?;
    for forgotten in pool.each(|worker| worker.forget())? {
        forgotten?;
    }
    crunch(&pool, &[8], ms(300))?;
    monitor.note("they end").print(true).tell()?;
    drop(pool);

    let stats = monitor.stats().wait()?;
    let mut peaks = BTreeMap::new();
    for sample in stats.samples.iter().filter(|sample| sample.name == "cruncher") {
        peaks.insert(sample.pid, sample.peak);
    }
    for (pid, peak) in &peaks {
        println!("cruncher {pid} had {:4} MiB at most", peak >> 20);
    }
    assert_eq!(peaks.len(), 5, "four, and the one that came later");
    assert_eq!(stats.notes.len(), 7);
    // Returns when the last figure is saved.
    monitor.worker().join()?;
    println!("\nsee {} and {}", picture.display(), log.display());
    Ok(())
}

fn folder() -> PathBuf {
    env::temp_dir()
}
