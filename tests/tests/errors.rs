//! What errors say, and what can be done with them.

use std::{
    cell::Cell,
    convert::Infallible,
    error::Error as StdError,
    fmt::{Debug, Display},
    time::Duration,
};

use coproc::{
    Call, CallError, Cancelled, Messenger, Pending,
    call::{CallFuture, OneWay},
    error::{CloseReason, CrashReport, Exit, PanicReport, TrySendError},
    messenger::{
        Counters, Lane, MultiMessenger, Received, RecvError, RecvTimeoutError, RemoteError,
        SendError, TryRecvError,
    },
    prelude::*,
    spawn::{Events, WorkerHandle, WorkerStats},
    worker::{FunctionController, LaterAnswer, Peer},
};
use coproc_tests::Watch;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the tray {tray} is empty")]
pub struct Empty {
    tray: u8,
}

/// Fails in as many ways as there are.
pub struct Clumsy;

#[worker(channels(tight(capacity = 1, overflow = reject)))]
impl Clumsy {
    #[init]
    fn new(mood: &str) -> Result<Self, Empty> {
        match mood {
            "empty" => Err(Empty { tray: 1 }),
            "panic" => panic!("not today"),
            "abort" => std::process::abort(),
            _ => Ok(Self),
        }
    }

    #[message]
    fn fail(&self) -> Result<u32, Empty> {
        Err(Empty { tray: 2 })
    }

    #[message]
    fn succeed(&self) -> Result<u32, Empty> {
        Ok(2)
    }

    #[message]
    fn panic(&self) {
        panic!("dropped it")
    }

    #[message]
    fn abort(&self) {
        eprintln!("about to abort");
        std::process::abort()
    }

    #[message]
    fn same(&self, error: coproc::Error) -> coproc::Error {
        error
    }

    #[message]
    fn chain(&self, depth: u32) -> coproc::Result<()> {
        let inner = "x".parse::<u32>().map_err(|error| Layer { depth: 0, below: Box::new(error) });
        let layers = (1..depth)
            .fold(inner.unwrap_err(), |below, depth| Layer { depth, below: Box::new(below) });
        Err(layers)?
    }

    #[message(channel = tight)]
    fn tight(&self) {}
}

#[derive(Debug, thiserror::Error)]
#[error("layer {depth}")]
struct Layer {
    depth: u32,
    #[source]
    below: Box<dyn StdError + Send + Sync>,
}

/// What an error says, checked for what all of them keep to.
fn text(error: impl StdError) -> String {
    let text = error.to_string();
    let first = text.chars().next().expect("an error says something");
    assert!(first.is_lowercase() || "`#".contains(first), "begins in lower case: {text}");
    assert!(!text.ends_with(['.', '!', '\n']), "carries no full stop: {text}");
    text
}

/// The same for one that names all of this.
fn says(error: impl StdError, parts: &[&str]) {
    let text = text(error);
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
}

#[test]
fn what_calls_end_with_says_what_to_do() {
    type E = CallError<Empty>;
    assert_eq!(text(E::Handler(Empty { tray: 3 })), "the tray 3 is empty", "its own text");
    says(E::Deadline { started: true }, &["deadline", "had begun, or may have"]);
    says(E::Deadline { started: false }, &["deadline", "before the handler began"]);
    says(E::Cancelled, &["outcome of the call", "returned before", "do not ask"]);
    says(E::Full, &["channel", "try again", "capacity", "`overflow = block`"]);
    says(
        E::TooLarge { size: 70, limit: 50 },
        &["message of 70 bytes", "limit of 50", "`.max_message(…)`"],
    );
    says(E::Deadlock(vec!["a".into(), "b".into(), "a".into()]), &["deadlock", "a → b → a"]);
    says(E::Poisoned { crashes: 3 }, &["3 workers"]);
    says(E::Protocol("an answer to nothing".into()), &["protocol", "an answer to nothing"]);
    says(E::Encode("a map without length".into()), &["encode", "a map without length"]);
}

