use proptest::{prelude::*, sample::Index};

use super::*;

const CAPACITIES: [usize; 2] = [1, 3];

#[derive(Clone, Debug)]
enum Step {
    /// Kind, channel, priority and how many milliseconds its sender waits.
    Arrive(bool, u16, Priority, Option<u64>),
    /// Of all calls and questions so far, and one that never came.
    Cancel(Index),
    AskRoom(u16),
    Take,
    Finish,
    Close(Option<u64>),
    Abort,
    /// Milliseconds pass.
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let patience = prop::option::weighted(0.3, 0..20_u64);
    let arrive = (prop::bool::weighted(0.7), 0..3_u16, -2..3, patience);
    prop_oneof![
        40 => arrive.prop_map(|(call, channel, priority, patience)| {
            Step::Arrive(call, channel, priority, patience)
        }),
        10 => any::<Index>().prop_map(Step::Cancel),
        10 => (0..3_u16).prop_map(Step::AskRoom),
        30 => Just(Step::Take),
        15 => Just(Step::Finish),
        2 => prop::option::of(0..30_u64).prop_map(Step::Close),
        1 => Just(Step::Abort),
        10 => (0..10_u64).prop_map(Step::Pass),
    ]
}

/// One message as a list that is searched keeps it.
#[derive(Clone, Debug)]
struct Waiting {
    id: u64,
    call: bool,
    channel: u16,
    priority: Priority,
    deadline: Option<Instant>,
}

struct Model {
    now: Instant,
    waiting: Vec<Waiting>,
    rooms: Vec<(u64, u16)>,
    left: [u64; 2],
    running: Option<u64>,
    cancelled: bool,
    closing: bool,
    until: Option<Instant>,
    last_id: u64,
    expected: Vec<Packet>,
}

impl Model {
    fn new(now: Instant) -> Self {
        Self {
            now,
            waiting: Vec::new(),
            rooms: Vec::new(),
            left: [0; 2],
            running: None,
            cancelled: false,
            closing: false,
            until: None,
            last_id: 0,
            expected: Vec::new(),
        }
    }

    fn len_of(&self, channel: u16) -> usize {
        self.waiting.iter().filter(|waiting| waiting.channel == channel).count()
    }

    fn leave(&mut self, waiting: &Waiting, refusal: Option<Status>) {
        self.left[usize::from(waiting.channel)] += 1;
        self.grant();
        if let (Some(status), true) = (refusal, waiting.call) {
            self.expected.push(Packet::Answer { id: waiting.id, status });
        }
    }

    /// One free place is good for one of those who ask, first come first served.
    fn grant(&mut self) {
        for channel in 0..2 {
            let capacity = CAPACITIES[usize::from(channel)];
            let free = match self.closing {
                true => usize::MAX,
                false => capacity.saturating_sub(self.len_of(channel)),
            };
            let here = self.rooms.iter().filter(|room| room.1 == channel).take(free);
            let granted: Vec<u64> = here.map(|room| room.0).collect();
            self.rooms.retain(|(id, _)| !granted.contains(id));
            self.expected.extend(granted.into_iter().map(room));
        }
    }

    fn pop(&mut self) -> Option<Waiting> {
        let first = (0..self.waiting.len()).min_by_key(|at| (self.waiting[*at].priority, *at))?;
        Some(self.waiting.remove(first))
    }

    fn refuse_all(&mut self) {
        while let Some(waiting) = self.pop() {
            self.leave(&waiting, Some(Status::Closed));
        }
    }

    fn take(&mut self) -> Option<u64> {
        (self.running, self.cancelled) = (None, false);
        if self.until.is_some_and(|until| until <= self.now) {
            self.refuse_all();
        }
        while let Some(waiting) = self.pop() {
            if waiting.deadline.is_some_and(|deadline| deadline <= self.now) {
                self.leave(&waiting, Some(Status::Expired));
                continue;
            }
            self.leave(&waiting, None);
            self.running = waiting.call.then_some(waiting.id);
            return Some(waiting.id);
        }
        None
    }

    fn cancel(&mut self, id: u64) {
        if self.running == Some(id) {
            self.cancelled = true;
        } else if let Some(at) = self.rooms.iter().position(|room| room.0 == id) {
            self.rooms.remove(at);
            self.expected.push(room(id));
        } else if let Some(at) = self.waiting.iter().position(|one| one.call && one.id == id) {
            let waiting = self.waiting.remove(at);
            self.leave(&waiting, Some(Status::Cancelled));
        }
    }
}

fn arrive(model: &mut Model, inbox: &mut Inbox<u64>, step: (bool, u16, Priority, Option<u64>)) {
    let (call, channel, priority, patience) = step;
    model.last_id += 1;
    let (id, now) = (model.last_id, model.now);
    let purpose = if call { Purpose::Call { id, nested: false } } else { Purpose::Tell };
    let deadline = patience.map(|patience| now + Duration::from_millis(patience));
    let envelope = Envelope { channel, priority, deadline, handler: 0 };
    inbox.arrive(purpose, envelope, id, now);
    let waiting = Waiting { id, call, channel: channel.min(1), priority, deadline };
    if model.closing {
        model.leave(&waiting, Some(Status::Closed));
    } else {
        model.waiting.push(waiting);
    }
}

