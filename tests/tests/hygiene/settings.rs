//! What a place sets.

use std::{env, fs, path::PathBuf};

use coproc::{Process, prelude::*};
use coproc_tests::{Watch, census};
use rustix::process::{Resource, getpgid, getpid, getpriority_process, getrlimit};

/// Tells how its process is set up.
pub(crate) struct Settings {
    secret: String,
}

#[worker(pub(crate))]
impl Settings {
    #[init]
    fn new(secret: &str) -> Self {
        Self { secret: secret.to_owned() }
    }

    #[message]
    fn variable(&self, key: &str) -> Option<String> {
        env::var(key).ok()
    }

    #[message]
    fn variables(&self) -> Vec<String> {
        env::vars().map(|(key, _)| key).collect()
    }

    #[message]
    fn dir(&self) -> PathBuf {
        env::current_dir().expect("a directory")
    }

    #[message]
    fn nice(&self) -> i32 {
        getpriority_process(None).expect("its niceness")
    }

    /// The limit, and how many it had open when it could open no more.
    #[message]
    fn open_files(&self) -> (Option<u64>, usize) {
        let mut files = Vec::new();
        while let Ok(file) = fs::File::open("/dev/null") {
            files.push(file);
        }
        drop(files.pop());
        (getrlimit(Resource::Nofile).current, census::open().len() + 1)
    }

    #[message]
    fn leads_its_group(&self) -> bool {
        getpgid(None) == Ok(getpid())
    }

    #[message]
    fn secret(&self, more: &str) -> String {
        format!("{}{more}", self.secret)
    }
}

fn settings(place: Process) -> coproc::spawn::WorkerResource<Settings> {
    Settings::on(place).spawn("").expect("a worker")
}

#[coproc::test]
fn variables_are_added_and_removed() {
    let _watch = Watch::set();
    let place = Process::new().env("COPROC_TESTS_A", "a").env("COPROC_TESTS_B", "b");
    let worker = settings(place.clone());
    assert_eq!(worker.variable("COPROC_TESTS_A").wait(), Ok(Some("a".into())));
    assert_eq!(worker.variable("COPROC_TESTS_B").wait(), Ok(Some("b".into())));
    assert_eq!(worker.variable("PATH").wait(), Ok(env::var("PATH").ok()));
    let worker = settings(place.env_remove("COPROC_TESTS_A").env_remove("PATH"));
    assert_eq!(worker.variable("COPROC_TESTS_A").wait(), Ok(None));
    assert_eq!(worker.variable("COPROC_TESTS_B").wait(), Ok(Some("b".into())));
    assert_eq!(worker.variable("PATH").wait(), Ok(None));
}

/// The variable that says that the process is a worker is not there for what the worker runs.
#[coproc::test]
fn variables_are_cleared() {
    let _watch = Watch::set();
    let worker = settings(Process::new().env_clear().env("ONLY", "this"));
    assert_eq!(worker.variables().wait(), Ok(vec!["ONLY".to_owned()]));
    let worker = settings(Process::new());
    assert_eq!(worker.variable("COPROC_WORKER").wait(), Ok(None));
}

#[coproc::test]
fn the_directory_is_another() {
    let _watch = Watch::set();
    assert_eq!(settings(Process::new()).dir().wait(), Ok(env::current_dir().expect("ours")));
    assert_eq!(settings(Process::new().current_dir("/")).dir().wait(), Ok("/".into()));
    let nowhere = Settings::on(Process::new().current_dir("/there/is/none")).spawn("");
    let error = nowhere.expect_err("no such directory").to_string();
    assert!(error.starts_with("cannot start the worker: "), "{error}");
}

#[coproc::test]
fn it_is_nicer() {
    let _watch = Watch::set();
    let ours = getpriority_process(None).expect("our niceness");
    assert_eq!(settings(Process::new()).nice().wait(), Ok(ours));
    assert_eq!(settings(Process::new().nice(3)).nice().wait(), Ok((ours + 3).min(19)));
}

#[coproc::test]
fn it_may_open_so_many_files() {
    let _watch = Watch::set();
    assert_eq!(settings(Process::new().open_files(32)).open_files().wait(), Ok((Some(32), 32)));
}

/// That of its type, or its own; as much of it as fits.
#[coproc::test]
fn its_process_has_its_name() {
    let _watch = Watch::set();
    let cases = [
        (Process::new(), "Settings"),
        (Process::new().name("mill::grinder"), "grinder"),
        (Process::new().name("the one that grinds"), "the one that gr"),
        // Fifteen bytes would end in the middle of a letter.
        // Fifteen bytes end in the middle of a letter.
        (Process::new().name("die große Méé"), "die große Mé"),
    ];
    for (place, expected) in cases {
        let worker = settings(place);
        let pid = worker.worker().pid().expect("a process");
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).expect("its name");
        assert_eq!(name, format!("{expected}\n"));
    }
}

/// What is typed at the terminal, as Ctrl-C, reaches its host only.
#[coproc::test]
fn it_leads_a_process_group() {
    let _watch = Watch::set();
    assert_eq!(settings(Process::new()).leads_its_group().wait(), Ok(true));
}

/// The command line is there for everybody on the machine to read, and variables for many.
#[coproc::test]
fn secrets_go_over_the_socket_only() {
    let _watch = Watch::set();
    let worker = Settings::spawn("S3CR3T-").expect("a worker");
    assert_eq!(worker.secret("T0K3N").wait().as_deref(), Ok("S3CR3T-T0K3N"));
    let pid = worker.worker().pid().expect("a process");
    let shown = |what: &str| {
        let bytes = fs::read(format!("/proc/{pid}/{what}")).expect("it is shown");
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let (line, variables) = (shown("cmdline"), shown("environ"));
    assert!(!line.is_empty() && !variables.is_empty());
    for secret in ["S3CR3T", "T0K3N"] {
        assert!(!line.contains(secret) && !variables.contains(secret), "{line} {variables}");
    }
    // Of coproc there is one variable, and what it says is known to everybody.
    let own = |variable: &&str| variable.contains("COPROC_WORKER");
    let own: Vec<&str> = variables.split('\0').filter(own).collect();
    assert_eq!(own, ["COPROC_WORKER=1"]);
}
