//! A hundred processes watch five cookies being baked, from the beginning, however late each of them
//! starts, and each eats five. The count is exact in the end: below zero, as they are many. Answers
//! the extreme version of zproc's cookie eater.

use coproc::{State, prelude::*};

const EATERS: usize = 100;
const COOKIES: usize = 5;

/// Eats one cookie for each of the first changes of their number. Gives what it has seen.
#[worker]
fn eater(state: &State, appetite: usize) -> coproc::Result<Vec<i64>> {
    let (cookies, mut seen) = (state.key::<i64>("cookies"), Vec::new());
    for update in state.watch(["cookies"]).from_start().take(appetite) {
        let update = update?;
        assert_eq!(update.missed, 0);
        seen.push(update.after()?.unwrap_or_default());
        cookies.modify(|cookies| *cookies -= 1)?;
    }
    Ok(seen)
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = State::spawn()?;
    let cookies = state.key::<i64>("cookies");
    let eaters = Eater::on(Process::new().group(EATERS)).spawn(&state, COOKIES)?;
    for _ in 0..COOKIES {
        cookies.modify(|cookies| *cookies += 1)?;
    }

    let seen: Vec<Vec<i64>> = eaters.join().into_iter().collect::<Result<_, _>>()?;
    let same = &seen[0];
    println!("each of {EATERS} eaters has seen {same:?}");
    assert!(seen.iter().all(|seen| seen == same), "the beginning is the same for all");

    let left = cookies.get()?;
    println!("{left:?} cookies are left");
    assert_eq!(left, Some(COOKIES as i64 - (EATERS * COOKIES) as i64));
    Ok(())
}
