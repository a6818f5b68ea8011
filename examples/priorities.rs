//! A newsroom is in its morning meeting while a thousand reports pile up on the desk.
//! Two flashes come in last and are read first, the more important one before the other.

use coproc::prelude::*;

const REPORTS: usize = 1000;

/// Reads the news in the order in which they matter.
pub struct Newsroom {
    read: Vec<String>,
}

#[worker]
impl Newsroom {
    /// Opens with an empty desk.
    #[init]
    fn open() -> Self {
        Self { read: Vec::new() }
    }

    /// Goes on until it is called off. What arrives meanwhile waits on the desk.
    #[message]
    fn morning_meeting(&mut self, cx: &mut Context<Self>) {
        while cx.check().is_ok() {
            std::thread::sleep(ms(1));
        }
    }

    /// An ordinary report: first come, first read.
    #[message(oneway)]
    fn report(&mut self, number: usize) {
        self.read.push(format!("report {number}"));
    }

    /// A flash: the higher its level, the sooner it is read.
    #[message(oneway, priority = -i32::from(level))]
    fn flash(&mut self, level: u8, text: &str) {
        self.read.push(format!("FLASH {level}: {text}"));
    }

    /// Everything that was read, in order.
    #[close]
    fn log(self) -> Vec<String> {
        self.read
    }
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let room = Newsroom::spawn()?;
    let meeting = room.morning_meeting().send()?;
    for number in 0..REPORTS {
        room.report(number).tell()?;
    }
    room.flash(1, "the minister has resigned").tell()?;
    room.flash(9, "the minister has unresigned").tell()?;
    meeting.cancel();

    let log = room.worker().join()?;
    log.iter().take(5).for_each(|line| println!("{line}"));
    println!("… and {} more", log.len() - 5);

    assert_eq!(log[0], "FLASH 9: the minister has unresigned");
    assert_eq!(log[1], "FLASH 1: the minister has resigned");
    let reports: Vec<String> = (0..REPORTS).map(|number| format!("report {number}")).collect();
    assert_eq!(log[2..], reports, "of one priority, the first sent is the first read");
    Ok(())
}
