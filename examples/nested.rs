//! Processes inside of processes, five deep: each starts the next, waits for it, and adds itself to
//! what it gets from there. Again and again, and nothing is left behind. Answers zproc's nested
//! processes.

use std::{collections::HashSet, path::Path, process};

use coproc::prelude::*;

const DEPTH: u32 = 5;
const ROUNDS: u32 = 20;

/// Starts a process of its own kind inside of its own, down to the last level. Gives the ids of all
/// of them, the innermost first.
#[worker]
fn descend(levels: u32) -> coproc::Result<Vec<u32>> {
    let mut pids = match levels {
        0 | 1 => Vec::new(),
        _ => Descend::spawn(levels - 1)?.worker().join()?,
    };
    pids.push(process::id());
    Ok(pids)
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    for round in 1..=ROUNDS {
        let pids = Descend::spawn(DEPTH)?.worker().join()?;
        println!("{round:2}: {pids:?} in {}", process::id());

        let different: HashSet<u32> = pids.iter().copied().chain([process::id()]).collect();
        assert_eq!(different.len(), DEPTH as usize + 1);
        for pid in pids {
            assert!(!Path::new(&format!("/proc/{pid}")).exists(), "{pid} is left");
        }
    }
    Ok(())
}
