//! One process makes peanuts faster than they can be looked at. Who watches all of them misses none,
//! who watches live sees the latest and is told how many were skipped, and who has fallen behind can
//! go on live. Answers zproc's peanut processor.

use coproc::{
    State,
    prelude::*,
    state::{StateError, Watch},
};

const PEANUTS: u64 = 500;

/// Makes so many peanuts, numbered from 1.
#[worker]
fn generator(state: &State, peanuts: u64) -> coproc::Result<()> {
    for number in 1..=peanuts {
        state.set("peanut", &number)?;
    }
    Ok(())
}

/// What a consumer got, and how many peanuts it was told it missed.
#[derive(Debug, Default)]
struct Eaten {
    numbers: Vec<u64>,
    missed: u64,
}

/// Takes so many peanuts, or fewer if the last is among them.
fn consume(watch: &mut Watch, most: usize, eaten: &mut Eaten) -> Result<(), StateError> {
    for update in watch.take(most) {
        let update = update?;
        let number = update.after()?.unwrap_or_default();
        eaten.numbers.push(number);
        eaten.missed += update.missed;
        if number == PEANUTS {
            break;
        }
    }
    Ok(())
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = State::spawn()?;
    let watch = state.watch(["peanut"]);
    let generator = Generator::spawn(&state, PEANUTS)?;

    let mut live = Eaten::default();
    consume(&mut watch.clone().live(), usize::MAX, &mut live)?;
    println!("live: {} peanuts, {} skipped", live.numbers.len(), live.missed);
    assert_eq!(live.numbers.len() as u64 + live.missed, PEANUTS);
    assert!(live.numbers.is_sorted_by(|a, b| a < b));

    // All peanuts are made by now, and a watch still gives them from the first one on.
    generator.worker().join()?;
    let mut buffered = Eaten::default();
    consume(&mut watch.clone(), usize::MAX, &mut buffered)?;
    println!("buffered: {} peanuts, {} skipped", buffered.numbers.len(), buffered.missed);
    assert_eq!(buffered.numbers, Vec::from_iter(1..=PEANUTS));
    assert_eq!(buffered.missed, 0);

    let mut hybrid = Eaten::default();
    let mut watch = watch;
    consume(&mut watch, 3, &mut hybrid)?;
    consume(&mut watch.live(), usize::MAX, &mut hybrid)?;
    println!("hybrid: {:?}, {} skipped", hybrid.numbers, hybrid.missed);
    assert_eq!(hybrid.numbers, [1, 2, 3, PEANUTS]);
    assert_eq!(hybrid.missed, PEANUTS - 4);
    Ok(())
}
