//! Cases beside one another: batches of each in turn, so that what else happens on the machine meets
//! all of them alike.

use std::{
    env,
    time::{Duration, Instant},
};

use crate::median::median;

/// Why a case could not be measured.
pub type Failure = Box<dyn std::error::Error>;

/// How long a batch is to take. Its size is found before the first round.
const BATCH: Duration = Duration::from_millis(80);

/// Runs so many operations and gives how long they took.
type Run<'a> = Box<dyn FnMut(u64) -> Result<Duration, Failure> + 'a>;

/// Something to be measured.
pub struct Case<'a> {
    name: String,
    run: Run<'a>,
    /// How many operations a batch has, if that is known.
    size: Option<u64>,
    /// Microseconds for one operation, by the rounds.
    found: Vec<f64>,
}

impl<'a> Case<'a> {
    /// A case that runs as many operations as it is told.
    pub fn new(name: &str, mut run: impl FnMut(u64) -> Result<(), Failure> + 'a) -> Self {
        let timed = move |count| {
            let start = Instant::now();
            run(count)?;
            Ok(start.elapsed())
        };
        Self::timed(name, timed)
    }

    /// The same for one that also tells how long they took.
    pub fn timed(name: &str, run: impl FnMut(u64) -> Result<Duration, Failure> + 'a) -> Self {
        Self { name: name.to_owned(), run: Box::new(run), size: None, found: Vec::new() }
    }

    /// The same with batches of so many operations.
    #[must_use]
    pub fn by(self, size: u64) -> Self {
        Self { size: Some(size), ..self }
    }

    /// How many operations a batch has: about as many as fit into its time.
    fn size(&mut self) -> Result<u64, Failure> {
        if let Some(size) = self.size {
            return Ok(size);
        }
        // The first operation may take longer than those that follow.
        (self.run)(1)?;
        let mut size = 1;
        loop {
            let taken = (self.run)(size)?;
            if taken >= BATCH / 4 {
                let factor = BATCH.as_secs_f64() / taken.as_secs_f64();
                size = ((size as f64 * factor) as u64).max(1);
                self.size = Some(size);
                return Ok(size);
            }
            size *= 4;
        }
    }

    fn measure(&mut self) -> Result<(), Failure> {
        let size = self.size()?;
        let taken = (self.run)(size)?;
        self.found.push(taken.as_secs_f64() * 1e6 / size as f64);
        Ok(())
    }
}

/// How many rounds the program's first argument asks for, or 9.
///
/// # Errors
///
/// It is no number.
pub fn asked_for() -> Result<usize, Failure> {
    let rounds = env::args().nth(1).map_or(Ok(9), |text| text.parse())?;
    Ok(std::cmp::max(rounds, 1))
}

/// Measures all cases in so many rounds and prints a table: medians of the rounds, in parentheses
/// the fastest round, and how many times as long as the first case each takes, which is the median
/// of the rounds' ratios.
///
/// # Errors
///
/// The first error of a case.
pub fn compare(title: &str, mut cases: Vec<Case<'_>>, rounds: usize) -> Result<(), Failure> {
    for case in &mut cases {
        case.size()?;
    }
    for round in 0..rounds {
        // Each case is first, second and so on in turn.
        for offset in 0..cases.len() {
            let index = (round + offset) % cases.len();
            cases[index].measure()?;
        }
    }
    println!("| {title} | µs each | a second | times the first |");
    println!("| --- | --- | --- | --- |");
    for case in &cases {
        let pairs = case.found.iter().zip(&cases[0].found);
        let ratios: Vec<f64> = pairs.map(|(this, first)| this / first).collect();
        let fastest = case.found.iter().copied().fold(f64::INFINITY, f64::min);
        let (middle, ratio) = (median(&case.found), median(&ratios));
        let (name, rate) = (&case.name, 1e6 / middle);
        println!("| {name} | {middle:.3} ({fastest:.3}) | {} | {ratio:.3} |", grouped(rate));
    }
    println!();
    Ok(())
}

/// A large number with spaces between thousands.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(7.2), "7");
        assert_eq!(grouped(123.0), "123");
        assert_eq!(grouped(1_234_567.0), "1 234 567");
    }
}
