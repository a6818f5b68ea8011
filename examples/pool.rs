//! A pool of four processes that runs a function on many items, while some of them go wrong.

use coproc::{Pool, prelude::*};

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{0} does not come to 1 within {1} steps")]
struct TooLong(u64, u32);

/// How many steps it takes from `n` to 1, halving what is even and tripling and one more what is
/// not.
#[worker]
fn steps(n: u64, most: u32) -> Result<u32, TooLong> {
    let mut value = n;
    for step in 0..most {
        match value {
            0 => std::process::abort(),
            1 => return Ok(step),
            even if even % 2 == 0 => value /= 2,
            odd => value = 3 * odd + 1,
        }
    }
    Err(TooLong(n, most))
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = Pool::new(4)?;

    // In order, lazily, several items in a message.
    let lengths: Vec<u32> = pool.map(1..100_000, Steps.with(1000)).collect::<Result<_, _>>()?;
    let (longest, length) =
        (1u64..).zip(&lengths).max_by_key(|(_, length)| **length).ok_or("none")?;
    println!("of all below 100000, {longest} takes longest: {length} steps");
    assert_eq!((longest, *length), (77_031, 350));

    // An endless input is read only as far ahead as is in flight.
    let first = pool.map(1.., Steps.with(1000)).find(|result| matches!(result, Ok(200..)));
    println!("the first that takes 200 steps or more takes {:?}", first.ok_or("none")??);

    // An error is the item's own; a crash takes a worker along, which is replaced.
    let results: Vec<_> = pool.map([6, 0, 27, 7], Steps.with(100)).collect();
    for (n, result) in [6, 0, 27, 7].into_iter().zip(&results) {
        match result {
            Ok(steps) => println!("{n}: {steps} steps"),
            Err(error) => println!("{n}: {error}"),
        }
    }
    assert_eq!(results[0], Ok(8));
    assert!(matches!(&results[1], Err(CallError::Crashed(report)) if report.signal() == Some(6)));
    assert_eq!(results[2], Err(CallError::Handler(TooLong(27, 100))));
    assert_eq!(results[3], Ok(16));

    // Whatever is urgent overtakes what waits.
    let pending: Vec<_> =
        (1..1000).map(|n| pool.submit(Steps, (n, 1000))).collect::<Result<_, _>>()?;
    println!("27: {} steps", pool.call(Steps, (27, 1000)).priority(-1).wait()?);
    let sum: u32 = pending.into_iter().map(|steps| steps.wait()).sum::<Result<_, _>>()?;
    println!("all below 1000 together: {sum} steps");

    pool.join()?;
    Ok(())
}
