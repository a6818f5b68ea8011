//! What a worker with ten messages adds to `cargo check` of the crate it stands in, once all
//! dependencies are built. Exits with 1 if it is a second or more.
//!
//! Two crates that differ in nothing but the attributes are touched and checked in turn.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, id},
    time::{Duration, Instant, SystemTime},
};

use coproc_bench::{median::median, peers::verdict};

const BAR: Duration = Duration::from_secs(1);
const MESSAGES: usize = 10;
const CRATES: [&str; 2] = ["with", "without"];

type Failure = Box<dyn std::error::Error>;

/// A folder that goes when this is dropped.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A struct with ten methods, which are messages of a worker or are not.
fn program(is_worker: bool) -> String {
    let on = |attribute: &'static str| if is_worker { attribute } else { "" };
    let (worker, init, message) = (on("#[worker]"), on("#[init]"), on("#[message]"));
    let methods: String = (0..MESSAGES)
        .map(|number| {
            format!(
                "{message}\npub fn message_{number}(&mut self, name: &str, by: u64, at: Option<f64>)\n\
                 -> Result<Vec<String>, String> {{\n\
                 self.count += by;\n\
                 if at.is_none() {{ return Err(format!(\"{{name}} is nowhere\")) }}\n\
                 Ok(vec![name.to_owned(); {number}])\n}}\n"
            )
        })
        .collect();
    format!(
        "#![allow(unused_imports)]\nuse coproc::prelude::*;\n\
         pub struct Subject {{ count: u64 }}\n\
         {worker}\nimpl Subject {{\n\
         {init}\npub fn new(count: u64) -> Self {{ Self {{ count }} }}\n{methods}}}\n\
         #[coproc::main]\nfn main() {{}}\n"
    )
}

fn generate(folder: &Path) -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let members = format!("[workspace]\nresolver = \"3\"\nmembers = {CRATES:?}\n");
    fs::create_dir_all(folder)?;
    fs::write(folder.join("Cargo.toml"), members)?;
    // The versions that coproc itself is tested with.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    for name in CRATES {
        let manifest = format!(
            "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [dependencies]\ncoproc = {{ path = {:?} }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\n",
            root.join("coproc")
        );
        fs::create_dir_all(folder.join(name).join("src"))?;
        fs::write(folder.join(name).join("Cargo.toml"), manifest)?;
        fs::write(folder.join(name).join("src/main.rs"), program(name == "with"))?;
    }
    Ok(())
}

/// How long `cargo check` of a crate takes whose source is newer than what was built.
fn checked(folder: &Path, name: &str) -> Result<Duration, Failure> {
    let source = fs::File::options().append(true).open(folder.join(name).join("src/main.rs"))?;
    source.set_modified(SystemTime::now())?;
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["check", "--quiet", "--package", name]).current_dir(folder);
    command.env("CARGO_TARGET_DIR", folder.join("target"));
    // What is touched has not changed; otherwise nearly all of it would be found in the cache.
    command.env("CARGO_INCREMENTAL", "0");
    let start = Instant::now();
    let status = command.status()?;
    let taken = start.elapsed();
    if status.success() { Ok(taken) } else { Err(format!("cargo check: {status}").into()) }
}

fn measure(rounds: usize) -> Result<bool, Failure> {
    let folder = Folder(env::temp_dir().join(format!("coproc-check-time-{}", id())));
    generate(&folder.0)?;
    // The first check of each builds the dependencies, and fills cargo's and the system's caches.
    for name in CRATES {
        checked(&folder.0, name)?;
    }
    let mut found = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (times, name) in found.iter_mut().zip(CRATES) {
            times.push(checked(&folder.0, name)?.as_secs_f64());
        }
    }
    let [with, without] = found.each_ref().map(|times| median(times));
    println!("{rounds} rounds, medians of `cargo check`");
    println!("with a worker of {MESSAGES} messages: {with:.3} s");
    println!("without #[worker]: {without:.3} s");
    println!("the worker adds: {:.3} s", with - without);
    Ok(with - without < BAR.as_secs_f64())
}

fn main() -> ExitCode {
    let rounds = env::args().nth(1).map_or(Ok(11), |rounds| rounds.parse());
    let outcome = rounds.map_err(Failure::from).and_then(|rounds: usize| measure(rounds.max(1)));
    outcome.map_or_else(
        |error| {
            eprintln!("{error}");
            verdict(false)
        },
        verdict,
    )
}
