//! No name of the user's meets one of the expansion: neither arguments nor handlers nor types.

use coproc::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct P(u8);
#[derive(Serialize, Deserialize)]
pub struct By(u8);
#[derive(Serialize, Deserialize)]
pub struct Here(u8);
#[derive(Serialize, Deserialize)]
pub struct NamesOn(u8);
#[derive(Serialize, Deserialize)]
pub struct Message(u8);
#[derive(Serialize, Deserialize)]
pub struct Output(u8);

pub struct Names(u8);

#[worker(channels(default(capacity = 3), control))]
impl Names {
    #[init]
    fn start(place: P, by: By, here: Here, on: NamesOn, worker: u8) -> Self {
        Self(place.0 + by.0 + here.0 + on.0 + worker)
    }

    #[message]
    fn arguments(
        &self,
        self_: u8,
        cx: u8,
        message: u8,
        request: u8,
        this: u8,
        draft: u8,
        arguments: u8,
        number: u8,
        held_0: u8,
        held_1: u8,
        link: u8,
        f: u8,
        schedule: u8,
        never: u8,
    ) -> u8 {
        let first = self_ + cx + message + request + this + draft + arguments;
        first + number + held_0 + held_1 + link + f + schedule + never
    }

    #[message]
    fn new(&self, _unused: Message) -> Output {
        Output(self.0)
    }
    #[message]
    fn send(&self) {}
    #[message]
    fn wait(&self) {}
    #[message]
    fn close(&self) {}
    #[message]
    fn join(&self) {}
    #[message]
    fn controller(&self) {}
    #[message]
    fn link(&self) {}
    #[message]
    fn clone(&self) {}
    #[message]
    fn fmt(&self) {}
    #[message]
    fn post(&self) {}
    #[message]
    fn from_link(&self) {}
    #[message]
    fn deref(&self) {}
    #[message]
    fn default(&self) {}
    #[message]
    fn index(&self) {}
    #[message]
    fn self_(&self) {}
    #[message]
    fn _1(&self) {}
    #[message]
    fn __(&self) {}

    // What `Worker` and `Handlers` have of their own.
    #[message]
    fn init(&self) {}
    #[message]
    fn dispatch(&self) {}
    #[message]
    fn schedule(&self) {}
    #[message]
    fn gone(&self) {}
    #[message]
    fn output(&self) {}
    #[message]
    fn started(&self) {}
    #[message]
    fn event(&self) {}

    #[tick(every = secs(1))]
    fn tick(&mut self, cx: &mut Context<Self>) {
        cx.close();
    }
    #[idle]
    fn idle(&mut self) -> Idle {
        Idle::Wait
    }
    #[close]
    fn last(self) -> Output {
        Output(self.0)
    }
}

#[coproc::main]
fn main() {
    let names = Names::on(Inline).spawn(P(1), By(1), Here(1), NamesOn(1), 1).unwrap();
    let sum = names.arguments(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1).wait().unwrap();
    assert_eq!(sum, 14);
    names.new(Message(1)).wait().unwrap();
    names.clone().wait().unwrap();
    names.close().wait().unwrap();
    names.self_().wait().unwrap();
    let message = NamesMessage::Self_;
    assert_eq!(format!("{message:?}"), "Self_");
    assert_eq!(NamesChannel::Default, NamesChannel::default());
}
