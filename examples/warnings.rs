//! A boiler answers each portion of heat with its temperature, and warns when it gets too hot.
//! The answers and the warnings come over two channels into one loop, written by hand.

use coproc::prelude::*;

/// The boiler warns above this.
const HOT: f64 = 90.0;

/// Replies go over the first channel, warnings over one that has no requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Channel)]
enum Lane {
    Data,
    Warning,
}

/// What the boiler says. A warning is read before the answers that wait.
#[message(priority = match self { Said::TooHot(_) => -10, Said::Temperature(_) => 0 })]
#[derive(Debug, Serialize, Deserialize)]
enum Said {
    Temperature(f64),
    TooHot(f64),
}

/// Takes portions of heat until it is asked to close.
#[worker]
fn boiler(messenger: Messenger<Said, f64, Lane>, start: f64) -> coproc::Result<()> {
    let mut temperature = start;
    while let Ok(heat) = messenger.recv() {
        temperature += heat;
        if temperature > HOT {
            messenger.on(Lane::Warning).send(Said::TooHot(temperature))?;
        }
        messenger.reply(Said::Temperature(temperature))?;
    }
    Ok(())
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let boiler = Boiler::spawn(20.0)?;
    let link = boiler.messenger();

    // All portions go out at once; the program waits for no reply in between.
    let portions = [30.0, 30.0, 15.0, -15.0, 20.0];
    for heat in portions {
        link.send_request(heat)?;
    }

    let (mut temperatures, mut warnings) = (Vec::new(), Vec::new());
    while temperatures.len() < portions.len() {
        match link.recv_any()?.value {
            Said::Temperature(now) => temperatures.push(now),
            Said::TooHot(now) => {
                println!("warning: {now} °C is too hot");
                warnings.push(now);
            }
        }
    }
    println!("temperatures: {temperatures:?}");
    assert_eq!(temperatures, [50.0, 80.0, 95.0, 80.0, 100.0]);
    assert_eq!(warnings, [95.0, 100.0]);

    boiler.worker().join()?;
    Ok(())
}
