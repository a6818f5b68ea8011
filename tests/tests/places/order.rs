//! Which message comes next: the most urgent over all channels, and within one priority the first.

use std::{path::Path, thread};

use coproc::prelude::*;
use coproc_tests::{Gate, gate};

/// Writes down what it handles.
pub(crate) struct Diary {
    entries: Vec<String>,
}

#[worker(pub(crate), channels(side, urgent, default(capacity = 4096)))]
impl Diary {
    #[init]
    fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Keeps the worker until the gate is opened; what is sent meanwhile is queued behind it.
    #[message(priority = i32::MIN)]
    fn hold(&mut self, until: &Path) {
        gate::pass(until);
    }

    #[message]
    fn write(&mut self, entry: &str) {
        self.entries.push(entry.to_owned());
    }

    #[message(priority = (number / 10) as i32 - 2)]
    fn write_number(&mut self, number: u64, _text: &str) {
        self.entries.push(number.to_string());
    }

    #[message(channel = side, priority = -1)]
    fn aside(&mut self, entry: &str) {
        self.entries.push(entry.to_owned());
    }

    #[message(channel = urgent, priority = Self::AT_ONCE)]
    fn at_once(&mut self, entry: &str) {
        self.entries.push(entry.to_owned());
    }

    #[message(oneway)]
    fn whisper(&mut self, entry: &str) {
        self.entries.push(entry.to_owned());
    }

    #[message(oneway, channel = urgent, priority = -5)]
    fn shout(&mut self, entry: &str) {
        self.entries.push(entry.to_owned());
    }

    #[message(channel = side, priority = 3)]
    fn outside(&self, cx: &mut Context<Self>) -> (i32, usize, Option<std::time::Duration>) {
        (cx.priority(), coproc::protocol::Channel::index(cx.channel()), cx.remaining())
    }

    #[message]
    fn fail(&mut self) -> Result<(), String> {
        Err("nobody hears this".into())
    }

    #[message]
    fn entries(&self) -> Vec<String> {
        self.entries.clone()
    }
}

impl Diary {
    const AT_ONCE: i32 = -100;
}

/// Has always something more urgent to do.
pub(crate) struct Treadmill {
    churns: u32,
    relieved: bool,
    own: Option<TreadmillController>,
}

#[worker(aging = "1ms")]
impl Treadmill {
    #[init]
    fn new() -> Self {
        Self { churns: 0, relieved: false, own: None }
    }

    #[message(priority = i32::MIN)]
    fn hold(&mut self, until: &Path) {
        gate::pass(until);
    }

    /// Sends itself this message again and again, until relieved.
    #[message]
    fn churn(&mut self, cx: &mut Context<Self>) {
        self.churns += 1;
        if !self.relieved {
            let own = self.own.get_or_insert_with(|| cx.controller());
            own.churn().tell().expect("the way to itself is open");
        }
    }

    #[message(priority = 20)]
    fn relieve(&mut self) -> u32 {
        self.relieved = true;
        self.churns
    }
}

