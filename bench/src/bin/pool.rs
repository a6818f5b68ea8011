//! Items of a pool of functions, one at a time and in chunks: beside Python's multiprocessing, rayon
//! (threads of one process, nothing encoded) and plain processes behind bare socketpairs.
//!
//! Each has two workers, which are there before anything is measured. The first argument says how
//! many rounds there are.

use coproc::{CallError, Pool};
use coproc_bench::{
    peers::{pipes::Workers, python::Python, serve_if_asked},
    rounds::{Case, Failure, asked_for, compare},
    work::{Busy, Successor, busy, successor},
};
use rayon::{
    ThreadPool, ThreadPoolBuilder,
    iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator},
};

const WORKERS: usize = 2;

/// How many items go together to a plain process: as many as its link holds.
const TOGETHER: u64 = 4096;

/// What each case must come to.
fn check(count: u64, sum: u64) -> Result<(), Failure> {
    let expected = count * (count + 1) / 2;
    if sum == expected { Ok(()) } else { Err(format!("{sum} instead of {expected}").into()) }
}

fn total(count: u64, results: impl Iterator<Item = Result<u64, CallError>>) -> Result<(), Failure> {
    let sum = results.sum::<Result<u64, _>>()?;
    check(count, sum)
}

fn plain<'a>(function: &str, together: u64) -> Result<Case<'a>, Failure> {
    let mut workers = Workers::start(WORKERS, function)?;
    let run = move |count| check(count, workers.sum(count, together)?);
    Ok(Case::new("plain processes, socketpairs", run))
}

/// What is measured, each started once.
struct Subjects {
    pool: Pool,
    threads: ThreadPool,
    python: Python,
}

impl Subjects {
    fn start() -> Result<Self, Failure> {
        let threads = ThreadPoolBuilder::new().num_threads(WORKERS).build()?;
        Ok(Self { pool: Pool::new(WORKERS)?, threads, python: Python::start() })
    }

    /// rayon with at most so many items in a task.
    fn rayon<'a>(&'a self, function: fn(u64) -> u64, most: usize) -> Case<'a> {
        let run = move |count: u64| {
            let items = 0..usize::try_from(count)?;
            let items = items.into_par_iter().with_max_len(most);
            // The results are kept, as a map's are.
            let results: Vec<u64> =
                self.threads.install(|| items.map(|item| function(item as u64)).collect());
            check(count, results.iter().sum())
        };
        Case::new("rayon, threads", run)
    }

    fn one_at_a_time(&self) -> Result<Vec<Case<'_>>, Failure> {
        let map = |count| total(count, self.pool.map(0..count, Successor).chunk(1));
        let mut cases = vec![Case::new("coproc `map`, `.chunk(1)`", map)];
        cases.push(plain("successor", 1)?);
        cases.push(self.rayon(successor, 1));
        cases.extend(
            self.python.case("multiprocessing `map`, `chunksize=1`", "pool map-1 successor"),
        );
        cases.extend(self.python.case("multiprocessing `imap`", "pool imap successor"));
        Ok(cases)
    }

    fn in_chunks(&self) -> Result<Vec<Case<'_>>, Failure> {
        let map = |count| total(count, self.pool.map(0..count, Successor));
        let mut cases = vec![Case::new("coproc `map`", map)];
        cases.push(plain("successor", TOGETHER)?);
        cases.push(self.rayon(successor, usize::MAX));
        cases.extend(self.python.case("multiprocessing `map`", "pool map successor"));
        Ok(cases)
    }

    fn with_work(&self) -> Result<Vec<Case<'_>>, Failure> {
        let map = |count| total(count, self.pool.map(0..count, Busy));
        let single = |count| total(count, self.pool.map(0..count, Busy).chunk(1));
        let mut cases = vec![Case::new("coproc `map`", map)];
        cases.push(Case::new("coproc `map`, `.chunk(1)`", single));
        cases.push(plain("busy", 1)?);
        cases.push(self.rayon(busy, 1));
        cases.extend(self.python.case("multiprocessing `map`", "pool map busy"));
        cases.extend(self.python.case("multiprocessing `map`, `chunksize=1`", "pool map-1 busy"));
        cases.extend(self.python.case("multiprocessing `imap`", "pool imap busy"));
        Ok(cases)
    }
}

fn main() -> Result<(), Failure> {
    coproc::init();
    serve_if_asked();
    let rounds = asked_for()?;
    let subjects = Subjects::start()?;
    compare("next to nothing, one at a time", subjects.one_at_a_time()?, rounds)?;
    compare("next to nothing, in chunks", subjects.in_chunks()?, rounds)?;
    compare("50 µs of a processor", subjects.with_work()?, rounds)
}
