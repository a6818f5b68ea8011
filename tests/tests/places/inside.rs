//! What a worker does by itself, and what a handler can do beside its arguments.

use std::{path::Path, thread, time::Duration};

use coproc::{
    prelude::*,
    worker::{LaterAnswer, Peer},
};
use coproc_tests::{Gate, gate};

/// Has ticks, pauses and answers that come later.
pub(crate) struct Clock {
    fast: u32,
    slow: u32,
    most: u32,
    every: Duration,
    asked: Vec<LaterAnswer<(u32, u32), String>>,
}

#[worker(pub(crate), event = u32)]
impl Clock {
    #[init]
    fn new(every: Duration) -> Self {
        Self { fast: 0, slow: 0, most: 0, every, asked: Vec::new() }
    }

    /// Lets it tick so many times more, and answers when it has.
    #[message]
    fn tick_until(&mut self, cx: &mut Context<Self>, most: u32) -> Later<(u32, u32), String> {
        self.most = most;
        let (later, answer) = cx.later();
        self.asked.push(answer);
        later
    }

    #[message]
    fn ticks(&self) -> (u32, u32) {
        (self.fast, self.slow)
    }

    #[tick(every = self.every, when = self.fast < self.most)]
    fn tick(&mut self, cx: &mut Context<Self>) {
        self.fast += 1;
        cx.emit(self.fast);
        if self.fast == self.most {
            let all = (self.fast, self.slow);
            self.asked.drain(..).for_each(|answer| answer.ok(all));
        }
    }

    #[tick(every = self.every * 2, when = self.fast < self.most)]
    fn tock(&mut self) {
        self.slow += 1;
    }

    #[close]
    fn stop(self) -> (u32, u32) {
        (self.fast, self.slow)
    }
}

/// Does something whenever it has nothing to do.
pub(crate) struct Idler {
    most: u32,
    runs: u32,
    asked: Option<LaterAnswer<u32, String>>,
}

#[worker(pub(crate))]
impl Idler {
    #[init]
    fn new() -> Self {
        Self { most: 0, runs: 0, asked: None }
    }

    #[message]
    fn idle_until(&mut self, cx: &mut Context<Self>, most: u32) -> Later<u32, String> {
        self.most += most;
        let (later, answer) = cx.later();
        self.asked = Some(answer);
        later
    }

    #[message]
    fn runs(&self) -> u32 {
        self.runs
    }

    #[idle]
    fn rest(&mut self) -> Idle {
        if self.runs < self.most {
            self.runs += 1;
            return if self.runs.is_multiple_of(2) { Idle::Again } else { Idle::After(ms(1)) };
        }
        if let Some(answer) = self.asked.take() {
            answer.ok(self.runs);
        }
        Idle::Wait
    }
}

/// Talks with others, and with itself.
pub(crate) struct Talker {
    heard: Vec<String>,
    gone: Vec<Peer>,
    own: Option<TalkerController>,
    promised: Vec<LaterAnswer<u64, String>>,
}

#[worker(pub(crate), event = String)]
impl Talker {
    #[init]
    fn new() -> Self {
        Self { heard: Vec::new(), gone: Vec::new(), own: None, promised: Vec::new() }
    }

    #[message]
    fn hear(&mut self, text: &str) {
        self.heard.push(text.to_owned());
    }

    #[message(priority = 100)]
    fn heard(&self) -> Vec<String> {
        self.heard.clone()
    }

    #[message]
    fn say(&mut self, cx: &mut Context<Self>, words: u32) {
        for word in 0..words {
            cx.emit(format!("word {word}"));
        }
    }

    #[message]
    fn caller(&self, cx: &mut Context<Self>) -> u32 {
        cx.peer().pid()
    }

    /// Sends itself what it is to hear later.
    #[message]
    fn remind(&mut self, cx: &mut Context<Self>, text: &str) {
        let own = self.own.get_or_insert_with(|| cx.controller());
        own.hear(text).tell().expect("the way to itself is open");
        self.heard.push("reminded".into());
    }

    #[message]
    fn wait_for_itself(&mut self, cx: &mut Context<Self>) -> Vec<String> {
        let own = cx.controller();
        let chain = |error| match error {
            CallError::Deadlock(names) => names,
            other => panic!("it should have been told of the deadlock: {other}"),
        };
        let chains = [
            own.hear("never").wait().map_err(chain),
            own.hear("never").send().unwrap().wait().map_err(chain),
            pollster::block_on(own.hear("never").into_future()).map_err(chain),
            own.worker().join().map(drop).map_err(chain),
        ];
        let [first, ..] = chains.clone();
        assert!(chains.iter().all(|chain| *chain == first), "{chains:?}");
        first.expect_err("it cannot wait for itself")
    }

