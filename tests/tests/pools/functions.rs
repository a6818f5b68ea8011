//! Pools that run functions on items.

use std::{
    cell::Cell,
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process,
    time::Instant,
};

use coproc::{Inline, Pool, Process, Thread, prelude::*};
use coproc_tests::{Gate, Watch, gate};

use super::{Mark, NoGood};

#[worker]
pub(crate) fn square(n: u64) -> u64 {
    n * n
}

#[worker]
fn power(base: u64, exponent: u32) -> u64 {
    base.pow(exponent)
}

#[worker]
fn nothing() {}

/// Every form that an argument can have.
#[worker]
fn describe(text: &str, path: &Path, many: &[u32], maybe: Option<&str>, bytes: &[u8]) -> String {
    format!("{text} {} {many:?} {maybe:?} {bytes:?}", path.display())
}

#[worker]
fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}

/// Fails, panics or takes the process along, each for other numbers.
#[worker]
fn survive(n: u64) -> Result<u64, NoGood> {
    match n % 100 {
        13 => Err(NoGood(n)),
        42 => panic!("{n} panics"),
        77 => process::abort(),
        _ => Ok(n),
    }
}

#[worker]
fn grow(bytes: usize) -> Bytes {
    vec![1; bytes].into()
}

/// The same, of which each byte is written by itself.
#[worker]
fn grow_slowly(bytes: usize) -> Vec<u8> {
    vec![1; bytes]
}

#[worker]
fn pid(item: u64) -> u32 {
    let _ = item;
    process::id()
}

#[worker]
fn hold(begun: &Path, end: &Path) -> u32 {
    gate::open(begun);
    gate::pass(end);
    process::id()
}

#[worker]
fn die_first(mark: &Path) -> bool {
    match std::fs::create_dir(mark) {
        Ok(()) => process::abort(),
        Err(_) => true,
    }
}

/// The tenth waits at a gate, for longer than it takes to look whether anybody still wants it; those
/// behind it leave a mark.
#[worker]
fn hold_the_tenth(n: u32, begun: &Path, end: &Path, mark: &Path) {
    if n == 10 {
        gate::open(begun);
        gate::pass(end);
        // Its clock ticks every 10 ms at the slowest.
        let opened = Instant::now();
        while opened.elapsed() < ms(25) {
            std::thread::yield_now();
        }
    } else if n > 10 {
        std::fs::create_dir(mark).expect("no other has left it");
    }
}

