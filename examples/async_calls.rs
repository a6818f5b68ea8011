//! Three sensors take a third of a second for each reading. Asked together by one `async`
//! function they are done in the time of one; any executor will do, here the smallest there is.

use std::time::{Duration, Instant};

use coproc::prelude::*;

const READING: Duration = Duration::from_millis(300);

/// A sensor that is slow, as sensors are.
pub struct Sensor {
    place: String,
    readings: u32,
}

#[worker]
impl Sensor {
    /// Stands at this place.
    #[init]
    fn new(place: &str) -> Self {
        Self { place: place.to_owned(), readings: 0 }
    }

    /// Takes a reading, and says how many it has taken and where.
    #[message]
    fn read(&mut self) -> String {
        std::thread::sleep(READING);
        self.readings += 1;
        format!("reading {} from the {}", self.readings, self.place)
    }
}

async fn survey(sensors: &[coproc::spawn::WorkerResource<Sensor>]) -> Result<(), CallError> {
    // One call: `.await` sends it and waits for its answer.
    println!("{}", sensors[0].read().await?);

    // Several: `.send()` puts each on its way, and then they are awaited.
    let start = Instant::now();
    let pending =
        sensors.iter().map(|sensor| sensor.read().send()).collect::<Result<Vec<_>, _>>()?;
    for reading in pending {
        println!("{}", reading.await?);
    }
    let all = start.elapsed();
    println!("{} readings of {READING:?} took {all:.0?}", sensors.len());
    assert!(all < 3 * READING, "the sensors worked at the same time");
    Ok(())
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let places = ["cellar", "kitchen", "attic"];
    let sensors = places.map(Sensor::spawn).into_iter().collect::<Result<Vec<_>, _>>()?;
    pollster::block_on(survey(&sensors))?;
    Ok(())
}