    #[message]
    fn open_and_drop_a_link(&mut self, cx: &mut Context<Self>) -> u32 {
        drop(cx.controller());
        cx.peer().pid()
    }

    #[message]
    fn gone(&self) -> usize {
        self.gone.len()
    }

    #[gone]
    fn part(&mut self, peer: Peer) {
        assert_eq!(peer.pid(), std::process::id(), "its own controllers are in its process");
        self.gone.push(peer);
    }

    #[message]
    fn promise(&mut self, cx: &mut Context<Self>) -> Later<u64, String> {
        let (later, answer) = cx.later();
        self.promised.push(answer);
        later
    }

    #[message]
    fn keep_promises(&mut self, number: u64) -> usize {
        let kept = self.promised.len();
        self.promised.drain(..).for_each(|answer| answer.ok(number));
        kept
    }

    #[message]
    fn break_promises(&mut self) {
        self.promised.clear();
    }

    #[message]
    fn withdraw_promises(&mut self) {
        self.promised.drain(..).for_each(|answer| answer.err("changed my mind".into()));
    }

    #[message]
    fn promise_from_a_thread(&self, cx: &mut Context<Self>, until: &Path) -> Later<u64, String> {
        let (later, answer) = cx.later();
        let until = until.to_owned();
        thread::spawn(move || {
            gate::pass(&until);
            answer.ok(7);
        });
        later
    }

    /// A thread of the worker's own may wait for the worker: it is not the one that is served.
    #[message]
    fn ask_from_a_thread(&self, cx: &mut Context<Self>) -> Later<u64, String> {
        let own = cx.controller();
        let (later, answer) = cx.later();
        thread::spawn(move || match own.heard().wait() {
            Ok(heard) => answer.ok(heard.len() as u64),
            Err(error) => answer.err(error.to_string()),
        });
        later
    }

    #[message]
    fn leave(&mut self, cx: &mut Context<Self>) -> String {
        cx.close();
        "goodbye".into()
    }

    #[close]
    fn end(self) -> Vec<String> {
        self.heard
    }
}