/// What cannot be encoded for odd numbers.
#[derive(Serialize, Deserialize)]
struct Odd(#[serde(serialize_with = "even_only")] u64);

fn even_only<S: serde::Serializer>(n: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    match n % 2 {
        0 => serializer.serialize_u64(*n),
        _ => Err(serde::ser::Error::custom("odd")),
    }
}

#[worker]
fn open(odd: Odd) -> u64 {
    odd.0
}

/// Has a pool of its own.
#[worker]
fn sum_of_squares(below: u64) -> coproc::Result<u64> {
    let pool = Pool::new(2)?;
    let sum = pool.map(0..below, Square).sum::<Result<u64, _>>()?;
    pool.join()?;
    Ok(sum)
}

/// Once in a worker, and once in each worker of a pool.
#[coproc::test]
fn workers_have_pools_of_their_own() {
    let _watch = Watch::set();
    assert_eq!(SumOfSquares::spawn(4).unwrap().worker().join().unwrap(), 14);
    let pool = Pool::new(2).unwrap();
    let sums = pool.map([0, 1, 3, 1000], SumOfSquares).chunk(1);
    assert_eq!(sums.map(Result::unwrap).collect::<Vec<_>>(), [0, 0, 5, 332_833_500]);
}

#[coproc::test]
fn any_number_of_items_comes_out_in_order() {
    let _watch = Watch::set();
    let pool = Pool::new(4).unwrap();
    for items in [0, 1, 3, 4, 8, 10_000] {
        let results: Result<Vec<_>, _> = pool.map(0..items, Square).collect();
        assert!(results.unwrap().into_iter().eq((0..items).map(|n| n * n)));
        let results = pool.map(0..items, Square).chunk(7).in_flight(20);
        assert!(results.map(Result::unwrap).eq((0..items).map(|n| n * n)));
        let results = pool.map_unordered(0..items, Square);
        let results: BTreeSet<_> = results.map(|(place, n)| (place as u64, n.unwrap())).collect();
        assert!(results.into_iter().eq((0..items).map(|n| (n, n * n))));
    }
}

#[coproc::test]
fn arguments_are_one_or_a_tuple_or_fixed() {
    let _watch = Watch::set();
    let pool = Pool::new(2).unwrap();
    let powers: Result<Vec<_>, _> = pool.starmap([(2, 2), (3, 2)], Power).collect();
    assert_eq!(powers.unwrap(), [4, 9]);
    let cubes: Result<Vec<_>, _> = pool.map(0..4, Power.with(3)).collect();
    assert_eq!(cubes.unwrap(), [0, 1, 8, 27]);
    assert_eq!(pool.apply(Power, (2, 5)).unwrap(), 32);
    assert_eq!(pool.apply(Power.with(4), 2).unwrap(), 16);
    assert_eq!(pool.map([(); 3], Nothing).filter(Result::is_ok).count(), 3);
    let path = Path::new("a path");
    let described = "a text a path [1, 2] None [3, 4]";
    let item = ("a text".to_owned(), path.to_owned(), vec![1, 2], None, vec![3, 4]);
    assert_eq!(pool.apply(Describe, item).unwrap(), described);
    let fixed = Describe.with(path, &[1, 2], None, &[3, 4]);
    assert_eq!(pool.submit(fixed, "a text".to_owned()).unwrap().wait().unwrap(), described);
    let pending = pool.call(Square, 3).priority(-1).send().unwrap();
    assert_eq!(pending.wait().unwrap(), 9);
}

#[coproc::test]
fn each_item_of_a_message_has_its_own_outcome() {
    let _watch = Watch::set();
    let pool = Pool::new(2).unwrap();
    for chunk in [1, 5, 1000] {
        let results: Vec<_> = pool.map(0..250, Survive).chunk(chunk).collect();
        assert_eq!(results.len(), 250);
        for (n, result) in (0..250).zip(results) {
            match (n % 100, result) {
                (13, Err(CallError::Handler(error))) => assert_eq!(error, NoGood(n)),
                (42, Err(CallError::Panicked(report))) => {
                    assert_eq!(report.message(), format!("{n} panics"));
                    assert_eq!(report.handler(), "survive");
                }
                (77, Err(CallError::Crashed(report))) => {
                    assert_eq!(report.handler(), Some("survive"));
                }
                (13 | 42 | 77, other) => panic!("{n}: {other:?}"),
                (_, result) => assert_eq!(result.unwrap(), n),
            }
        }
    }
}

#[coproc::test]
fn a_failed_map_leaves_the_next_one_right() {
    let _watch = Watch::set();
    let pool = Pool::new(2).unwrap();
    for _ in 0..3 {
        let texts = ["1", "two", "3"].map(String::from);
        let numbers: Result<Vec<_>, _> = pool.map(texts, Number).collect();
        let text = "two is no number".to_owned();
        assert_eq!(numbers, Err(CallError::Handler(text)));
        let squares: Result<Vec<_>, _> = pool.map(0..10, Square).collect();
        assert_eq!(squares.unwrap(), [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
    }
}

#[coproc::test]
fn an_item_that_kills_three_workers_is_quarantined_and_the_rest_completes() {
    let _watch = Watch::set();
    let pool = Pool::new(2).unwrap();
    let results: Vec<_> = pool.map(70..90, Survive).chunk(5).retry(5).collect();
    for (n, result) in (70..90).zip(results) {
        match result {
            Ok(value) => assert_eq!(value, n),
            Err(CallError::Poisoned { crashes: 3 }) => assert_eq!(n, 77),
            Err(other) => panic!("{n}: {other:?}"),
        }
    }
    let marks = [Mark::new(), Mark::new(), Mark::new()];
    let paths: Vec<PathBuf> = marks.iter().map(|mark| mark.0.clone()).collect();
    assert!(pool.map(paths, DieFirst).retry(1).all(|result| result.unwrap()));
}

#[coproc::test]
fn what_cannot_be_encoded_is_an_error_in_its_place() {
    let _watch = Watch::set();
    let pool = Pool::new(2).unwrap();
    let results: Vec<_> = pool.map((0..20).map(Odd), Open).chunk(6).collect();
    for (n, result) in (0..20).zip(results) {
        match result {
            Ok(value) => assert_eq!((value, n % 2), (n, 0)),
            Err(CallError::Encode(text)) => assert!(n % 2 == 1 && text.contains("odd"), "{text}"),
            Err(other) => panic!("{n}: {other:?}"),
        }
    }
    assert_eq!(pool.apply(Open, Odd(1)).unwrap_err().to_string(), "cannot encode: odd");
}

#[coproc::test]
fn what_is_too_large_is_an_error_in_its_place() {
    let _watch = Watch::set();
    let place = Process::new().max_message(3 << 20);
    let pool = Pool::on(place.pool(1)).spawn().unwrap();
    let sizes = [1, 2 << 20, 4 << 20, 5, 2 << 20, 2 << 20, 6];
    let results: Vec<_> = pool.map(sizes, Grow).chunk(10).collect();
    for (size, result) in sizes.into_iter().zip(results) {
        match result {
            Ok(bytes) => assert_eq!(bytes.len(), size),
            Err(CallError::TooLarge { limit, .. }) => assert!(limit <= 3 << 20 && size > limit),
            Err(other) => panic!("{size}: {other:?}"),
        }
    }
    // How large that would have become is not known to whoever gives up at the limit.
    let error = pool.apply(GrowSlowly, 4 << 20).unwrap_err();
    assert!(matches!(error, CallError::TooLarge { size, limit } if size > limit), "{error:?}");
    assert!(error.to_string().contains("bytes or more"), "{error}");
    let texts = [10, 4 << 20, 20].map(|size| "1".repeat(size));
    let results: Vec<_> = pool.map(texts, Number).chunk(2).collect();
    assert!(matches!(results[1], Err(CallError::TooLarge { .. })), "{:?}", results[1]);
    assert_eq!(results[0].as_ref().unwrap(), &1_111_111_111);
}

#[coproc::test]
fn an_endless_input_is_read_as_far_as_is_in_flight() {
    let _watch = Watch::set();
    let pool = Pool::new(2).unwrap();
    let mut read = 0;
    let items = std::iter::repeat_with(|| {
        read += 1;
        read
    });
    let first: Result<Vec<_>, _> = pool.map(items, Square).in_flight(100).take(5000).collect();
    assert_eq!(first.unwrap()[4999], 25_000_000);
    assert!(read <= 5100, "{read} were read");
    assert_eq!(pool.map(0.., Square).take(3).map(Result::unwrap).sum::<u64>(), 5);
}

#[coproc::test]
fn what_is_left_of_a_message_is_not_done_once_its_map_is_dropped() {
    let _watch = Watch::set();
    let (begun, end, mark) = (Gate::new(), Gate::new(), Mark::new());
    let pool = Pool::new(1).unwrap();
    let mut map = pool.map(0..100, HoldTheTenth.with(&begun, &end, &mark.0)).chunk(10);
    map.next().unwrap().unwrap();
    gate::pass(&begun);
    drop(map);
    gate::open(&end);
    pool.join().unwrap();
    assert!(!mark.0.exists());
}

#[coproc::test]
fn a_panic_of_the_input_reaches_the_caller_and_the_pool_goes_on() {
    let _watch = Watch::set();
    let pool = Pool::new(2).unwrap();
    let items = (0..1000).inspect(|n| assert!(*n != 500, "the input ends here"));
    let map = pool.map(items, Square);
    assert!(catch_unwind(AssertUnwindSafe(|| map.count())).is_err());
    assert_eq!(pool.apply(Square, 4).unwrap(), 16);
}

#[coproc::test]
fn pools_of_functions_stand_at_every_place() {
    let _watch = Watch::set();
    let inline = Pool::on(Inline.pool(2)).spawn().unwrap();
    let thread = Pool::on(Thread.pool(2)).spawn().unwrap();
    for pool in [inline, thread] {
        assert_eq!(pool.map(0..100, Square).map(Result::unwrap).sum::<u64>(), 328_350);
        assert_eq!(pool.apply(Power, (3, 3)).unwrap(), 27);
        pool.join().unwrap();
        assert!(matches!(pool.apply(Square, 1), Err(CallError::Closed(_))));
    }
}

#[coproc::test]
fn a_worker_is_replaced_after_so_many_items() {
    let _watch = Watch::set();
    let pool = Pool::on(Process::new().pool(1).recycle_after(10)).spawn().unwrap();
    let pids: Result<Vec<_>, _> = pool.map(0..100, Pid).collect();
    let mut runs: Vec<(u32, usize)> = Vec::new();
    for pid in pids.unwrap() {
        match runs.last_mut() {
            Some((last, run)) if *last == pid => *run += 1,
            _ => runs.push((pid, 1)),
        }
    }
    let most = runs.iter().map(|(_, run)| *run).max().unwrap();
    // A message that was sent before the tenth item takes along what it holds.
    assert!(runs.len() >= 5 && most < 20, "{runs:?}");
}

/// Keeps so many bytes for ever.
#[worker]
fn leak(bytes: usize) -> u32 {
    std::mem::forget(std::hint::black_box(vec![1_u8; bytes]));
    process::id()
}

#[coproc::test]
fn a_worker_that_holds_too_much_memory_is_replaced() {
    let _watch = Watch::set();
    let pool = Pool::on(Process::new().pool(1).recycle_above(64 << 20)).spawn().unwrap();
    let pids: Result<Vec<_>, _> = pool.map([0, 0, 128 << 20, 0, 0], Leak).chunk(1).collect();
    let pids = pids.unwrap();
    assert!(pids[0] == pids[1] && pids[1] == pids[2], "{pids:?}");
    assert!(pids[2] != pids[3] && pids[3] == pids[4], "{pids:?}");
}

#[coproc::test]
fn a_pool_of_functions_grows_and_shrinks_and_ends() {
    let _watch = Watch::set();
    let pool = Pool::new(1).unwrap();
    for workers in [3, 1, 0] {
        pool.resize(workers);
        assert_eq!(pool.len(), workers.max(1));
        let (end, begun) = (Gate::new(), [(); 3].map(|()| Gate::new()));
        let begun = &begun[..pool.len()];
        let item = |begun: &Gate| (begun.to_path_buf(), end.to_path_buf());
        let held: Vec<_> =
            begun.iter().map(|begun| pool.submit(Hold, item(begun)).unwrap()).collect();
        // All of them hold at the same time.
        begun.iter().for_each(|begun| gate::pass(begun));
        // As long as it is open for writing, whoever comes passes.
        let _open = std::fs::File::options().read(true).write(true).open(&*end).unwrap();
        assert!(held.into_iter().all(|held| held.wait().is_ok()));
    }
    let pending: Vec<_> = (0..20).map(|n| pool.submit(Square, n).unwrap()).collect();
    pool.close();
    assert!(!pool.is_alive());
    assert!(matches!(pool.submit(Square, 1), Err(CallError::Closed(_))));
    assert!(pending.into_iter().map(|square| square.wait().unwrap()).eq((0..20).map(|n| n * n)));
    pool.join().unwrap();
}

/// The most memory that this process has had, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    let kibibytes = line.split_whitespace().next().and_then(|number| number.parse::<usize>().ok());
    kibibytes.expect("a number") << 10
}

/// In a process where nothing else happens; gives by how much it has grown.
#[worker]
fn map_a_million() -> coproc::Result<usize> {
    let pool = Pool::new(2)?;
    pool.map(0..1000, Square).try_for_each(|square| square.map(drop))?;
    let before = peak();
    for (n, square) in (0..1_000_000).zip(pool.map(0..1_000_000, Square)) {
        assert_eq!(square?, n * n);
    }
    Ok(peak() - before)
}

/// Were they kept, they would have 24 MB at least.
#[coproc::test]
fn a_million_items_take_no_more_room_than_a_thousand() {
    let _watch = Watch::set();
    let grown = MapAMillion::spawn().unwrap().worker().join().unwrap();
    assert!(grown < 8 << 20, "by {grown} bytes");
}

/// Takes longer than a message is to take.
#[worker]
fn slow(n: u64) -> u64 {
    let begun = Instant::now();
    while begun.elapsed() < ms(2) {
        std::hint::spin_loop();
    }
    n
}

/// Quick items travel many together, slow ones each alone: told by how far ahead is read.
#[coproc::test]
fn how_many_travel_together_is_found_out() {
    let _watch = Watch::set();
    let pool = Pool::new(1).unwrap();
    let ahead = |read: &Cell<u64>, given: u64| read.get() - given;
    let read = Cell::new(0);
    let items = || (0..).inspect(|_| read.set(read.get() + 1));
    let alone = pool.map(items(), Slow).take(30).enumerate();
    let most = alone.map(|(given, _)| ahead(&read, given as u64)).max().unwrap();
    assert!(most <= 4, "{most} were read ahead");

    read.set(0);
    let together = pool.map(items(), Square).take(20_000).enumerate();
    let most = together.map(|(given, _)| ahead(&read, given as u64)).find(|ahead| *ahead > 400);
    assert!(most.is_some(), "they were sent each alone");
}

#[coproc::test]
fn a_worker_that_is_killed_costs_no_more_than_its_own_item() {
    let _watch = Watch::set();
    let pool = Pool::new(2).unwrap();
    let mut pids = BTreeSet::new();
    while pids.len() < 2 {
        pids.extend(pool.map(0..10, Pid).chunk(1).map(Result::unwrap));
    }
    let (end, begun) = (Gate::new(), [Gate::new(), Gate::new()]);
    let held = begun
        .each_ref()
        .map(|begun| pool.submit(Hold, (begun.to_path_buf(), end.to_path_buf())).unwrap());
    begun.iter().for_each(|begun| gate::pass(begun));
    let waiting: Vec<_> = (0..20).map(|n| pool.submit(Square, n).unwrap()).collect();
    pids.into_iter().for_each(super::deaths::kill);
    for held in held {
        let outcome = held.wait();
        assert!(matches!(outcome, Err(CallError::Crashed(_))), "{outcome:?}");
    }
    for (n, waiting) in (0..20).zip(waiting) {
        assert_eq!(waiting.wait().unwrap(), n * n);
    }
}
