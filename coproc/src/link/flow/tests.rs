use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Admit(u16),
    /// The worker takes one that was sent.
    Leave(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_u16).prop_map(Step::Admit),
        3 => (0..3_u16).prop_map(Step::Leave),
    ]
}

proptest! {
    /// A message is let in exactly when fewer are in its channel than it holds.
    #[test]
    fn a_channel_is_full_exactly_at_its_capacity(
        capacities in prop::collection::vec(0..5_usize, 3),
        steps in prop::collection::vec(step(), 0..100),
    ) {
        let mut flow = Flow::new(capacities.clone());
        let (mut inside, mut left) = ([0_usize; 3], [0_u64; 3]);
        for step in steps {
            match step {
                Step::Admit(channel) => {
                    let at = usize::from(channel);
                    let room = inside[at] < capacities[at].max(1);
                    prop_assert_eq!(flow.admit(channel, || left[at]), room);
                    inside[at] += usize::from(room);
                }
                Step::Leave(channel) if inside[usize::from(channel)] > 0 => {
                    inside[usize::from(channel)] -= 1;
                    left[usize::from(channel)] += 1;
                }
                Step::Leave(_) => {}
            }
        }
    }

    /// What a broken worker tells cannot break its caller.
    #[test]
    fn no_word_of_the_worker_breaks_the_count(
        words in prop::collection::vec(any::<u64>(), 0..100),
    ) {
        let mut flow = Flow::new([2]);
        let mut accepted = 0_u64;
        let mut refused = 0_u64;
        for left in words {
            if flow.admit(0, || left) {
                accepted += 1;
            } else {
                refused += 1;
                prop_assert!(left < accepted, "refused though {left} of {accepted} had left");
            }
        }
        prop_assert_eq!(flow.admit(0, || u64::MAX), true, "after {} refusals", refused);
    }

    #[test]
    fn a_flow_without_limits_lets_everything_in(messages in 0..1000_u32) {
        let mut flow = Flow::new([1]);
        flow.unlimit();
        prop_assert!((0..messages).all(|_| flow.admit(0, || 0)));
    }
}

#[test]
fn the_caller_does_not_ask_the_worker_while_there_is_room() {
    let mut flow = Flow::new([2]);
    assert!(flow.admit(0, || unreachable!("there is room")));
    assert!(flow.admit(0, || unreachable!("there is room")));
    assert!(!flow.admit(0, || 0));
}