fn take_step(step: &Step, model: &mut Model, inbox: &mut Inbox<u64>) -> Result<(), TestCaseError> {
    let now = model.now;
    match *step {
        Step::Arrive(call, channel, priority, patience) => {
            arrive(model, inbox, (call, channel, priority, patience));
        }
        Step::Cancel(ref index) => {
            let id = index.index(model.last_id as usize + 1) as u64 + 1;
            model.cancel(id);
            inbox.cancel(id);
        }
        Step::AskRoom(channel) => {
            model.last_id += 1;
            model.rooms.push((model.last_id, channel.min(1)));
            model.grant();
            inbox.ask_room(model.last_id, channel);
        }
        Step::Take => {
            let taken = inbox.take(now).map(|arrived| arrived.content);
            prop_assert_eq!(taken, model.take());
        }
        Step::Finish => {
            (model.running, model.cancelled) = (None, false);
            inbox.finish();
        }
        Step::Close(grace) => {
            let grace = grace.map(Duration::from_millis);
            let until = grace.map(|grace| now + grace);
            model.until = [model.until, until].into_iter().flatten().min();
            model.closing = true;
            model.grant();
            inbox.close(until);
        }
        Step::Abort => {
            model.closing = true;
            model.cancelled |= model.running.is_some();
            model.refuse_all();
            model.grant();
            inbox.abort();
        }
        Step::Pass(millis) => model.now += Duration::from_millis(millis),
    }
    Ok(())
}

/// That the channel has room that request `id` asked about.
fn room(id: u64) -> Packet {
    Packet::Answer { id, status: Status::Value }
}

fn answered(answer: &Packet) -> u64 {
    match answer {
        Packet::Answer { id, .. } => *id,
        other => panic!("{other:?} is no answer"),
    }
}

/// Answers to different requests may come in any order.
fn sorted(mut answers: Vec<Packet>) -> Vec<Packet> {
    answers.sort_by_key(answered);
    answers
}

proptest! {
    #[test]
    fn behaves_as_a_list_that_is_searched(steps in prop::collection::vec(step(), 0..120)) {
        let mut model = Model::new(Instant::now());
        let mut inbox = Inbox::new(CAPACITIES.to_vec(), None);
        for step in &steps {
            take_step(step, &mut model, &mut inbox)?;
            let expected = std::mem::take(&mut model.expected);
            prop_assert_eq!(sorted(inbox.take_answers()), sorted(expected), "after {:?}", step);
            prop_assert_eq!(inbox.len(), model.waiting.len());
            prop_assert_eq!(inbox.len_of(1), model.len_of(1));
            prop_assert_eq!(inbox.left(), &model.left[..]);
            prop_assert_eq!(inbox.is_closing(), model.closing);
            prop_assert_eq!(inbox.closes_at(), model.until);
            if let Some(id) = model.running {
                prop_assert_eq!(inbox.is_cancelled(id), model.cancelled);
            }
        }
    }

    /// Every call that came is handed out or refused, and never both; every request for room is
    /// answered; the counts add up.
    #[test]
    fn nothing_is_forgotten(steps in prop::collection::vec(step(), 0..120)) {
        let mut model = Model::new(Instant::now());
        let mut inbox = Inbox::new(CAPACITIES.to_vec(), None);
        let mut settled = Vec::new();
        let mut asked = Vec::new();
        let mut arrived = 0;
        let ends = [Step::Abort];
        for step in steps.iter().chain(&ends) {
            if let Step::Take = step {
                settled.extend(inbox.take(model.now).map(|taken| taken.content));
            } else {
                take_step(step, &mut model, &mut inbox)?;
            }
            match step {
                Step::Arrive(call, ..) => {
                    arrived += 1;
                    asked.push((model.last_id, *call));
                }
                Step::AskRoom(_) => asked.push((model.last_id, true)),
                _ => {}
            }
            settled.extend(inbox.take_answers().iter().map(answered));
        }
        settled.sort_unstable();
        let calls = asked.iter().filter(|(_, call)| *call).map(|(id, _)| id);
        for id in calls {
            prop_assert_eq!(settled.iter().filter(|settled| *settled == id).count(), 1);
        }
        prop_assert!(settled.windows(2).all(|two| two[0] != two[1]));
        prop_assert_eq!(inbox.left().iter().sum::<u64>(), arrived);
        prop_assert_eq!(inbox.len(), 0);
    }
}

#[test]
fn closing_answers_requests_for_room() {
    let now = Instant::now();
    for close in [|inbox: &mut Inbox<()>| inbox.close(None), Inbox::abort] {
        let mut inbox = Inbox::new(vec![1], None);
        inbox.arrive(Purpose::Tell, Envelope::default(), (), now);
        inbox.ask_room(1, 0);
        assert_eq!(inbox.take_answers(), []);
        close(&mut inbox);
        assert_eq!(inbox.take_answers(), [room(1)]);
    }
}

#[test]
fn a_cancellation_reaches_the_call_that_runs_and_no_later_one() {
    let now = Instant::now();
    let mut inbox = Inbox::new(vec![2], None);
    for id in [1, 2] {
        inbox.arrive(Purpose::Call { id, nested: false }, Envelope::default(), id, now);
    }
    assert_eq!(inbox.take(now).map(|arrived| arrived.content), Some(1));
    inbox.cancel(1);
    assert!(inbox.is_cancelled(1));
    assert_eq!(inbox.take(now).map(|arrived| arrived.content), Some(2));
    assert!(!inbox.is_cancelled(1) && !inbox.is_cancelled(2));
    assert_eq!(inbox.take_answers(), []);
}
