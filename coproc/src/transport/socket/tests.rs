use std::{io::Write, os::unix::net::UnixStream};

use super::*;
use crate::{
    codec::Body,
    protocol::{Envelope, Packet},
};

/// Of a frame that is not whole, no more is read when the time is over.
#[test]
fn a_deadline_holds_while_more_of_a_frame_is_there() {
    let (near, mut far) = UnixStream::pair().unwrap();
    let copy = near.try_clone().unwrap();
    let socket = Socket::new(near.into(), 1 << 20);
    let large = Frame::new(Packet::Event, Body::of(&vec![0_u8; 1 << 19], 1 << 20).unwrap());
    let part = &large.into_bytes()[..100_032];
    far.write_all(part).unwrap();
    assert!(matches!(socket.recv(Wait::Until(Instant::now())), Ok(None)));
    let left = rustix::io::ioctl_fionread(&copy).unwrap();
    assert!(left > 0 && left < 100_032, "{left} bytes are left");
}

fn tell(priority: i32) -> Packet {
    Packet::Tell(Envelope { priority, ..Envelope::default() })
}

fn call(priority: i32) -> Packet {
    let envelope = Envelope { priority, ..Envelope::default() };
    Packet::Call { id: 1, nested: false, envelope }
}

/// Sends these packets, numbered from 1, behind as many ordinary messages, each with the number 0,
/// as the kernel has no room for; gives the numbers in the order in which they come, several equal
/// ones as one.
fn order(aging: Option<Duration>, packets: &[Packet]) -> Vec<u64> {
    const STUFFING: usize = 5000;
    let (near, far) = UnixStream::pair().unwrap();
    let (near, far) = (Socket::new(near.into(), 0), Socket::new(far.into(), 1 << 20));
    near.set_aging(aging);
    let stuffing = (0..STUFFING as u64).map(|place| (0, place, tell(0)));
    let numbered = (1..).zip(packets).map(|(number, packet)| (number, 0, packet.clone()));
    for (number, place, packet) in stuffing.chain(numbered) {
        let body = Body::of(&(number as u64, place), 20).unwrap();
        near.send(Frame::new(packet, body)).unwrap();
    }
    let mut come = Vec::new();
    for _ in 0..STUFFING + packets.len() {
        let frame = far.recv(Wait::Forever).unwrap().unwrap();
        come.push(frame.body.arguments().take::<(u64, u64)>().unwrap());
    }
    let ordinary = come.iter().filter(|(number, _)| *number == 0).map(|(_, place)| place);
    assert!(ordinary.is_sorted(), "ordinary messages changed their order");
    let mut numbers: Vec<u64> = come.iter().map(|(number, _)| *number).collect();
    numbers.dedup();
    numbers
}

#[test]
fn urgent_messages_overtake_what_the_kernel_has_no_room_for() {
    let packets = [call(-1), tell(5), tell(-2), call(-1)];
    assert_eq!(order(None, &packets), [0, 3, 1, 4, 0, 2]);
}

#[test]
fn nothing_overtakes_a_frame_that_is_no_message() {
    let packets = [tell(5), Packet::Cancel { id: 1 }, tell(-2), tell(-3)];
    assert_eq!(order(None, &packets), [0, 1, 2, 4, 3]);
}

/// What waits becomes more urgent the sooner, the shorter the interval.
#[test]
fn who_waits_long_is_not_overtaken() {
    let packets = [tell(-1)];
    assert_eq!(order(Some(Duration::from_nanos(1)), &packets), [0, 1]);
    assert_eq!(order(Some(Duration::from_secs(3600)), &packets), [0, 1, 0]);
}
