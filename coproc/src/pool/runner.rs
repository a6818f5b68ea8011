//! The worker that runs functions on items.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::batch::Results;
use crate::{
    codec::{Arguments, Attachments, Bytes, clock},
    worker::{Context, Recipe, panics},
};

/// The shortest time between two checks whether to go on.
const CHECK_EVERY: Duration = Duration::from_millis(1);

/// Runs functions on items.
#[derive(Debug)]
pub struct Runner {
    found: HashMap<u64, &'static Recipe>,
}

#[crate::worker(name = "coproc::Pool")]
impl Runner {
    #[init]
    fn new() -> Self {
        Self { found: HashMap::new() }
    }

    /// Runs a function on each of `items`, with the arguments `fixed` after each. The attachments
    /// `carried` belong to the only item and to `fixed`. Once it has taken about `budget` nanoseconds, it
    /// replies after the present item.
    #[message]
    fn run(
        &mut self,
        cx: &mut Context<Self>,
        function: u64,
        budget: u64,
        fixed: &[u8],
        items: &[u8],
        carried: Attachments,
    ) -> Result<(Bytes, Attachments), String> {
        let (recipe, budget) = (self.recipe(function)?, Duration::from_nanos(budget));
        let (started, begun) = (Instant::now(), clock::ticked());
        let (mut checked, mut rest) = (begun, items);
        let (mut results, mut joined) = (Results::new(), Vec::new());
        while let Some(item) = super::batch::take(&mut rest) {
            let arguments = match fixed {
                [] => item,
                fixed => {
                    joined.clear();
                    joined.extend_from_slice(item);
                    joined.extend_from_slice(fixed);
                    &joined
                }
            };
            let call = || (recipe.call)(&mut Arguments::with(arguments, carried.clone()));
            results.put(panics::catch(recipe.function, call));
            if results.is_full() {
                break;
            }
            let now = clock::ticked();
            if now.saturating_sub(checked) > CHECK_EVERY {
                checked = now;
                let spent = now.saturating_sub(begun) > budget;
                if spent || cx.check().is_err() {
                    break;
                }
            }
        }
        Ok(results.finish(started.elapsed()))
    }
}

impl Runner {
    fn recipe(&mut self, function: u64) -> Result<&'static Recipe, String> {
        if let Some(recipe) = self.found.get(&function) {
            return Ok(recipe);
        }
        let unknown = || format!("there is no function {function:x} in this program");
        let recipe = Recipe::find(function).ok_or_else(unknown)?;
        self.found.insert(function, recipe);
        Ok(recipe)
    }
}
