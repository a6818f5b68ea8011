use proptest::prelude::*;

use super::*;

const MS: Duration = Duration::from_millis(1);

#[test]
fn keeps_a_steady_pace_and_does_not_catch_up() {
    let start = Instant::now();
    let mut schedule = Schedule::new(1);
    let plan = |schedule: &mut Schedule, now, on| {
        schedule.begin(now);
        schedule.tick(0, on, || 10 * MS);
    };
    plan(&mut schedule, start, true);
    assert_eq!(schedule.due(start + 9 * MS), None);
    assert_eq!(schedule.due(start + 12 * MS), Some(0));
    schedule.ran(0, start + 12 * MS);
    plan(&mut schedule, start + 12 * MS, true);
    assert_eq!(schedule.next(), Some(start + 20 * MS));
    schedule.ran(0, start + 95 * MS);
    plan(&mut schedule, start + 95 * MS, true);
    assert_eq!(schedule.next(), Some(start + 105 * MS));
    plan(&mut schedule, start + 96 * MS, false);
    assert_eq!(schedule.next(), None);
}

proptest! {
    /// Looked at again and again, as a worker between messages does: a tick runs when it has
    /// waited for its interval and not before, never twice for one interval, and a worker that is
    /// never late by an interval loses none.
    #[test]
    fn ticks_run_once_an_interval(
        every in 1..20_u32,
        pauses in prop::collection::vec(0..60_u32, 1..60),
    ) {
        let start = Instant::now();
        let (mut now, mut last, mut runs) = (0, 0, 0);
        let mut late = false;
        let mut schedule = Schedule::new(1);
        let plan = |schedule: &mut Schedule, now: u32| {
            schedule.begin(start + now * MS);
            schedule.tick(0, true, || every * MS);
        };
        plan(&mut schedule, 0);
        for pause in pauses {
            now += pause;
            let due = schedule.next().unwrap();
            prop_assert!(due > start + last * MS && due <= start + (last + every) * MS);
            late |= start + now * MS >= due + every * MS;
            let is_due = schedule.due(start + now * MS).is_some();
            prop_assert_eq!(is_due, due <= start + now * MS);
            if is_due {
                schedule.ran(0, start + now * MS);
                prop_assert_eq!(schedule.due(start + now * MS), None, "before it is planned again");
                (last, runs) = (now, runs + 1);
            }
            plan(&mut schedule, now);
        }
        prop_assert!(runs <= now / every);
        prop_assert!(late || runs == now / every);
    }

    /// However many ticks are due all the time, each has its turn.
    #[test]
    fn no_tick_keeps_another_from_running(ticks in 1..6_u32, rounds in 1..50_u32) {
        let start = Instant::now();
        let mut schedule = Schedule::new(ticks as usize);
        let mut runs = vec![0; ticks as usize];
        for round in 0..rounds {
            let now = start + round * MS;
            schedule.begin(now);
            (0..ticks).for_each(|tick| schedule.tick(tick, true, || Duration::ZERO));
            let tick = schedule.due(now).unwrap();
            schedule.ran(tick, now);
            runs[tick as usize] += 1;
        }
        let (least, most) = (runs.iter().min().unwrap(), runs.iter().max().unwrap());
        // Of those due since the same moment the first goes first, twice if no time passed between.
        prop_assert!(most - least <= 2, "{:?}", runs);
    }
}

#[test]
fn an_interval_beyond_all_time_and_a_tick_that_does_not_exist_do_nothing() {
    let now = Instant::now();
    let mut schedule = Schedule::new(1);
    schedule.begin(now);
    schedule.tick(0, true, || Duration::MAX);
    schedule.tick(7, true, || Duration::ZERO);
    schedule.ran(0, now);
    schedule.ran(7, now);
    assert_eq!((schedule.due(now), schedule.next()), (None, None));
}
