//! Random bytes, and conversations that were good before something happened to them: every end ends,
//! with whatever error.

use coproc::__private::fuzz;
use proptest::{prelude::*, sample::Index};

use crate::{floods::peak_growth, watch::Watch, wire::*};

/// What happens to a conversation on its way.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Cut(Index),
    Repeat(Index),
    Swap(Index, Index),
    Insert(Index, Vec<u8>),
    Reach(Index, u32),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        4 => (index(), 0..8_u8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        1 => index().prop_map(Mutation::Cut),
        2 => index().prop_map(Mutation::Repeat),
        2 => (index(), index()).prop_map(|(a, b)| Mutation::Swap(a, b)),
        1 => (index(), prop::collection::vec(any::<u8>(), 1..80))
            .prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        1 => (index(), any::<u32>()).prop_map(|(at, length)| Mutation::Reach(at, length)),
    ]
}

/// What a worker could say to a caller with open calls.
fn answers() -> Vec<Frame> {
    vec![
        frame(DEFERRED, 1),
        frame(EVENT, 0).with(tree()),
        frame(ANSWER, 2).with(tree()).status(ERROR),
        frame(ANSWER, 1).with(text(b"good")),
        Frame { handler: 3, ..frame(UNHEARD, 0) },
        frame(ANSWER, 3).with(count(2)),
        frame(ANSWER, 4).with(text(&[0; 300])),
        frame(ENDED, 0),
    ]
}

/// What a caller could say to a worker.
fn calls() -> Vec<Frame> {
    vec![
        frame(CALL, 1).with(text(b"hey")),
        Frame { handler: 1, channel: 1, priority: -1, ..frame(CALL, 2) }.with(tree()),
        Frame { handler: 2, deadline: u64::MAX / 2, ..frame(CALL, 3) }.with([9, 0]),
        Frame { channel: 1, ..frame(ROOM, 4) },
        Frame { handler: 3, ..frame(TELL, 0) }.with(text(&[7; 20])),
        Frame { handler: 4, ..frame(CALL, 5) }.with(text(&[1; 3000])),
        frame(CANCEL, 3),
        Frame { handler: 5, ..frame(CALL, 6) },
        Frame { deadline: 0, ..frame(CLOSE, 0) },
    ]
}

/// What one messenger could say to another.
fn messages() -> Vec<Frame> {
    vec![
        frame(TELL, 0).with(tree()),
        Frame { channel: 1, priority: 7, ..frame(CALL, 1) }.with(tree()),
        frame(REPLY, 1).with(tree()),
        Frame { channel: 1, ..frame(REPLY, 5) }.with(tree()),
        frame(FAILURE, 2).with([text(b"it broke"), text(b"an::Error"), vec![3]].concat()),
        frame(CLOSE_REQUEST, 0),
    ]
}

/// A value of the type that [`fuzz::frames`] sends about.
fn tree() -> Vec<u8> {
    let leaf = || [text(b"leaf"), vec![0], count(0), count(0)].concat();
    [text(b"tree"), vec![1], leaf(), count(2), leaf(), leaf(), count(1), vec![5]].concat()
}

fn mutate(mut frames: Vec<Frame>, mutations: &[Mutation]) -> Vec<u8> {
    for mutation in mutations {
        match mutation {
            Mutation::Repeat(at) => frames.push(frames[at.index(frames.len())].clone()),
            Mutation::Swap(a, b) => {
                let (a, b) = (a.index(frames.len()), b.index(frames.len()));
                frames.swap(a, b);
            }
            Mutation::Reach(at, length) => {
                let at = at.index(frames.len());
                frames[at].length = Some(*length);
            }
            Mutation::Flip(..) | Mutation::Cut(_) | Mutation::Insert(..) => {}
        }
    }
    let mut bytes = stream(&frames);
    for mutation in mutations {
        match mutation {
            Mutation::Flip(at, bit) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Mutation::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
            Mutation::Insert(at, more) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more.iter().copied());
            }
            _ => {}
        }
    }
    bytes
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let conversation = prop_oneof![Just(answers()), Just(calls()), Just(messages())];
    (conversation, prop::collection::vec(mutation(), 0..6))
        .prop_map(|(frames, mutations)| mutate(frames, &mutations))
}

/// Heads that are plausible in every field, one by one.
fn plausible() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![Just(0_u64), 1..8_u64, Just(u64::MAX), any::<u64>()];
    let head = (0..18_u8, 0..12_u8, number.clone(), number, any::<i32>(), 0..40_usize);
    let whole = head.prop_map(|(kind, status, id, other, priority, size)| Frame {
        status,
        channel: other as u16,
        handler: other as u32,
        priority,
        deadline: other,
        ..frame(kind, id).with(vec![other as u8; size])
    });
    // A field that its kind does not have ends the link at once.
    let frame = (whole, prop::bool::weighted(0.9))
        .prop_map(|(frame, fits)| if fits { frame.fitted() } else { frame });
    prop::collection::vec(frame, 0..12).prop_map(|frames| stream(&frames))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_every_end_ends(
        bytes in prop_oneof![
            1 => prop::collection::vec(any::<u8>(), 0..400),
            3 => plausible(),
            6 => mutated(),
        ],
    ) {
        let _watch = Watch::set();
        fuzz::frames(&bytes);
    }
}

/// The conversations are good ones: without a mutation nothing is wrong with them.
#[test]
fn unharmed_conversations_break_nothing() {
    let _watch = Watch::set();
    for frames in [answers(), calls(), messages()] {
        let bytes = mutate(frames.clone(), &[]);
        assert_eq!(heads(&bytes).len(), frames.len());
        fuzz::frames(&bytes);
    }
    let said = crate::ends::all(&stream(&calls()[..1]));
    assert!(said.contains("worker: ended"), "{said}");
}

/// Lengths that are forged cost what was sent, and not what was announced.
#[coproc::test]
fn forged_lengths_take_no_memory() {
    let _watch = Watch::set();
    let forged = Frame { length: Some(64 << 20), ..frame(EVENT, 0) }.with(vec![0; 50]);
    let growth = peak_growth(crate::floods::Flood::Once { bytes: forged.bytes(), times: 200 });
    assert!(growth < 16 << 20, "{growth} bytes for 200 forged lengths");
}
