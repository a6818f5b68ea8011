//! Calls, one-way messages, large payloads, starts and the codec, with peers in the same groups.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use coproc::{spawn::WorkerResource, Bytes, Inline, Process, Thread};
use coproc_bench::{
    NOTE, TEXT,
    peers::{
        actor::Kameo,
        ipc::{Count, Echo, EchoBytes, MeasureBytes},
        raw::Raw,
        serve_if_asked,
        threads::{crossbeam, std_mpsc},
    },
    subject::{Record, Subject},
};
use criterion::{BatchSize, Bencher, Criterion, Throughput};

/// How many one-way messages go before a call asks whether all were handled. More than a channel
/// holds by default, so that waiting for room counts, too.
const BATCH: u64 = 4096;

const LARGE: usize = 1 << 20;

fn in_process() -> WorkerResource<Subject> {
    Subject::on(Process::new()).spawn(Subject::default()).expect("a process")
}

fn in_thread() -> WorkerResource<Subject> {
    Subject::on(Thread).spawn(Subject::default()).expect("a thread")
}

fn inline() -> WorkerResource<Subject> {
    Subject::on(Inline).spawn(Subject::default()).expect("nothing but memory")
}

type Start = fn() -> WorkerResource<Subject>;
const PLACES: [(&str, Start); 3] =
    [("coproc process", in_process), ("coproc thread", in_thread), ("coproc inline", inline)];

fn round_trip(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("round trip of 64 bytes");
    for (name, start) in PLACES {
        let subject = start();
        group.bench_function(name, |b| b.iter(|| subject.echo(TEXT).wait().unwrap()));
    }
    let mut raw = Raw::start().unwrap();
    group.bench_function("bare socketpair process", |b| b.iter(|| raw.round_trip().unwrap()));
    let echo = Echo::start().unwrap();
    group.bench_function("ipc-channel process", |b| b.iter(|| echo.round_trip().unwrap()));
    let partner = crossbeam();
    group.bench_function("crossbeam thread", |b| b.iter(|| partner.round_trip().unwrap()));
    let partner = std_mpsc();
    group.bench_function("std mpsc thread", |b| b.iter(|| partner.round_trip().unwrap()));
    let actor = Kameo::start().unwrap();
    group.bench_function("kameo ask", |b| b.iter_custom(|count| actor.round_trips(count)));
    group.finish();
}

/// Sends a batch and proves that all of it was handled.
fn batch(note: impl Fn(), notes: impl Fn() -> u64) {
    let before = notes();
    (0..BATCH).for_each(|_| note());
    assert_eq!(notes(), before + BATCH);
}

fn one_way(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one-way messages of 100 bytes");
    group.throughput(Throughput::Elements(BATCH)).sample_size(20);
    for (name, start) in PLACES {
        let subject = start();
        let note = || subject.note(NOTE).tell().unwrap();
        group.bench_function(name, |b| b.iter(|| batch(note, || subject.notes().wait().unwrap())));
    }
    let count = Count::start().unwrap();
    group.bench_function("ipc-channel process", |b| {
        b.iter(|| batch(|| count.note().unwrap(), || count.notes().unwrap()));
    });
    let partner = crossbeam();
    group.bench_function("crossbeam thread", |b| {
        b.iter(|| batch(|| partner.note(), || partner.notes().unwrap()));
    });
    let partner = std_mpsc();
    group.bench_function("std mpsc thread", |b| {
        b.iter(|| batch(|| partner.note(), || partner.notes().unwrap()));
    });
    let actor = Kameo::start().unwrap();
    group.bench_function("kameo tell", |b| b.iter_custom(|count| actor.batches(count, BATCH)));
    group.finish();
}

fn large_payload(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one mebibyte");
    group.throughput(Throughput::Bytes(LARGE as u64)).sample_size(30);
    let bytes = vec![7_u8; LARGE];
    let subject = in_process();
    group.bench_function("coproc process, Bytes, its length", |b| {
        let owned = || Bytes::from(&bytes[..]);
        b.iter_batched(owned, |own| subject.keep(own).wait().unwrap(), BatchSize::LargeInput);
    });
    group.bench_function("coproc process, &[u8], its length", |b| {
        b.iter(|| subject.look_at(&bytes).wait().unwrap());
    });
    let measure = MeasureBytes::start().unwrap();
    group.bench_function("ipc-channel process, its length", |b| {
        b.iter(|| measure.length(&bytes).unwrap());
    });
    group.bench_function("coproc process, &[u8], echo", |b| {
        b.iter(|| subject.echo_bytes(&bytes).wait().unwrap());
    });
    let echo = EchoBytes::start().unwrap();
    group.bench_function("ipc-channel process, echo", |b| {
        b.iter(|| echo.round_trip(&bytes).unwrap());
    });
    group.finish();
}

/// How long it takes from the start to the first reply; ending it again is not counted.
fn first_reply<S, R>(b: &mut Bencher<'_>, start: impl Fn() -> S, ask: impl Fn(&mut S) -> R) {
    b.iter_custom(|count| {
        let one = || {
            let begun = Instant::now();
            let mut subject = start();
            black_box(ask(&mut subject));
            begun.elapsed()
        };
        (0..count).map(|_| one()).sum()
    });
}

fn start_to_first_reply(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start to first reply");
    group.sample_size(20);
    for (name, start) in PLACES {
        group.bench_function(name, |b| {
            first_reply(b, start, |subject| subject.echo(TEXT).wait().unwrap());
        });
    }
    group.bench_function("bare socketpair process", |b| {
        first_reply(b, || Raw::start().unwrap(), |raw| raw.round_trip().unwrap());
    });
    group.bench_function("ipc-channel process", |b| {
        first_reply(b, || Echo::start().unwrap(), |echo| echo.round_trip().unwrap());
    });
    group.bench_function("std mpsc thread", |b| {
        first_reply(b, std_mpsc, |partner| partner.round_trip().unwrap());
    });
    group.bench_function("kameo ask", |b| {
        first_reply(b, || Kameo::start().unwrap(), |actor| actor.round_trips(1));
    });
    group.finish();
}

fn codec(criterion: &mut Criterion) {
    let record = Record::example();
    let size = bincode::serialized_size(&record).unwrap();
    let mut group = criterion.benchmark_group(format!("a record of {size} bytes"));
    let subject = inline();
    group.bench_function("coproc inline, encoded and decoded", |b| {
        b.iter_batched(
            || record.clone(),
            |record| subject.take(record).wait().unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("coproc inline, a call with nothing in it", |b| {
        b.iter(|| subject.nothing().wait().unwrap());
    });
    #[expect(clippy::disallowed_methods, reason = "the codec without coproc's limits")]
    group.bench_function("bincode alone, encoded and decoded", |b| {
        b.iter(|| {
            let bytes = bincode::serialize(black_box(&record)).unwrap();
            bincode::deserialize::<Record>(&bytes).unwrap()
        });
    });
    group.finish();
}

fn main() {
    coproc::init();
    serve_if_asked();
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    round_trip(&mut criterion);
    one_way(&mut criterion);
    large_payload(&mut criterion);
    start_to_first_reply(&mut criterion);
    codec(&mut criterion);
    criterion.final_summary();
}