everywhere! {
    fn within_one_priority_the_first_sent_is_the_first_handled(place) {
        let diary = Diary::on(place).spawn().unwrap();
        let numbers: Vec<String> = (0..600).map(|number| number.to_string()).collect();
        let mut pending = Vec::new();
        for (index, number) in numbers.iter().enumerate() {
            match index % 3 {
                0 => pending.push(diary.write(number).send().unwrap()),
                1 => diary.write(number).tell().unwrap(),
                _ => diary.whisper(number).tell().unwrap(),
            }
        }
        assert_eq!(diary.entries().wait().unwrap(), numbers);
        assert!(pending.into_iter().all(|pending| pending.wait() == Ok(())));
    }

    fn clones_of_a_controller_share_one_order(place) {
        let diary = Diary::on(place).spawn().unwrap();
        let clones = [diary.clone(), diary.clone(), diary.clone()];
        let numbers: Vec<String> = (0..60).map(|number| number.to_string()).collect();
        for (number, clone) in numbers.iter().zip(clones.iter().cycle()) {
            clone.write(number).tell().unwrap();
        }
        assert_eq!(diary.entries().wait().unwrap(), numbers);
    }

    fn the_most_urgent_comes_first_over_all_channels(place) {
        let diary = Diary::on(place).spawn().unwrap();
        let gate = Gate::new();
        let hold = diary.hold(&gate).send().unwrap();
        diary.write("first of 0").tell().unwrap();
        diary.aside("first of -1").tell().unwrap();
        diary.write("second of 0").tell().unwrap();
        diary.shout("-5").tell().unwrap();
        let urgent = diary.at_once("-100").send().unwrap();
        diary.aside("second of -1").tell().unwrap();
        gate.open();
        hold.wait().unwrap();
        urgent.wait().unwrap();
        let expected =
            ["-100", "-5", "first of -1", "second of -1", "first of 0", "second of 0"];
        assert_eq!(diary.entries().wait().unwrap(), expected);
    }

    fn a_priority_is_reckoned_from_the_arguments(place) {
        let diary = Diary::on(place).spawn().unwrap();
        let gate = Gate::new();
        let hold = diary.hold(&gate).send().unwrap();
        for number in [25, 5, 35, 15, 26, 6] {
            diary.write_number(number, "text").tell().unwrap();
        }
        gate.open();
        hold.wait().unwrap();
        let entries = diary.entries().priority(100).wait().unwrap();
        assert_eq!(entries, ["5", "6", "15", "25", "26", "35"]);
    }

    fn one_call_can_be_more_urgent_than_its_handler_says(place) {
        let diary = Diary::on(place).spawn().unwrap();
        let gate = Gate::new();
        let hold = diary.hold(&gate).send().unwrap();
        diary.at_once("late").priority(3).tell().unwrap();
        diary.write("early").priority(-3).tell().unwrap();
        diary.whisper("earliest").priority(-4).tell().unwrap();
        gate.open();
        hold.wait().unwrap();
        assert_eq!(diary.entries().priority(9).wait().unwrap(), ["earliest", "early", "late"]);
    }

    fn a_handler_knows_how_its_message_came(place) {
        let diary = Diary::on(place).spawn().unwrap();
        assert_eq!(diary.outside().wait(), Ok((3, DiaryChannel::Side as usize, None)));
        let (priority, _, remaining) = diary.outside().priority(-7).deadline(secs(50)).wait().unwrap();
        assert_eq!(priority, -7);
        assert!(remaining.is_some_and(|remaining| remaining <= secs(50)), "{remaining:?}");
    }

    /// Without aging this would never end: there is always a more urgent message.
    fn waiting_makes_urgent(place) {
        let treadmill = Treadmill::on(place).spawn().unwrap();
        let gate = Gate::new();
        treadmill.hold(&gate).tell().unwrap();
        treadmill.churn().tell().unwrap();
        let relieve = treadmill.relieve().send().unwrap();
        gate.open();
        assert!(relieve.wait().unwrap() > 0, "the urgent one was not handled first");
    }

    fn errors_that_no_caller_waits_for_are_counted(place) {
        let diary = Diary::on(place).spawn().unwrap();
        for _ in 0..3 {
            diary.fail().tell().unwrap();
        }
        assert_eq!(diary.fail().wait(), Err(CallError::Handler("nobody hears this".into())));
        diary.write("goes on").wait().unwrap();
        diary.worker().join().unwrap();
        let stats = diary.worker().stats();
        assert_eq!((stats.unheard_errors, stats.sent, stats.remaining), (3, 5, 0));
    }
}

/// Several threads that send keep each their own order.
#[coproc::test]
fn each_sender_keeps_its_order() {
    let _watch = coproc_tests::Watch::set();
    let diary = Diary::spawn().unwrap();
    thread::scope(|scope| {
        for sender in ["a", "b", "c", "d"] {
            let diary = diary.clone();
            scope.spawn(move || {
                for number in 0..250 {
                    diary.write(&format!("{sender}{number:03}")).tell().unwrap();
                }
            });
        }
    });
    let entries = diary.entries().wait().unwrap();
    assert_eq!(entries.len(), 1000);
    for sender in ["a", "b", "c", "d"] {
        let own: Vec<_> = entries.iter().filter(|entry| entry.starts_with(sender)).collect();
        assert!(own.is_sorted() && own.len() == 250, "{own:?}");
    }
}
