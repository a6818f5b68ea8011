//! A tour of what there is beyond a single worker, as a user writes it: each line stands as short as
//! it is meant to be, and does what it says.

use std::path::PathBuf;

use coproc::{
    Monitor, Pool, Queue, State, WorkerPool, monitor,
    prelude::*,
    queue::Delivery,
    spawn::{Group, WorkerResource},
    state::{Snapshot, Update},
};
use coproc_tests::Watch;

/// A picture of so many bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Image(u32);

struct Resizer {
    quality: u32,
}

#[worker]
impl Resizer {
    #[init]
    fn new(quality: u32) -> Self {
        Self { quality }
    }

    #[message]
    fn resize(&self, image: &Image) -> Image {
        Image(image.0 * self.quality)
    }

    #[message]
    fn set_quality(&mut self, quality: u32) {
        self.quality = quality;
    }
}

#[worker]
fn square(n: u64) -> u64 {
    n * n
}

#[worker]
fn power(base: u64, exponent: u32) -> u64 {
    base.pow(exponent)
}

#[coproc::test]
fn pools_of_workers() -> Result<(), Box<dyn std::error::Error>> {
    let _watch = Watch::set();
    let images: &[Image] = &[1, 2, 3].map(Image);
    let pool: WorkerPool<Resizer> = Resizer::on(Process::new().pool(4)).spawn(85)?;
    let mut seen = Vec::new();
    for thumb in pool.map(images, |w, image| w.resize(image)) {
        seen.push(thumb?);
    }
    assert_eq!(seen, [85, 170, 255].map(Image));
    for (i, thumb) in pool.map_unordered(images, |w, image| w.resize(image)) {
        assert_eq!(thumb?, seen[i]);
    }
    let image = Image(5);
    let one = pool.any().resize(&image).priority(-5).send()?;
    assert_eq!(one.wait()?, Image(425));
    let user = "somebody";
    assert_eq!(pool.by_key(user).resize(&image).wait()?, Image(425));
    for told in pool.each(|w| w.set_quality(70))? {
        told?;
    }
    assert_eq!(pool.any().resize(&image).wait()?, Image(350));
    Ok(())
}

#[coproc::test]
fn pools_of_functions() -> Result<(), Box<dyn std::error::Error>> {
    let _watch = Watch::set();
    let pool = Pool::new(4)?;
    let squares: Vec<u64> = pool.map(0..100_000, Square).collect::<Result<_, _>>()?;
    assert_eq!((squares.len(), squares[99_999]), (100_000, 9_999_800_001));
    let powers = pool.starmap([(2, 2), (3, 2)], Power);
    assert!(powers.map(Result::unwrap).eq([4, 9]));
    let cubes = pool.map(0..10, Power.with(3));
    assert_eq!(cubes.map(Result::unwrap).sum::<u64>(), 2025);
    let n = pool.apply(Square, 7)?;
    let pending: coproc::Pending<u64, _> = pool.submit(Square, 7)?;
    assert_eq!((n, pending.wait()?), (49, 49));
    let bar = indicatif::ProgressBar::hidden();
    let map = pool.map(0..100, Square).chunk(5).in_flight(20).priority(3).retry(2).progress(bar);
    assert_eq!(map.filter(Result::is_ok).count(), 100);
    Ok(())
}