#[test]
fn what_starts_end_with_says_what_to_do() {
    type E = SpawnError<Empty>;
    assert_eq!(text(E::Init(Empty { tray: 3 })), "the tray 3 is empty", "its own text");
    says(E::InitTimeout, &["`#[init]`", "`.init_timeout(…)`"]);
    let os = std::io::Error::other("no more descriptors");
    says(E::Os(os), &["cannot start", "no more descriptors"]);
    says(E::Incompatible("version 2".into()), &["version 2"]);
    says(E::NotInitialized, &["`#[coproc::main]`", "`coproc::init();`", "`#[coproc::test]`"]);
    says(
        E::Unknown("store::Cache".into()),
        &["`store::Cache`", "not linked", "use that_crate as _;"],
    );
    says(
        E::TooLarge { size: 7, limit: 5 },
        &["7 bytes or more", "limit of 5", "`.max_message(…)`"],
    );
    says(E::Encode("a map without length".into()), &["encode", "a map without length"]);
    says(E::Nested, &["16 deep"]);
    // What a `main` that returns it shows.
    let shown = format!("{:?}", E::NotInitialized);
    assert!(shown.contains("`#[coproc::main]`"), "{shown}");
    assert_eq!(format!("{:?}", E::Init(Empty { tray: 3 })), "Init(Empty { tray: 3 })");
}

#[test]
fn what_messengers_end_with_says_what_happened() {
    says(RecvError::CloseRequested, &["asks to close"]);
    says(RecvError::Closed, &["gone"]);
    says(RecvTimeoutError::Timeout, &["in time"]);
    says(TryRecvError::Empty, &["no message"]);
    says(RecvError::Protocol("a lie".into()), &["protocol", "a lie"]);
    says(TryRecvError::from(RecvError::Closed), &["gone"]);
    says(RecvTimeoutError::from(RecvError::CloseRequested), &["asks to close"]);
    says(SendError::Closed(()), &["gone"]);
    says(SendError::TooLarge { message: (), size: 7, limit: 5 }, &["7 bytes", "limit of 5"]);
    let text = "a map without length".to_owned();
    says(SendError::Encode { message: (), text }, &["a map without length"]);
    says(SendError::Full(()), &["no room"]);
    says(SendError::NoRequest(()), &["no request"]);
    says(Cancelled, &["cancelled", "deadline"]);
}

#[coproc::test]
fn reports_tell_who_and_what_and_where() {
    let _watch = Watch::set();
    let place = || Process::new().name("porter");
    let clumsy = Clumsy::on(place()).spawn("fine").unwrap();
    says(clumsy.panic().wait().unwrap_err(), &["`panic` panicked", "errors.rs:", "dropped it"]);
    says(clumsy.worker().join().unwrap_err(), &["`panic` panicked", "errors.rs:", "dropped it"]);
    says(clumsy.fail().wait().unwrap_err(), &["`porter`", "dropped it"]);

    let clumsy = Clumsy::on(place()).spawn("fine").unwrap();
    let pid = format!("pid {}", clumsy.worker().pid().unwrap());
    says(
        clumsy.abort().wait().unwrap_err(),
        &["`porter`", &pid, "SIGABRT (6)", "in `abort`", "about to abort"],
    );
    clumsy.worker().join().unwrap_err();
    says(clumsy.fail().wait().unwrap_err(), &["`porter`", &pid, "SIGABRT"]);

    let clumsy = Clumsy::on(place()).spawn("fine").unwrap();
    clumsy.worker().close();
    says(clumsy.fail().wait().unwrap_err(), &["`porter`", "clos"]);
    clumsy.worker().join().unwrap();
    says(clumsy.fail().wait().unwrap_err(), &["`porter`", "closed"]);

    let clumsy = Clumsy::on(place()).spawn("fine").unwrap();
    clumsy.worker().kill();
    says(clumsy.worker().join().unwrap_err(), &["`porter`", "killed"]);

    let refused = |mood| Clumsy::on(place()).spawn(mood).map(drop).unwrap_err();
    assert_eq!(text(refused("empty")), "the tray 1 is empty");
    says(refused("panic"), &["`new` panicked", "errors.rs:", "not today"]);
    says(refused("abort"), &["`porter`", "SIGABRT (6)", "in `new`"]);
}

