//! What a monitor costs, as a part of one core, and whether it keeps its period.
//!
//! The cost is the time on a processor that the kernel has counted for all of the monitor's threads,
//! in nanoseconds, while it watches for a while; that of its start is not in it. The period is told
//! by the times between its looks.

use std::{
    env, fs,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use coproc::{prelude::*, spawn::WorkerResource, Monitor};

type Failure = Box<dyn std::error::Error>;

/// Rests, or takes memory and gives it back 20 times a second.
struct Watched {
    restless: bool,
}

#[worker(pub(crate))]
impl Watched {
    #[init]
    fn new(restless: bool) -> Self {
        Self { restless }
    }

    #[tick(every = ms(50), when = self.restless)]
    fn stir(&mut self) {
        // So much that the allocator asks the system for it each time, and touched in one place.
        let mut memory = vec![0_u8; 64 << 20];
        memory[0] = 1;
        std::hint::black_box(&memory);
    }
}

/// What a monitor looks at.
enum Herd {
    Workers {
        restless: bool,
    },
    /// `sleep`, of which a thousand fit anywhere.
    Sleepers,
}

/// Ends them when it is dropped.
#[derive(Default)]
struct Running {
    workers: Vec<WorkerResource<Watched>>,
    sleepers: Vec<Child>,
}

impl Drop for Running {
    fn drop(&mut self) {
        for child in &mut self.sleepers {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Herd {
    fn start(&self, count: usize) -> Result<Running, Failure> {
        let mut running = Running::default();
        for _ in 0..count {
            match self {
                Herd::Workers { restless } => running.workers.push(Watched::spawn(*restless)?),
                Herd::Sleepers => {
                    running.sleepers.push(Command::new("sleep").arg("3600").spawn()?);
                }
            }
        }
        Ok(running)
    }
}

/// The time on a processor that all threads of a process have had.
fn used(pid: u32) -> Result<Duration, Failure> {
    let mut nanoseconds = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

fn measure(
    name: &str,
    herd: &Herd,
    count: usize,
    every: Duration,
    long: Duration,
) -> Result<(), Failure> {
    let running = herd.start(count)?;
    let monitor = Monitor::builder().every(every).spawn()?;
    let pid = monitor.worker().pid().ok_or("a monitor has a process")?;
    let (start, before) = (Instant::now(), used(pid)?);
    thread::sleep(long);
    let cost = (used(pid)? - before).as_secs_f64() / start.elapsed().as_secs_f64();
    let stats = monitor.stats().wait()?;
    drop(running);
    let looks: Vec<Duration> =
        stats.samples.chunk_by(|a, b| a.at == b.at).map(|round| round[0].at).collect();
    let found = stats.samples.iter().filter(|sample| Some(&sample.at) == looks.last()).count();
    let mut gaps: Vec<Duration> = looks.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let (Some(median), Some(worst)) = (gaps.get(gaps.len() / 2), gaps.last()) else {
        return Err("it has not looked twice".into());
    };
    let wanted = start.elapsed().as_secs_f64() / every.as_secs_f64();
    println!(
        "| {name} | {found} | {:.3} % | {} of {wanted:.1} | {:.1} ms | {:.1} ms |",
        cost * 100.0,
        gaps.len(),
        median.as_secs_f64() * 1e3,
        worst.as_secs_f64() * 1e3,
    );
    Ok(())
}

#[coproc::main]
fn main() -> Result<(), Failure> {
    let seconds = env::args().nth(1).map_or(Ok(10), |text| text.parse())?;
    let long = secs(seconds);
    println!("| case | processes | of a core | looks | between two: median | worst |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let workers = |restless| Herd::Workers { restless };
    measure("16 resting, 4 a second", &workers(false), 15, ms(250), long)?;
    measure("16 with memory that changes, 4 a second", &workers(true), 15, ms(250), long)?;
    measure("100 children, 4 a second", &workers(false), 100, ms(250), long)?;
    measure("1000 children, 1 a second", &Herd::Sleepers, 1000, secs(1), long)
}
