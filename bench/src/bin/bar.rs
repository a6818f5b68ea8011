//! The bar of this version: a call of a worker in another process takes at most 1.15 times as long
//! as a round trip over `ipc-channel`, both on one core.
//!
//! Every round measures each case in a fresh pair of processes, one case after the other, so that
//! what else happens on the machine meets all of them alike. Beside them runs a bare socketpair,
//! which is the limit for both. The figure of a round is the median of its batches; in parentheses
//! stands the batch that was faster than nine tenths of them, which what else happens on the machine
//! has hardly touched. Exits with 1 if the median of the rounds' ratios is over the bar.

use std::{
    env, io,
    process::{Command, ExitCode, Stdio},
};

use coproc::Process;
use coproc_bench::{
    TEXT,
    cores::bind_to_one,
    median::{Times, median, timed},
    peers::{ipc::Echo, raw::Raw, serve_if_asked, verdict},
    subject::Subject,
};

const BAR: f64 = 1.15;

/// In a process that measures: which case.
const CASE: &str = "COPROC_BENCH_CASE";
const CASES: [&str; 3] = ["coproc", "ipc-channel", "socketpair"];

/// Calls that are timed together.
const BATCH: u32 = 20;

type Failure = Box<dyn std::error::Error>;

struct Options {
    rounds: u32,
    calls: u32,
}

impl Options {
    fn read() -> Result<Self, Failure> {
        let mut options = Self { rounds: 21, calls: 20_000 };
        let mut arguments = env::args().skip(1);
        while let Some(name) = arguments.next() {
            let field = match name.as_str() {
                "--rounds" => &mut options.rounds,
                "--calls" => &mut options.calls,
                _ => return Err("use: bar [--rounds N] [--calls N]".into()),
            };
            let value = arguments.next().ok_or_else(|| format!("{name} needs a number"))?;
            *field =
                value.parse::<u32>().map_err(|error| format!("{name} {value}: {error}"))?.max(1);
        }
        Ok(options)
    }
}

/// Microseconds for one call, median and undisturbed, in a process of its own with a peer of its
/// own.
fn measured(case: &str, calls: u32) -> Result<[f64; 2], Failure> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["--calls", &calls.to_string()]).env(CASE, case).stderr(Stdio::inherit());
    let output = command.output()?;
    let text = String::from_utf8(output.stdout)?;
    let figures: Vec<f64> = text.split_whitespace().flat_map(str::parse).collect();
    match figures.try_into() {
        Ok(figures) if output.status.success() => Ok(figures),
        _ => Err(format!("case {case} ended with {}: {text:?}", output.status).into()),
    }
}

/// Measures one case and prints what it found.
fn measure(case: &str, calls: u32) -> Result<(), Failure> {
    let time = |mut call: Box<dyn FnMut()>| {
        (0..calls / 10).for_each(|_| call());
        timed(calls.div_ceil(BATCH), BATCH, call)
    };
    let taken = match case {
        "coproc" => {
            let subject = Subject::on(Process::new()).spawn(Subject::default())?;
            time(Box::new(move || drop(subject.echo(TEXT).wait().expect("a reply"))))
        }
        "ipc-channel" => {
            let echo = Echo::start()?;
            time(Box::new(move || drop(echo.round_trip().expect("a reply"))))
        }
        "socketpair" => {
            let mut raw = Raw::start()?;
            time(Box::new(move || {
                raw.round_trip().expect("a reply");
            }))
        }
        _ => return Err(io::Error::from(io::ErrorKind::InvalidInput).into()),
    };
    let Times { median, undisturbed } = taken;
    println!("{} {}", median.as_secs_f64() * 1e6, undisturbed.as_secs_f64() * 1e6);
    Ok(())
}

fn print_row(name: &str, figures: [[f64; 2]; 3], ratio: [f64; 2]) {
    let [ours, theirs, limit] = figures.map(|[median, fast]| format!("{median:.2} ({fast:.2})"));
    let ratio = format!("{:.3} ({:.3})", ratio[0], ratio[1]);
    println!("{name:>7}{ours:>16}{theirs:>16}{limit:>16}{ratio:>15}");
}

fn compare(options: &Options) -> Result<bool, Failure> {
    let core = bind_to_one()?;
    println!("{} rounds of {} calls on core {core}; µs a call", options.rounds, options.calls);
    println!("{:>7}{:>16}{:>16}{:>16}{:>15}", "round", CASES[0], CASES[1], CASES[2], "ratio");
    let mut found = [const { Vec::new() }; 3];
    let mut ratios = Vec::new();
    for round in 1..=options.rounds {
        // Each case is first, second and third in turn.
        for offset in 0..CASES.len() {
            let index = (round as usize + offset) % CASES.len();
            found[index].push(measured(CASES[index], options.calls)?);
        }
        let figures = found.each_ref().map(|of_case| of_case[of_case.len() - 1]);
        let ratio = [0, 1].map(|which| figures[0][which] / figures[1][which]);
        print_row(&round.to_string(), figures, ratio);
        ratios.push(ratio);
    }
    let middle = |figures: &[[f64; 2]]| {
        [0, 1].map(|which| median(&figures.iter().map(|pair| pair[which]).collect::<Vec<_>>()))
    };
    let ratio = middle(&ratios);
    print_row("median", found.each_ref().map(|figures| middle(figures)), ratio);
    let passed = ratio[0] <= BAR;
    println!("the bar is {BAR}: {}", if passed { "met" } else { "missed" });
    Ok(passed)
}

fn main() -> ExitCode {
    coproc::init();
    serve_if_asked();
    let outcome = Options::read().and_then(|options| match env::var(CASE) {
        Ok(case) => measure(&case, options.calls).map(|()| true),
        Err(_) => compare(&options),
    });
    outcome.map_or_else(
        |error| {
            eprintln!("{error}");
            verdict(false)
        },
        verdict,
    )
}
