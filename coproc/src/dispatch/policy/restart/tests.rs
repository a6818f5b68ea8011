use proptest::prelude::*;

use super::*;

const CRASHES: [Exit; 4] = [Exit::Panicked, Exit::Code(1), Exit::Signal(9), Exit::Unknown];

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn decide(policy: Restart, exit: Exit) -> Decision {
    Restarts::new(policy).ended(exit, Instant::now(), 0)
}

/// What follows crashes at these moments, without jitter.
fn crashes(policy: Restart, moments: impl IntoIterator<Item = Duration>) -> Vec<Option<Duration>> {
    let (mut restarts, start) = (Restarts::new(policy), Instant::now());
    let ended = |at| match restarts.ended(Exit::Panicked, start + at, 0) {
        Decision::RestartAfter(delay) => Some(delay),
        Decision::GiveUp(_) => None,
    };
    moments.into_iter().map(ended).collect()
}

#[test]
fn each_policy_covers_its_ends() {
    let again = Decision::RestartAfter(Duration::ZERO);
    let never = |exit| Decision::GiveUp(Reason::Final(exit));
    for crash in CRASHES {
        assert_eq!(decide(Restart::never(), crash), never(crash));
        assert_eq!(decide(Restart::on_crash(), crash), again);
        assert_eq!(decide(Restart::always(), crash), again);
    }
    assert_eq!(decide(Restart::never(), Exit::Closed), never(Exit::Closed));
    assert_eq!(decide(Restart::on_crash(), Exit::Closed), never(Exit::Closed));
    assert_eq!(decide(Restart::always(), Exit::Closed), again);
    for policy in [Restart::never(), Restart::on_crash(), Restart::always()] {
        assert_eq!(decide(policy, Exit::Killed), never(Exit::Killed));
    }
}

#[test]
fn five_restarts_in_a_minute_are_allowed_unless_something_else_is_said() {
    let together = crashes(Restart::on_crash(), [Duration::ZERO; 6]);
    assert_eq!(together, [&[Some(Duration::ZERO); 5][..], &[None]].concat());
    // The first has left the window when the sixth comes.
    let apart = crashes(Restart::on_crash(), [0, 1, 2, 3, 4, 60].map(secs));
    assert!(apart.iter().all(Option::is_some));
    let within =
        crashes(Restart::on_crash(), [secs(0), secs(1), secs(2), secs(3), secs(4), ms(59_999)]);
    assert_eq!(within[5], None);
    assert_eq!(crashes(Restart::always().max(0, secs(1)), [Duration::ZERO]), [None]);
}

/// However many there are, what is kept of them is bounded.
#[test]
fn without_a_window_all_restarts_count() {
    let policy = Restart::always().in_all(1000).backoff(ms(5)..ms(5));
    let (mut restarts, start) = (Restarts::new(policy), Instant::now());
    for hour in 0..1000 {
        let decision = restarts.ended(Exit::Closed, start + secs(3600 * hour), 0);
        assert_eq!(decision, Decision::RestartAfter(ms(5)));
        assert!(restarts.recent.len() <= LISTED);
    }
    let Decision::GiveUp(reason) = restarts.ended(Exit::Code(1), start, 0) else {
        panic!("it is one too many");
    };
    let text = reason.to_string();
    assert!(text.starts_with("it ended 1001 times, more often than it may; "), "{text}");
    assert!(
        text.ends_with(
            "first: exited with code 1, closed in order, closed in order, \
        closed in order, closed in order"
        ),
        "{text}"
    );
}

#[test]
fn delays_double_up_to_the_longest_and_begin_anew_when_it_was_well_for_a_window() {
    let policy = Restart::on_crash().max(6, secs(60)).backoff(ms(100)..secs(1));
    let delays = crashes(policy, [0, 1, 2, 3, 4, 5, 65].map(secs));
    let expected = [100, 200, 400, 800, 1000, 1000, 100];
    assert_eq!(delays, expected.map(|delay| Some(ms(delay))));
    // A longest delay that is less than the first is the first.
    let policy = Restart::on_crash().backoff(Range { start: secs(2), end: secs(1) });
    assert_eq!(crashes(policy, [0, 1].map(secs)), [Some(secs(2)); 2]);
}