everywhere! {
    fn ticks_run_by_themselves_and_stop_by_themselves(place) {
        let clock = Clock::on(place).spawn(ms(1)).unwrap();
        let (fast, slow) = clock.tick_until(20).wait().unwrap();
        assert_eq!(fast, 20);
        assert!(slow > 0 && slow <= fast, "{slow} slow ticks");
        assert_eq!(clock.ticks().wait().map(|(fast, _)| fast), Ok(20), "they are off");
        // They are switched on again by a message, since the expressions are evaluated afresh.
        assert_eq!(clock.tick_until(25).wait().map(|(fast, _)| fast), Ok(25));
        assert_eq!(clock.worker().join().map(|(fast, _)| fast), Ok(25));
    }

    fn a_tick_that_is_due_each_moment_does_not_keep_messages_waiting(place) {
        let clock = Clock::on(place).spawn(Duration::ZERO).unwrap();
        let late = clock.tick_until(u32::MAX).send().unwrap();
        for _ in 0..20 {
            clock.ticks().wait().unwrap();
        }
        clock.worker().close();
        assert!(clock.worker().join_timeout(Duration::ZERO).is_none(), "a promise is open");
        clock.worker().kill();
        assert!(late.wait().is_err());
    }

    fn events_of_a_worker_reach_its_owner(place) {
        let clock = Clock::on(place).spawn(ms(1)).unwrap();
        let mut events = clock.worker().events();
        assert_eq!(events.try_next(), None);
        clock.tick_until(5).wait().unwrap();
        assert_eq!(events.by_ref().take(5).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        clock.worker().close();
        assert_eq!(events.next(), None, "events end with the worker");
    }

    fn idle_runs_when_no_message_waits(place) {
        let idler = Idler::on(place).spawn().unwrap();
        assert_eq!(idler.idle_until(10).wait(), Ok(10));
        assert_eq!(idler.runs().wait(), Ok(10));
        assert_eq!(idler.idle_until(5).wait(), Ok(15));
    }

    fn the_latest_events_are_kept(place) {
        let talker = Talker::on(place).spawn().unwrap();
        talker.say(1500).wait().unwrap();
        talker.hear("all of them are on their way").wait().unwrap();
        let mut events = talker.worker().events();
        let first = events.next().unwrap();
        let missed = talker.worker().stats().missed_events;
        assert_eq!(first, format!("word {missed}"), "the oldest are dropped, and counted");
        talker.worker().close();
        let rest: Vec<String> = events.collect();
        assert_eq!((rest.len() as u64 + missed, rest.last().unwrap().as_str()), (1499, "word 1499"));
    }

    fn a_handler_knows_who_calls(place) {
        let talker = Talker::on(place).spawn().unwrap();
        assert_eq!(talker.caller().wait(), Ok(std::process::id()));
    }

    fn a_worker_can_tell_itself(place) {
        let talker = Talker::on(place).spawn().unwrap();
        talker.remind("later").wait().unwrap();
        talker.remind("still later").wait().unwrap();
        let heard = talker.heard().wait().unwrap();
        assert_eq!(heard, ["reminded", "later", "reminded", "still later"]);
    }

    fn a_worker_that_would_wait_for_itself_is_told(place) {
        let talker = Talker::on(place).spawn().unwrap();
        let names = talker.wait_for_itself().wait().unwrap();
        assert_eq!(names.len(), 2);
        assert!(names[0] == names[1] && names[0].contains("Talker"), "{names:?}");
    }

    fn a_thread_of_a_worker_can_wait_for_it(place) {
        let talker = Talker::on(place).spawn().unwrap();
        talker.hear("one").wait().unwrap();
        assert_eq!(talker.ask_from_a_thread().wait(), Ok(1));
        assert_eq!(talker.ask_from_a_thread().wait(), Ok(1));
    }

    fn a_worker_is_told_of_links_that_end(place) {
        let talker = Talker::on(place).spawn().unwrap();
        for links in 1..4 {
            talker.open_and_drop_a_link().wait().unwrap();
            assert_eq!(talker.gone().wait(), Ok(links));
        }
    }

    fn answers_can_come_later(place) {
        let talker = Talker::on(place).spawn().unwrap();
        let pending: Vec<_> = (0..3).map(|_| talker.promise().send().unwrap()).collect();
        assert_eq!(talker.keep_promises(5).wait(), Ok(3));
        assert!(pending.into_iter().all(|pending| pending.wait() == Ok(5)));

        let pending = talker.promise().send().unwrap();
        talker.withdraw_promises().wait().unwrap();
        assert_eq!(pending.wait(), Err(CallError::Handler("changed my mind".into())));
    }

    fn an_answer_can_come_from_another_thread(place) {
        let talker = Talker::on(place).spawn().unwrap();
        let gate = Gate::new();
        let pending = talker.promise_from_a_thread(&gate).send().unwrap();
        assert_eq!(talker.hear("meanwhile").wait(), Ok(()));
        gate.open();
        assert_eq!(pending.wait(), Ok(7));
    }

    fn a_promise_that_is_dropped_is_told(place) {
        let talker = Talker::on(place).spawn().unwrap();
        let pending = talker.promise().send().unwrap();
        talker.break_promises().wait().unwrap();
        let error = pending.wait().unwrap_err();
        assert!(matches!(error, CallError::Closed(_)) && !error.is_unstarted(), "{error:?}");
        assert_eq!(talker.hear("goes on").wait(), Ok(()));
    }

    fn a_responder_can_reply_when_no_caller_waits(place) {
        let talker = Talker::on(place).spawn().unwrap();
        talker.promise().tell().unwrap();
        drop(talker.promise().send().unwrap());
        assert!(talker.keep_promises(1).wait().unwrap() <= 2);
        assert_eq!(talker.worker().join().unwrap(), [""; 0]);
    }

    fn a_deadline_holds_for_what_comes_later(place) {
        let talker = Talker::on(place).spawn().unwrap();
        let late = talker.promise().deadline(ms(300)).wait();
        assert!(matches!(late, Err(CallError::Deadline { .. })), "{late:?}");
        assert_eq!(talker.keep_promises(1).wait(), Ok(1));
        assert_eq!(talker.hear("goes on").wait(), Ok(()));
    }

    fn a_closing_worker_waits_for_its_promises(place) {
        let talker = Talker::on(place).spawn().unwrap();
        let gate = Gate::new();
        let pending = talker.promise_from_a_thread(&gate).send().unwrap();
        talker.worker().close();
        gate.open();
        assert_eq!(talker.worker().join().unwrap(), [""; 0]);
        assert_eq!(pending.wait(), Ok(7));
    }

    fn a_worker_can_close_itself(place) {
        let talker = Talker::on(place).spawn().unwrap();
        let leaving = talker.leave().send().unwrap();
        let queued = talker.hear("queued").send().unwrap();
        assert_eq!(leaving.wait().unwrap(), "goodbye");
        let outcome = queued.wait();
        let heard = talker.worker().join().unwrap();
        match outcome {
            Ok(()) => assert_eq!(heard, ["queued"]),
            Err(error) => assert!(error.is_unstarted() && heard.is_empty(), "{error}"),
        }
        assert!(talker.hear("late").wait().unwrap_err().is_unstarted());
    }
}
