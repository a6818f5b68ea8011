//! Handles travel with items of a pool of functions, and with what becomes of them.

use coproc::{Inline, Messenger, Pool, prelude::*};
use coproc_tests::{Census, Watch};

use crate::{Hand, HandController};

#[worker]
fn scale_by(hand: HandController, n: u64) -> coproc::Result<u64> {
    Ok(hand.scale(n).wait()?)
}

/// The hand comes behind the item.
#[worker]
fn scale_with(n: u64, hand: HandController) -> coproc::Result<u64> {
    Ok(hand.scale(n).wait()?)
}

/// Gives every third hand back, and of others nothing.
#[worker]
fn hand_back(n: u64, hand: HandController) -> Option<HandController> {
    n.is_multiple_of(3).then_some(hand)
}

/// An item that may hold something.
#[derive(Serialize, Deserialize)]
struct Task {
    number: u64,
    end: Option<Messenger<u64, u64>>,
}

/// Sends the number over the end, if there is one, and gives it.
#[worker]
fn perform(task: Task) -> coproc::Result<u64> {
    match task.end {
        Some(end) => end.send(task.number)?,
        None if task.number == 13 => std::process::abort(),
        None => {}
    }
    Ok(task.number)
}

/// Keeps a hand, and gives it back at the end.
struct Keeper(HandController);

#[worker]
impl Keeper {
    #[init]
    fn new(hand: HandController) -> Self {
        Self(hand)
    }

    #[close]
    fn give(self) -> HandController {
        self.0
    }
}

fn hand() -> WorkerResource<Hand> {
    Hand::spawn(3).expect("a hand")
}

#[coproc::test]
fn items_hold_controllers() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (pool, hand) = (Pool::new(2)?, hand());
    let tripled: Vec<u64> = (0..40).map(|n| 3 * n).collect();
    let items = || (0..40).map(|n| ((*hand).clone(), n));
    assert_eq!(pool.map(items(), ScaleBy).collect::<Result<Vec<_>, _>>()?, tripled);
    assert_eq!(pool.starmap(items(), ScaleBy).chunk(7).collect::<Result<Vec<_>, _>>()?, tripled);
    assert_eq!(pool.apply(ScaleBy, ((*hand).clone(), 5))?, 15);
    Ok(())
}

#[coproc::test]
fn fixed_arguments_are_controllers() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (pool, hand) = (Pool::new(2)?, hand());
    let scaled = pool.map(0..40, ScaleWith.with((*hand).clone()));
    assert!(scaled.collect::<Result<Vec<_>, _>>()?.into_iter().eq((0..40).map(|n| 3 * n)));
    assert_eq!(pool.submit(ScaleWith.with((*hand).clone()), 5)?.wait()?, 15);
    Ok(())
}

#[coproc::test]
fn whoever_joins_again_is_given_the_same_controller() -> coproc::Result<()> {
    let _watch = Watch::set();
    let hand = hand();
    let function = HandBack::spawn(3, (*hand).clone())?;
    let pool = Keeper::on(coproc::Process::new().pool(2)).spawn((*hand).clone())?;
    for _ in 0..3 {
        let back = function.worker().join()?.expect("three is a multiple of three");
        assert_eq!(back.scale(2).wait()?, 6);
        for back in pool.join() {
            assert_eq!(back?.scale(2).wait()?, 6);
        }
    }
    Ok(())
}

#[coproc::test]
fn results_are_controllers() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (pool, hand) = (Pool::new(2)?, hand());
    let back = pool.map(0..40, HandBack.with((*hand).clone())).collect::<Result<Vec<_>, _>>()?;
    assert_eq!(back.len(), 40);
    for (n, hand) in (0..).zip(back) {
        let scaled = hand.map(|hand| hand.scale(n).wait()).transpose()?;
        assert_eq!(scaled, n.is_multiple_of(3).then_some(3 * n));
    }
    Ok(())
}

/// Items with an end among others without, which travel together.
#[coproc::test]
fn items_with_and_without_keep_their_order() -> coproc::Result<()> {
    let _watch = Watch::set();
    let pool = Pool::new(2)?;
    let (mut near, mut tasks) = (Vec::new(), Vec::new());
    for number in 0..100 {
        let (left, right) = Messenger::pair();
        let end = (number % 10 > 6).then_some(right);
        near.extend(end.is_some().then_some((number, left)));
        tasks.push(Task { number, end });
    }
    let results: Vec<_> = pool.map(tasks, Perform).collect();
    for (number, result) in (0..).zip(results) {
        match number {
            13 => assert!(matches!(result, Err(CallError::Crashed(_))), "{result:?}"),
            number => assert_eq!(result.ok(), Some(number)),
        }
    }
    for (number, left) in near {
        assert_eq!(left.recv()?, number);
    }
    Ok(())
}

#[coproc::test]
fn what_cannot_leave_costs_its_own_item() -> coproc::Result<()> {
    let _watch = Watch::set();
    let (pool, hands) = (Pool::new(2)?, [hand(), Hand::on(Inline).spawn(3)?]);
    let items = (0..4).map(|n| ((*hands[n as usize % 2]).clone(), n));
    let results: Vec<_> = pool.map(items, ScaleBy).collect();
    assert_eq!((&results[0].as_ref().ok(), &results[2].as_ref().ok()), (&Some(&0), &Some(&6)));
    for result in [&results[1], &results[3]] {
        assert!(matches!(result, Err(CallError::Encode(_))), "{result:?}");
    }
    Ok(())
}

/// In a process where nothing else happens.
#[worker]
fn scale_again_and_again() -> coproc::Result<()> {
    let (pool, hand) = (Pool::new(2)?, hand());
    let scale = || pool.map(0..20, ScaleWith.with((*hand).clone())).try_for_each(|n| n.map(drop));
    scale()?;
    let before = Census::take();
    for _ in 0..5 {
        scale()?;
    }
    assert_eq!(Census::take().descriptors, before.descriptors);
    Ok(())
}

#[coproc::test]
fn nothing_is_left_of_them() -> coproc::Result<()> {
    let _watch = Watch::set();
    Ok(ScaleAgainAndAgain::spawn()?.worker().join()?)
}
