//! A program for a robot is text. Each of its lines becomes a message, a value that is kept in a
//! list: the list is checked, shown and shortened before the first message is posted, to the robot
//! that is chosen then.

use coproc::prelude::*;

/// Moves over a grid, and keeps what it was told to say.
pub struct Robot {
    at: (i32, i32),
    said: Vec<String>,
}

#[worker]
impl Robot {
    #[init]
    fn new(at: (i32, i32)) -> Self {
        Self { at, said: Vec::new() }
    }

    /// Moves by that much to the east and to the north.
    #[message]
    fn go(&mut self, east: i32, north: i32) {
        self.at = (self.at.0 + east, self.at.1 + north);
    }

    #[message]
    fn say(&mut self, text: &str) {
        self.said.push(text.to_owned());
    }

    #[message]
    fn position(&self) -> (i32, i32) {
        self.at
    }

    #[close]
    fn said(self) -> Vec<String> {
        self.said
    }
}

/// The message that a line of a program stands for. `#[worker]` has written the enum, with a variant
/// for each handler, which owns the handler's arguments.
fn parse(line: &str) -> Result<RobotMessage, String> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let steps = || rest.parse::<i32>().map_err(|error| format!("`{line}`: {error}"));
    match word {
        "east" => Ok(RobotMessage::Go { east: steps()?, north: 0 }),
        "north" => Ok(RobotMessage::Go { east: 0, north: steps()? }),
        "say" => Ok(RobotMessage::Say { text: rest.to_owned() }),
        _ => Err(format!("`{line}` is no command")),
    }
}

#[coproc::main]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A mistake in the last line is found before a robot has done anything.
    let program: Result<Vec<_>, _> = "north 3\neast 4\nfly 2".lines().map(parse).collect();
    assert_eq!(program.expect_err("robots do not fly"), "`fly 2` is no command");

    let program = "say hello\neast 4\nnorth 0\nnorth -3\nsay goodbye";
    let mut messages = program.lines().map(parse).collect::<Result<Vec<_>, _>>()?;
    messages.retain(|message| !matches!(message, RobotMessage::Go { east: 0, north: 0 }));
    messages.iter().for_each(|message| println!("{message:?}"));
    assert_eq!(messages.len(), 4, "no message for a step of length 0");
    assert_eq!(format!("{:?}", messages[1]), "Go { east: 4, north: 0 }");

    // The robot is chosen after the messages were made: any robot takes them.
    let robots = [Robot::spawn((0, 0))?, Robot::spawn((10, 10))?];
    let nearest = if robots[0].position().wait()?.0 > 5 { 0 } else { 1 };
    let robot = &robots[nearest];
    for message in messages {
        robot.post(message)?; // as `.tell()`: it is sent, and no reply is asked for
    }

    // Calls and posted messages go the same way, so a later call finds them done.
    assert_eq!(robot.position().wait()?, (14, 7));
    assert_eq!(robots[1 - nearest].position().wait()?, (0, 0));
    assert_eq!(robot.worker().join()?, ["hello", "goodbye"]);
    println!("arrived");
    Ok(())
}
