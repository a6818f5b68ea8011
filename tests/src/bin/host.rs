//! A program whose end is what is tested: it starts workers that rest, workers that never stop and
//! workers of workers, prints their pids, waits for a line, and ends in the way that it was told.

use std::{
    env,
    fs::OpenOptions,
    hint,
    io::{self, Write},
    process,
};

use coproc::{Process, prelude::*, spawn::WorkerResource};
use rustix::{
    process::{Signal, getpid, kill_process, set_parent_process_death_signal},
    stdio::stdin,
};

/// A worker that may have one of its own.
pub struct Outpost {
    below: Option<WorkerResource<Outpost>>,
}

#[worker(event = ())]
impl Outpost {
    #[init]
    fn new(deep: u32) -> coproc::Result<Self> {
        let below = if deep > 0 { Some(Self::spawn(deep - 1)?) } else { None };
        Ok(Self { below })
    }

    /// Its own, and those below.
    #[message]
    fn pids(&self) -> coproc::Result<Vec<u32>> {
        let mut pids = vec![process::id()];
        if let Some(below) = &self.below {
            pids.extend(below.pids().wait()?);
        }
        Ok(pids)
    }

    /// From now on the kernel does not end it with its parent, down to the last one.
    #[message]
    fn clear_death_signal(&self) -> coproc::Result<()> {
        if let Some(below) = &self.below {
            below.clear_death_signal().wait()?;
        }
        set_parent_process_death_signal(None)?;
        Ok(())
    }

    /// Never returns, and says when it has begun, down to the last one.
    #[message]
    fn spin(&self, cx: &mut coproc::Context<Self>) -> coproc::Result<()> {
        if let Some(below) = &self.below {
            below.spin().tell()?;
            below.worker().events().next();
        }
        cx.emit(());
        loop {
            hint::spin_loop();
        }
    }
}

unsafe extern "C" {
    fn fork() -> i32;
}

/// Leaves a copy of this process behind that has its descriptors until standard input ends.
fn leave_copy() {
    // SAFETY: the child makes system calls only, which take no lock that another thread of this
    // process may have held, until it ends without running anything of Rust's.
    if unsafe { fork() } == 0 {
        while rustix::io::read(stdin(), &mut [0; 8]) != Ok(0) {}
        let _ = kill_process(getpid(), Signal::KILL);
    }
}

#[coproc::main]
fn main() -> coproc::Result<()> {
    if let Some(log) = env::var_os("COPROC_TESTS_STARTED") {
        OpenOptions::new().append(true).open(log)?.write_all(b"started\n")?;
        // It is killed long before.
        for _ in 0..10_000 {
            Outpost::spawn(0)?;
        }
        return Ok(());
    }
    let place = Process::new().grace(ms(1));
    let resting = Outpost::on(place.clone()).spawn(1)?;
    let spinning = Outpost::on(place).spawn(2)?;
    let mut pids = resting.pids().wait()?;
    pids.extend(spinning.pids().wait()?);

    if env::args().nth(1).as_deref() == Some("copy") {
        resting.clear_death_signal().wait()?;
        spinning.clear_death_signal().wait()?;
    }
    spinning.spin().tell()?;
    spinning.worker().events().next();
    println!("{}", pids.iter().map(u32::to_string).collect::<Vec<_>>().join(" "));

    io::stdin().read_line(&mut String::new())?;
    match env::args().nth(1).as_deref() {
        Some("exit") => process::exit(3),
        Some("abort") => process::abort(),
        Some("copy") => {
            leave_copy();
            process::abort();
        }
        Some("panic") => panic!("the end of the host"),
        Some("again") => println!("{} more", Outpost::spawn(1)?.pids().wait()?.len()),
        Some("forget") => std::mem::forget((resting, spinning)),
        Some("detach") => [resting, spinning].iter().for_each(|owner| owner.worker().detach()),
        _ => {}
    }
    Ok(())
}