#[coproc::test]
fn a_monitor() -> Result<(), Box<dyn std::error::Error>> {
    let _watch = Watch::set();
    let folder = std::env::temp_dir().join(format!("coproc-tour-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let file = |name: &str| -> PathBuf { folder.join(name) };
    let monitor = Monitor::builder()
        .every(ms(250))
        .children(true)
        .log(file("run.log"))
        .plot(file("run.svg"))
        .plot_every(10)
        .spawn()?;
    monitor.note("loaded").details("3 files").label(true).log(true).print(false).tell()?;
    let stats: monitor::Stats = monitor.stats().wait()?;
    stats.plot(file("memory.svg"))?;
    stats.plot(file("memory.png"))?;
    stats.to_csv(file("memory.csv"))?;
    stats.to_json(file("memory.json"))?;
    let monitor::Sample { pid, name, at, rss, anon, peak, cpu, .. } = &stats.samples[0];
    assert!(*pid > 0 && !name.is_empty() && *cpu >= 0.0 && *at < secs(3600));
    assert!(anon <= rss && rss <= peak);
    let monitor::Note { at, pid, text, details, label, log, .. } = &stats.notes[0];
    assert!(*at > ms(0) && *pid == std::process::id() && *label && *log);
    assert_eq!((text.as_str(), details.as_str()), ("loaded", "3 files"));
    monitor.worker().join()?;
    assert_eq!(std::fs::read_dir(&folder)?.count(), 6);
    Ok(std::fs::remove_dir_all(&folder)?)
}

#[coproc::test]
fn a_state() -> Result<(), Box<dyn std::error::Error>> {
    let _watch = Watch::set();
    let state = State::spawn()?;
    state.set("apples", &5u32)?;
    let n: u32 = state.get("apples")?.unwrap_or(0);
    assert_eq!(n, 5);
    let cookies = state.key::<u32>("cookies");
    let changes = state.clone();
    let baker = std::thread::spawn(move || -> Result<Snapshot, _> {
        let after = changes.wait_for_change(["foo", "bar"])?;
        changes.set("cookies", &5u32)?;
        Ok::<_, coproc::state::StateError>(after)
    });
    let mut foo = 0_u8;
    while !baker.is_finished() {
        foo = foo.wrapping_add(1);
        state.set("foo", &foo)?;
    }
    cookies.wait_until(|n| *n == 5)?;
    assert!(baker.join().expect("no panic")?.get::<u8>("foo")?.is_some());
    for update in state.watch(["foo"]).from_start().take(1) {
        let Update { name, version, missed, .. } = &update?;
        assert_eq!(name, "foo");
        // More updates than are kept may have been made until the baker had seen one.
        assert!(*version > 1 && missed < version);
    }
    state.atomic(|view| {
        let n: u32 = view.get("n")?.unwrap_or(0);
        view.set("n", &(n + 1))
    })?;
    state.update([("a", &3u32), ("b", &3)])?;
    state.wait_until(|view| Ok(view.get::<u32>("a")? == view.get::<u32>("b")?))?;
    let d = secs(30);
    let _ = state.watch(["foo"]).own(false).identical(true).timeout(d);
    let _ = state.watch_all().except(["bar"]).from_now().live();
    assert!(state.pop_any()?.is_some());
    assert_eq!(state.ping(d)?, std::process::id());
    let other = state.namespace("jobs");
    assert!(other.is_empty()?);
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Job {
    size: u32,
}

#[coproc::test]
fn a_queue() -> Result<(), Box<dyn std::error::Error>> {
    let _watch = Watch::set();
    let (job, poison, pid) = (Job { size: 20 }, Job { size: 0 }, std::process::id());
    let queue: Queue<Job> = Queue::bounded(100)?;
    queue.send(job.clone())?;
    queue.send_to(pid, job)?;
    queue.send_each([pid], poison)?;
    let d = queue.recv_if(|job| job.size < 10)?;
    assert_eq!((d.size, d.recipient()), (0, Some(pid)));
    d.ack()?;
    let d: Delivery<Job> = queue.recv()?;
    assert_eq!((d.sender(), d.recipient(), d.attempt()), (pid, None, 0));
    d.nack()?;
    queue.recv()?.ack()?;
    queue.recv()?.ack()?;
    assert!(queue.is_empty()?);
    queue.clone().join()?;
    assert!(queue.dead_letters()?.is_empty());
    Ok(())
}

/// Sleeps as little as it can.
struct Sleeper {
    naps: u32,
}

#[worker]
impl Sleeper {
    #[init]
    fn new(naps: u32) -> Self {
        Self { naps }
    }

    #[close]
    fn finish(self) -> u32 {
        self.naps
    }
}

/// Finds something at the second place only.
#[worker]
fn fetch(place: &str) -> Result<String, String> {
    if place == "here" { Err(format!("nothing is {place}")) } else { Ok(place.to_owned()) }
}

#[coproc::test]
fn groups_and_retries() -> Result<(), Box<dyn std::error::Error>> {
    let _watch = Watch::set();
    let group = Sleeper::on(Process::new().group(3)).spawn(7)?;
    assert!(group.iter().all(|sleeper| sleeper.worker().is_alive()));
    assert_eq!(group.join_timeout(secs(30)), [Ok(7), Ok(7), Ok(7)]);
    let owners = [1, 2].map(|naps| Sleeper::on(Thread).spawn(naps).expect("a thread"));
    let group = Group::from_iter(owners);
    group.close();
    assert_eq!(group.join(), [Ok(1), Ok(2)]);
    group.kill();

    let fetched: WorkerResource<Fetch> =
        Fetch::on(Process::new().retry(5).retry_delay(ms(5))).retry_with("there").spawn("here")?;
    assert_eq!(fetched.worker().join()?, "there");
    Ok(())
}
