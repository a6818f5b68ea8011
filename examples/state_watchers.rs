//! The ways to wait for a state: for a predicate, for a value, for another value, for any change,
//! for a change of one name, or of any but one. Six processes wait at the same time, each in its own
//! way, and none of them asks again and again. Answers zproc's state watchers.

use coproc::{
    State,
    prelude::*,
    state::{StateError, Update, Watch},
};

/// Waits for two flags, in as many ways as there are methods.
pub struct Watcher {
    state: State,
    all: Watch,
    second: Watch,
    but_first: Watch,
}

#[worker]
impl Watcher {
    /// A watch gives what is changed after it was made, also if it is asked later: so nothing is
    /// missed once `spawn` has returned.
    #[init]
    fn new(state: State) -> Self {
        let (all, second) = (state.watch_all(), state.watch(["flag2"]));
        let but_first = state.watch_all().except(["flag1"]);
        Self { state, all, second, but_first }
    }

    #[message]
    fn until(&self) -> Result<String, StateError> {
        self.state.wait_until(|view| Ok(view.get("flag1")? == Some(true)))?;
        Ok("flag1 is set".to_owned())
    }

    #[message]
    fn equal(&self) -> Result<String, StateError> {
        let flag: bool = self.state.key("flag1").wait_equal(&true)?;
        Ok(format!("flag1 = {flag}"))
    }

    /// A name that is not there has no value, so none that is another one.
    #[message]
    fn not_equal(&self) -> Result<String, StateError> {
        let flag: bool = self.state.key("flag1").wait_not_equal(&false)?;
        Ok(format!("flag1 = {flag}"))
    }

    #[message]
    fn any_change(&mut self) -> Result<String, StateError> {
        told(self.all.recv()?)
    }

    #[message]
    fn change_of_second(&mut self) -> Result<String, StateError> {
        told(self.second.recv()?)
    }

    #[message]
    fn change_but_of_first(&mut self) -> Result<String, StateError> {
        told(self.but_first.recv()?)
    }
}

fn told(update: Update) -> Result<String, StateError> {
    let (before, after) = (update.before::<bool>()?, update.after::<bool>()?);
    Ok(format!("{}: {before:?} -> {after:?}", update.name))
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let state = State::spawn()?;
    let watchers = Watcher::on(Process::new().group(6)).spawn(state.clone())?;
    let early = [
        ("until", watchers[0].until().send()?, "flag1 is set"),
        ("equal", watchers[1].equal().send()?, "flag1 = true"),
        ("not equal", watchers[2].not_equal().send()?, "flag1 = true"),
        ("any change", watchers[3].any_change().send()?, "flag1: None -> Some(true)"),
    ];
    let late = [
        ("change of flag2", watchers[4].change_of_second().send()?),
        ("change but of flag1", watchers[5].change_but_of_first().send()?),
    ];

    println!("main: I set flag1");
    state.set("flag1", &true)?;
    for (way, pending, expected) in early {
        let seen = pending.wait()?;
        println!("{way}: {seen}");
        assert_eq!(seen, expected);
    }

    println!("main: I set flag2");
    state.set("flag2", &true)?;
    for (way, pending) in late {
        let seen = pending.wait()?;
        println!("{way}: {seen}");
        assert_eq!(seen, "flag2: None -> Some(true)");
    }
    Ok(())
}
