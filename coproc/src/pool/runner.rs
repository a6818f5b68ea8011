//! The worker that runs functions on items.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::parcel::Results;
use crate::{
    codec::{Arguments, Bytes},
    worker::{Context, Recipe, panics},
};

/// How many bytes of results go back at once: what is left is sent for again.
const RESULTS_MOST: usize = 1 << 20;

/// How long it runs between two looks whether its results are still wanted.
const LOOK_EVERY: Duration = Duration::from_millis(1);

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

    /// Runs a function on each of `items`, with `fixed` behind each. It may stop after an item that
    /// lets it take longer than `budget`, in nanoseconds.
    #[message]
    fn run(
        &mut self,
        cx: &mut Context<Self>,
        function: u64,
        budget: u64,
        fixed: &[u8],
        items: &[u8],
    ) -> Result<Bytes, String> {
        let recipe = self.recipe(function)?;
        let (started, mut looked) = (Instant::now(), Instant::now());
        let mut results = Results::new();
        let mut rest = items;
        let mut arguments = Vec::new();
        while let Some(item) = super::parcel::take(&mut rest) {
            arguments.clear();
            arguments.extend_from_slice(item);
            arguments.extend_from_slice(fixed);
            let call = || (recipe.call)(&mut Arguments::new(&arguments));
            results.put(panics::catch(recipe.function, call));
            let now = Instant::now();
            let taken = now.duration_since(started);
            if taken.as_nanos() > u128::from(budget) || results.len() > RESULTS_MOST {
                break;
            }
            if now.duration_since(looked) > LOOK_EVERY {
                looked = now;
                if cx.check().is_err() {
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
