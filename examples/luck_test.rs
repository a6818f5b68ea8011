//! One process draws numbers as fast as it can, another waits for a lucky one without asking again
//! and again, and then tells the first to stop. They have nothing in common but a state. Answers
//! zproc's luck test.

use std::hash::{BuildHasher, Hasher, RandomState};

use coproc::{State, prelude::*};

/// Draws numbers until `stop` is set; returns how many.
#[worker]
fn generator(state: &State) -> coproc::Result<u64> {
    let mut drawn = 0;
    while !state.contains("stop")? {
        state.set("number", &draw())?;
        drawn += 1;
    }
    Ok(drawn)
}

/// Waits for a number between these two, and gives it.
#[worker]
fn listener(state: &State, low: f64, high: f64) -> coproc::Result<f64> {
    let lucky = state.key::<f64>("number").wait_until(|number| (low..high).contains(number))?;
    state.set("stop", &true)?;
    Ok(lucky)
}

/// A number from 0 up to 1. Each hasher of the standard library starts from another secret.
fn draw() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    (random >> 32) as f64 / f64::from(u32::MAX)
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = State::spawn()?;
    let listener = Listener::spawn(&state, 0.6, 0.61)?;
    let generator = Generator::spawn(&state)?;

    let lucky = listener.worker().join()?;
    let drawn = generator.worker().join()?;
    println!("{lucky} was among the first {drawn} numbers");
    assert!((0.6..0.61).contains(&lucky));
    assert!(drawn > 0);
    Ok(())
}
