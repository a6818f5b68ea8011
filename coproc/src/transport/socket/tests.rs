use std::{io::Write, os::unix::net::UnixStream};

use super::*;
use crate::codec::Body;

/// Of a frame that is not whole, no more is read when the time is over.
#[test]
fn a_deadline_holds_while_more_of_a_frame_is_there() {
    let (near, mut far) = UnixStream::pair().unwrap();
    let copy = near.try_clone().unwrap();
    let socket = Socket::new(near.into(), 1 << 20);
    let mut head = [0; 32];
    head[..4].copy_from_slice(&(1_u32 << 20).to_le_bytes());
    head[4] = 9;
    far.write_all(&head).unwrap();
    far.write_all(&[0; 100_000]).unwrap();
    assert!(matches!(socket.recv(Wait::Until(Instant::now())), Ok(None)));
    let left = rustix::io::ioctl_fionread(&copy).unwrap();
    assert!(left > 0 && left < 100_032, "{left} bytes are left");
}

/// Sends frames of these kinds and priorities, numbered, behind as many ordinary messages as the
/// kernel has no room for; gives the numbers in the order in which they come.
fn order(aging: Option<Duration>, frames: &[(Kind, i32)]) -> Vec<u64> {
    const STUFFING: u64 = 5000;
    let (near, far) = UnixStream::pair().unwrap();
    let (near, far) = (Socket::new(near.into(), 0), Socket::new(far.into(), 1 << 20));
    near.set_aging(aging);
    let stuffing = (0..STUFFING).map(|id| Envelope { id, ..Envelope::new(Kind::Tell) });
    let numbered = (STUFFING..).zip(frames).map(|(id, &(kind, priority))| Envelope {
        id,
        priority,
        ..Envelope::new(kind)
    });
    for envelope in stuffing.chain(numbered) {
        near.send(Frame::new(envelope, Body::of(&[0_u8; 20], 20).unwrap())).unwrap();
    }
    let all = STUFFING + frames.len() as u64;
    let come = (0..all).map(|_| far.recv(Wait::Forever).unwrap().unwrap().envelope.id);
    let come: Vec<u64> = come.collect();
    let ordinary: Vec<u64> = come.iter().copied().filter(|id| *id < STUFFING).collect();
    assert!(ordinary.is_sorted(), "ordinary messages changed their order");
    let place = |id: &u64| if *id < STUFFING { 0 } else { id - STUFFING + 1 };
    let mut places: Vec<u64> = come.iter().map(place).collect();
    places.dedup();
    places
}

#[test]
fn urgent_messages_overtake_what_the_kernel_has_no_room_for() {
    let frames = [(Kind::Call, -1), (Kind::Tell, 5), (Kind::Tell, -2), (Kind::Call, -1)];
    assert_eq!(order(None, &frames), [0, 3, 1, 4, 0, 2]);
}

#[test]
fn nothing_overtakes_a_frame_that_is_no_message() {
    let frames = [(Kind::Tell, 5), (Kind::Cancel, 0), (Kind::Tell, -2), (Kind::Tell, -3)];
    assert_eq!(order(None, &frames), [0, 1, 2, 4, 3]);
}

/// What waits becomes more urgent the sooner, the shorter the interval.
#[test]
fn who_waits_long_is_not_overtaken() {
    let frames = [(Kind::Tell, -1)];
    assert_eq!(order(Some(Duration::from_nanos(1)), &frames), [0, 1]);
    assert_eq!(order(Some(Duration::from_secs(3600)), &frames), [0, 1, 0]);
}
