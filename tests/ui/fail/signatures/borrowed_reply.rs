//! The worker keeps what it is.

use coproc::prelude::*;

use std::borrow::Cow;

#[derive(Serialize, Deserialize)]
pub struct Printer {
    name: String,
}

#[worker]
impl Printer {
    #[message]
    fn name(&self) -> &str {
        &self.name
    }

    #[message]
    fn title(&self) -> Option<Cow<'_, str>> {
        None
    }

    #[message]
    fn parse(&self) -> Result<Vec<&str>, String> {
        Ok(vec![])
    }
}

fn uses(printer: &PrinterController) -> usize {
    printer.name().wait().unwrap().len()
}

fn main() {}