#[coproc::test]
fn how_a_worker_ended_can_be_said() {
    let _watch = Watch::set();
    let clumsy = Clumsy::spawn("fine").unwrap();
    clumsy.abort().tell().unwrap();
    clumsy.worker().join().unwrap_err();
    let exit = clumsy.worker().exit().unwrap();
    assert_eq!((exit, exit.to_string().as_str()), (Exit::Signal(6), "was killed by SIGABRT (6)"));
    assert_eq!(Exit::Code(7).to_string(), "exited with code 7");
    assert_eq!(Exit::Closed.to_string(), "closed in order");
    assert_eq!(Exit::Killed.to_string(), "was killed by its owner");
}

#[coproc::test]
fn errors_pass_the_question_mark() {
    let _watch = Watch::set();

    fn boxed(mood: &str) -> Result<u32, Box<dyn StdError>> {
        let clumsy = Clumsy::spawn(mood)?;
        clumsy.tight().try_send()?.wait()?;
        let (left, right) = Messenger::<u32, u32>::pair();
        left.send(clumsy.succeed().wait()?)?;
        let received = right.recv()?;
        clumsy.chain(received).wait()?;
        Ok(received)
    }

    fn shared() -> Result<u32, Box<dyn StdError + Send + Sync>> {
        let clumsy = Clumsy::spawn("fine")?;
        Ok(clumsy.fail().wait()?)
    }

    fn own() -> coproc::Result<u32> {
        let clumsy = Clumsy::spawn("fine")?;
        let error = coproc::Error::msg("from its own kind");
        let _: u32 = clumsy.fail().wait()?;
        Err(error)
    }

    assert_eq!(boxed("empty").unwrap_err().to_string(), "the tray 1 is empty");
    assert_eq!(boxed("fine").unwrap_err().to_string(), "layer 1");
    assert_eq!(shared().unwrap_err().to_string(), "the tray 2 is empty");
    assert_eq!(own().unwrap_err().to_string(), "the tray 2 is empty");

    let boxed: Box<dyn StdError> = coproc::Error::msg("inner").context("outer").into();
    assert_eq!(boxed.source().unwrap().to_string(), "inner");
}

#[coproc::test]
fn any_error_travels_with_its_causes() {
    let _watch = Watch::set();
    let clumsy = Clumsy::spawn("fine").unwrap();
    let error = coproc::Error::msg("no paper — «päper»").context("cannot print").context("stop");
    let same = clumsy.same(error.clone()).wait().unwrap();
    assert_eq!(same, error);
    assert_eq!(format!("{same:#}"), "stop: cannot print: no paper — «päper»");
    assert_eq!(format!("{same:?}"), format!("{error:?}"));

    let error = clumsy.chain(4).wait().unwrap_err().into_handler().unwrap();
    let texts: Vec<_> = error.causes().collect();
    let expected = ["layer 2", "layer 1", "layer 0", "invalid digit found in string"];
    assert_eq!((error.to_string().as_str(), texts), ("layer 3", expected.to_vec()));
}

#[coproc::test]
fn an_error_says_whether_it_is_safe_to_try_again() {
    let _watch = Watch::set();
    let unstarted = |error: CallError<Empty>| error.is_unstarted();
    assert!(unstarted(CallError::Full));
    assert!(unstarted(CallError::Deadline { started: false }));
    assert!(!unstarted(CallError::Deadline { started: true }));
    assert!(!unstarted(CallError::Handler(Empty { tray: 0 })));
    assert!(!unstarted(CallError::Protocol(String::new())));
    let clumsy = Clumsy::spawn("fine").unwrap();
    assert!(!clumsy.panic().wait().unwrap_err().is_unstarted());
    assert!(clumsy.panic().wait().unwrap_err().is_unstarted());
}

