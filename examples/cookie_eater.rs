//! One process bakes cookies and another eats them. The eater sleeps while there are none, the baker
//! while there is one, and neither asks the other. Answers zproc's cookie eater.

use coproc::{State, prelude::*};

const COOKIES: u32 = 5;

/// Eats so many cookies, each as soon as it is there.
#[worker]
fn eater(state: &State, appetite: u32) -> coproc::Result<u32> {
    let cookies = state.key::<u32>("cookies");
    for _ in 0..appetite {
        cookies.wait_until(|cookies| *cookies > 0)?;
        println!("eater: I ate a cookie!");
        cookies.modify(|cookies| *cookies -= 1)?;
    }
    Ok(appetite)
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = State::spawn()?;
    let cookies = state.key::<u32>("cookies");
    cookies.set(&0)?;
    let eater = Eater::spawn(&state, COOKIES)?;

    for _ in 0..COOKIES {
        cookies.wait_equal(&0)?;
        println!("main: I made a cookie!");
        cookies.modify(|cookies| *cookies += 1)?;
    }

    assert_eq!(eater.worker().join()?, COOKIES);
    assert_eq!(cookies.get()?, Some(0));
    Ok(())
}
