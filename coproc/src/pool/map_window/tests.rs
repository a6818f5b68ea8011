//! Maps against a simple model: what each item does is known beforehand.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What becomes of an item each time it is begun, the last of it for ever.
type Script = Vec<How>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Works,
    Fails,
    Kills,
}

fn scripts() -> impl Strategy<Value = Vec<Script>> {
    let how = prop_oneof![6 => Just(How::Works), 1 => Just(How::Fails), 1 => Just(How::Kills)];
    prop::collection::vec(prop::collection::vec(how, 1..5), 0..40)
}

/// What an item gives that travels alone.
fn expected(script: &Script, retry: u32, idempotent: bool) -> ItemOutcome<How> {
    let (mut tries, mut deaths) = (0, 0);
    let mut hows = script.iter().chain(std::iter::repeat(script.last().unwrap()));
    loop {
        let how = *hows.next().unwrap();
        tries += u32::from(how != How::Works);
        deaths += u32::from(how == How::Kills);
        match how {
            How::Works => return ItemOutcome::Result(how),
            How::Fails if tries > retry => return ItemOutcome::Result(how),
            How::Kills if tries > retry && !idempotent => return ItemOutcome::Result(how),
            How::Kills if deaths == MAX_DEATHS => return ItemOutcome::Poisoned(deaths),
            How::Fails | How::Kills => {}
        }
    }
}

/// Runs a map whose parcels come back in the order that `picks` chooses, `cut` short at times.
fn run(
    scripts: &[Script],
    terms: Terms,
    idempotent: bool,
    chunk: usize,
    picks: &[usize],
) -> Vec<(u64, ItemOutcome<How>)> {
    let mut window = MapWindow::new(terms.ordered);
    window.terms = terms;
    let mut runs = vec![0; scripts.len()];
    let mut out: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    let (mut read, mut results) = (0, Vec::new());
    for pick in picks.iter().chain(std::iter::repeat(&0)) {
        loop {
            let room = window.room(chunk, 2).min(scripts.len() - read);
            if room == 0 {
                break;
            }
            out.insert(window.opened(room), (read, room));
            read += room;
            let most = terms.in_flight.unwrap_or(usize::MAX);
            assert!(read - results.len() <= most, "read too far ahead");
        }
        if out.is_empty() {
            break;
        }
        let (&tag, &(first, count)) = out.iter().nth(pick % out.len()).unwrap();
        out.remove(&tag);
        let mut done = Vec::new();
        let mut died = None;
        for item in first..first + count {
            let how = *scripts[item].get(runs[item]).unwrap_or(scripts[item].last().unwrap());
            // Those that it died with have not told of themselves.
            if how == How::Kills && count > 1 {
                died = Some(how);
                break;
            }
            runs[item] += usize::from(count == 1 || how == How::Fails);
            if how == How::Kills {
                died = Some(how);
                break;
            }
            done.push((how, how == How::Fails));
        }
        if died.is_some() && count > 1 {
            // Each is as it was before.
            for (item, (how, _)) in (first..).zip(&done) {
                runs[item] -= usize::from(*how == How::Fails);
            }
        }
        if pick % 3 == 1 && done.len() > 1 && died.is_none() {
            for (item, (how, _)) in (first..).zip(&done).skip(1) {
                runs[item] -= usize::from(*how == How::Fails);
            }
            done.truncate(1);
        }
        let settled = died.map_or(Settled::Results(done), Settled::Died);
        for again in window.settled(tag, settled, idempotent) {
            assert!(out.insert(again.tag, (first + again.from, again.count)).is_none());
        }
        results.extend(std::iter::from_fn(|| window.next()));
    }
    results
}

proptest! {
    #[test]
    fn every_item_has_the_result_that_it_would_have_alone(
        scripts in scripts(),
        retry in 0..4u32,
        in_flight in prop::option::of(1..9usize),
        ordered in any::<bool>(),
        idempotent in any::<bool>(),
        chunk in 1..6usize,
        picks in prop::collection::vec(0..100usize, 0..200),
    ) {
        let terms = Terms { in_flight, retry, ordered };
        let mut results = run(&scripts, terms, idempotent, chunk, &picks);
        if !ordered {
            results.sort_by_key(|(place, _)| *place);
        }
        prop_assert_eq!(results.len(), scripts.len());
        for (place, (script, (index, fate))) in scripts.iter().zip(&results).enumerate() {
            prop_assert_eq!(place as u64, *index);
            prop_assert_eq!(fate, &expected(script, retry, idempotent));
        }
    }
}