#[test]
fn errors_of_handlers_can_be_taken_out_and_converted() {
    let error = CallError::Handler(Empty { tray: 4 });
    assert_eq!(error.clone().into_handler(), Some(Empty { tray: 4 }));
    assert_eq!(error.map_handler(|empty| empty.tray), CallError::Handler(4));
    let full: CallError<Empty> = CallError::Full;
    assert_eq!(full.clone().into_handler(), None);
    assert_eq!(full.map_handler(|empty| empty.tray), CallError::Full);
}

fn goes_anywhere<T: Send + Sync + 'static>() {}
fn is_shown<T: Debug>() {}
fn is_an_error<T: StdError + Send + Sync + 'static>() {}
fn says_it_all<T: Debug + Display + Clone + PartialEq + Send + Sync + 'static>() {}

#[test]
fn what_is_public_can_be_sent_and_shared() {
    goes_anywhere::<coproc::spawn::WorkerResource<Clumsy>>();
    goes_anywhere::<ClumsyController>();
    goes_anywhere::<FunctionController<Pause>>();
    goes_anywhere::<WorkerHandle<'static, Clumsy>>();
    goes_anywhere::<Events<Clumsy>>();
    goes_anywhere::<(Process, Thread, Inline, coproc::spawn::Stdio, Duration)>();
    goes_anywhere::<(Call<u32, Empty>, CallFuture<u32, Empty>, OneWay, Pending<u32, Empty>)>();
    // What comes back need not be `Sync`: before it is there, nothing of it is.
    goes_anywhere::<(Call<Cell<u32>>, Pending<Cell<u32>>, CallFuture<Cell<u32>>)>();
    goes_anywhere::<(Messenger<u32, Cell<u32>>, MultiMessenger<u32, u32>)>();
    goes_anywhere::<Lane<u32, u32, ()>>();
    goes_anywhere::<(LaterAnswer<u32, Empty>, Peer, WorkerStats, Counters, Bytes)>();
    goes_anywhere::<(Received<u32, ()>, RemoteError)>();

    is_shown::<(
        coproc::spawn::WorkerResource<Clumsy>,
        ClumsyController,
        WorkerHandle<'static, Clumsy>,
    )>();
    is_shown::<(Call<u32>, Pending<u32>, OneWay, CallFuture<u32>, Events<Clumsy>)>();
    is_shown::<(Messenger<u32, u32>, Lane<u32, u32, ()>, LaterAnswer<u32, u32>)>();
    is_shown::<(Process, Thread, Inline, coproc::spawn::Stdio, Context<Clumsy>)>();
}

#[test]
fn errors_are_errors() {
    is_an_error::<CallError<Empty>>();
    is_an_error::<CallError<Infallible>>();
    is_an_error::<CallError<String>>();
    is_an_error::<SpawnError<Empty>>();
    is_an_error::<SpawnError<String>>();
    is_an_error::<TrySendError<Call<u32, Empty>, Empty>>();
    is_an_error::<RecvError>();
    is_an_error::<TryRecvError>();
    is_an_error::<RecvTimeoutError>();
    is_an_error::<SendError<Empty>>();
    is_an_error::<RemoteError>();
    is_an_error::<Cancelled>();
    says_it_all::<CallError<Empty>>();
    says_it_all::<CloseReason>();
    says_it_all::<CrashReport>();
    says_it_all::<PanicReport>();
    says_it_all::<Exit>();
    says_it_all::<coproc::Error>();
}

/// Has nothing to do.
#[worker]
fn pause(_messenger: Messenger<u8, u8>) {}