#[test]
fn jitter_takes_up_to_half_of_a_delay_away() {
    let policy = Restart::on_crash().backoff(secs(2)..secs(60));
    for (jitter, delay) in [(0, secs(2)), (u32::MAX / 2 + 1, ms(1500)), (u32::MAX, secs(1))] {
        let decision = Restarts::new(policy.clone()).ended(Exit::Unknown, Instant::now(), jitter);
        let Decision::RestartAfter(given) = decision else { panic!("{decision:?}") };
        assert!(given.abs_diff(delay) < Duration::from_micros(1), "{given:?}");
    }
}

#[test]
fn a_reason_lists_the_last_ends() {
    let mut restarts = Restarts::new(Restart::always().max(6, secs(60)));
    let now = Instant::now();
    let ends = [
        Exit::Closed,
        Exit::Panicked,
        Exit::Signal(9),
        Exit::Code(1),
        Exit::Code(2),
        Exit::Code(3),
    ];
    for exit in ends {
        assert_eq!(restarts.ended(exit, now, 0), Decision::RestartAfter(Duration::ZERO));
    }
    let Decision::GiveUp(reason) = restarts.ended(Exit::Unknown, now, 0) else {
        panic!("the seventh end is one too many");
    };
    assert_eq!(
        reason.to_string(),
        "it ended 7 times within 60s, more often than it may; the last ends, latest first: ended in an \
         unknown way, exited with code 3, exited with code 2, exited with code 1, was killed by SIGKILL (9)"
    );
    let Decision::GiveUp(reason) = decide(Restart::on_crash(), Exit::Closed) else {
        panic!("an orderly end is no crash");
    };
    assert_eq!(reason.to_string(), "it closed in order, after which it is not started again");
}

fn policy() -> impl Strategy<Value = Restart> {
    (0..6_u32, 0..5_000_u64, 0..2_000_u64, 0..20_000_u64).prop_map(
        |(most, window, first, longest)| {
            Restart::on_crash().max(most, ms(window)).backoff(ms(first)..ms(longest))
        },
    )
}

proptest! {
    /// A crash is followed by a restart exactly when fewer than the allowed number lie within the
    /// window before it, and the delay depends on that number alone.
    #[test]
    fn intensity_and_delays_are_those_of_the_window(
        policy in policy(),
        steps in prop::collection::vec((0..1_500_u64, any::<u32>(), 0..CRASHES.len()), 0..60),
    ) {
        let (mut restarts, start) = (Restarts::new(policy.clone()), Instant::now());
        let (mut now, mut begun) = (0, Vec::new());
        for (gap, jitter, crash) in steps {
            now += gap;
            let within = begun.iter().filter(|at| Some(ms(now - *at)) < policy.window).count();
            let decision = restarts.ended(CRASHES[crash], start + ms(now), jitter);
            if within < policy.most as usize {
                let Decision::RestartAfter(delay) = decision else { panic!("{decision:?}") };
                let Range { start: first, end: longest } = policy.backoff;
                let whole = (first * 2_u32.pow(within as u32)).min(longest.max(first));
                prop_assert!(delay <= whole && delay >= whole / 2, "{delay:?} of {whole:?}");
                begun.push(now);
            } else {
                let Decision::GiveUp(Reason::TooOften { count, ends, .. }) = decision else {
                    panic!("{decision:?}")
                };
                prop_assert_eq!(count as usize, within + 1);
                prop_assert_eq!(ends.len(), LISTED.min(within + 1));
                prop_assert_eq!(ends.last(), Some(&CRASHES[crash]));
            }
            prop_assert!(restarts.recent.len() <= policy.most as usize);
        }
    }

    /// No policy and no moment overflows.
    #[test]
    fn nothing_overflows(
        first in any::<Duration>(),
        longest in any::<Duration>(),
        window in any::<Duration>(),
        jitter in any::<u32>(),
    ) {
        let policy = Restart::always().max(u32::MAX, window).backoff(first..longest);
        let (mut restarts, now) = (Restarts::new(policy), Instant::now());
        for _ in 0..40 {
            let decision = restarts.ended(Exit::Closed, now, jitter);
            let Decision::RestartAfter(delay) = decision else { panic!("{decision:?}") };
            prop_assert!(delay <= longest.max(first));
        }
    }
}
