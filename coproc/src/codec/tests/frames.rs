//! Heads and streams, whole, in pieces, and broken.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::{
    codec::{
        clock,
        head::{HEAD, read_head, write_head},
    },
    protocol::{Envelope, Packet, Status},
};

fn status() -> impl Strategy<Value = Status> {
    let plain = prop::sample::select(vec![
        Status::Value,
        Status::Error,
        Status::Panicked,
        Status::Closed,
        Status::Cancelled,
        Status::Expired,
        Status::Unencodable,
        Status::Malformed,
        Status::Dropped,
        Status::Failed,
    ]);
    prop_oneof![10 => plain, 1 => any::<u32>().prop_map(|size| Status::TooLarge { size })]
}

fn envelope() -> impl Strategy<Value = Envelope> {
    (any::<u16>(), any::<i32>(), any::<u32>(), deadline()).prop_map(
        |(channel, priority, handler, deadline)| Envelope { channel, priority, handler, deadline },
    )
}

fn deadline() -> impl Strategy<Value = Option<Instant>> {
    prop::option::of((0..u64::MAX).prop_map(clock::instant))
}

fn packet() -> impl Strategy<Value = Packet> {
    let without_status = (0..12, any::<u64>(), any::<bool>(), envelope());
    let without_status = without_status.prop_map(|(kind, id, nested, envelope)| {
        let Envelope { channel, priority, handler: number, deadline: until } = envelope;
        match kind {
            0 => Packet::Hello { pid: number },
            1 => Packet::Welcome,
            2 => Packet::Tell(envelope),
            3 => Packet::Call { id, nested, envelope },
            4 => Packet::Cancel { id },
            5 => Packet::Deferred { id },
            6 => Packet::Room { id, channel },
            7 => Packet::Unheard { errors: number },
            8 => Packet::Close { until },
            9 => Packet::Reply { id, channel, priority },
            10 => Packet::Failure { id: (id != 0).then_some(id), channel },
            _ => Packet::CloseRequest,
        }
    });
    let bare = prop::sample::select(vec![Packet::Event, Packet::Adopt]);
    let answer = (any::<u64>(), status()).prop_map(|(id, status)| Packet::Answer { id, status });
    prop_oneof![12 => without_status, 1 => bare, 2 => answer, 1 => status().prop_map(Packet::Ended)]
}

/// A frame whose payload, now and then, is a large one.
fn frame() -> impl Strategy<Value = Frame> {
    let length = prop_oneof![8 => 0..200_usize, 1 => 16_000..17_000_usize, 1 => 0..300_000_usize];
    (packet(), length, any::<u8>()).prop_map(|(packet, length, byte)| {
        let mut draft = Draft::new(1 << 20);
        if length > 0 {
            bytes().put(&mut draft, &vec![byte; length]);
        }
        Frame::new(packet, draft.finish().unwrap())
    })
}

/// What reads as a head is written as the same head.
fn is_head_or_error(head: [u8; HEAD]) -> Result<(), TestCaseError> {
    if let Ok((packet, length, carries)) = read_head(&head, 1 << 20) {
        let mut again = [0xaa; HEAD];
        write_head(&packet, length, carries, &mut again);
        prop_assert_eq!(again, head);
    }
    Ok(())
}

proptest! {
    #[test]
    fn heads_come_back(packet in packet(), length in 0..=1_usize << 20, carries: bool) {
        let carries = carries && packet.may_carry();
        let mut head = [0; HEAD];
        write_head(&packet, length, carries, &mut head);
        prop_assert_eq!(read_head(&head, 1 << 20), Ok((packet, length, carries)));
    }

    #[test]
    fn a_flipped_bit_is_another_head_or_an_error(packet in packet(), length in 0..9_usize) {
        let mut head = [0; HEAD];
        write_head(&packet, length, false, &mut head);
        for bit in 0..HEAD * 8 {
            let mut flipped = head;
            flipped[bit / 8] ^= 1 << (bit % 8);
            is_head_or_error(flipped)?;
            prop_assert_ne!(read_head(&flipped, 1 << 20), Ok((packet.clone(), length, false)));
        }
    }

    #[test]
    fn random_heads_are_heads_or_errors(mut head: [u8; HEAD], kind in 0_u8..18, status in 0_u8..12) {
        is_head_or_error(head)?;
        head[2..6].copy_from_slice(&[0, 0, kind, status]);
        is_head_or_error(head)?;
    }

    #[test]
    fn streams_are_read_however_they_are_cut(
        frames in prop::collection::vec(frame(), 0..6),
        cuts in prop::collection::vec(prop_oneof![1..40_usize, 1..100_000_usize], 1..20),
    ) {
        let stream: Vec<u8> = frames.iter().flat_map(|frame| frame.clone().into_bytes()).collect();
        let mut reader = FrameReader::new(1 << 20);
        let (mut read, mut arrived) = (Vec::new(), 0);
        for cut in cuts.iter().cycle() {
            if arrived == stream.len() {
                break;
            }
            let spare = reader.spare();
            let count = spare.len().min(*cut).min(stream.len() - arrived);
            spare[..count].copy_from_slice(&stream[arrived..arrived + count]);
            reader.filled(count);
            arrived += count;
            while let Some(frame) = reader.next().unwrap() {
                read.push(frame);
            }
            prop_assert!(reader.capacity() <= 2 * arrived + 3 * 64 * 1024);
        }
        prop_assert!(reader.is_empty());
        prop_assert_eq!(read, frames);
    }

    #[test]
    fn random_streams_are_frames_or_errors(bytes: Vec<u8>) {
        let mut reader = FrameReader::new(1 << 20);
        reader.spare()[..bytes.len()].copy_from_slice(&bytes);
        reader.filled(bytes.len());
        while let Ok(Some(_)) = reader.next() {}
    }
}

/// Feeds all of it, and gives the first error.
fn feed(reader: &mut FrameReader, bytes: &[u8]) -> Result<(), BadFrame> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let spare = reader.spare();
        let count = spare.len().min(rest.len());
        spare[..count].copy_from_slice(&rest[..count]);
        reader.filled(count);
        rest = &rest[count..];
        while reader.next()?.is_some() {}
    }
    Ok(())
}

#[test]
fn a_forged_length_costs_nothing() {
    let mut head = [0; HEAD];
    write_head(&Packet::Tell(Envelope::default()), 1 << 30, false, &mut head);
    let mut reader = FrameReader::new(1 << 30);
    feed(&mut reader, &head).unwrap();
    assert!(!reader.spare().is_empty());
    assert!(reader.capacity() <= 3 * 64 * 1024);
    feed(&mut reader, &[0; 100_000]).unwrap();
    assert!(reader.capacity() <= 2 * 100_000 + 3 * 64 * 1024);
    assert!(!reader.is_empty());
}

#[test]
fn one_read_brings_many_small_frames() {
    let stream = Frame::bare(Packet::Tell(Envelope::default())).into_bytes().repeat(100_000);
    let mut reader = FrameReader::new(1000);
    let (mut rest, mut reads, mut frames) = (&stream[..], 0, 0);
    while !rest.is_empty() {
        let spare = reader.spare();
        let count = spare.len().min(rest.len());
        spare[..count].copy_from_slice(&rest[..count]);
        reader.filled(count);
        rest = &rest[count..];
        reads += 1;
        while reader.next().unwrap().is_some() {
            frames += 1;
        }
    }
    assert_eq!((frames, reader.capacity()), (100_000, 64 * 1024));
    assert!(reads < 60, "{reads} reads");
}

#[test]
fn errors_name_the_value_and_stay() {
    let text = |at: usize, byte: u8| {
        let mut bytes = Frame::bare(Packet::Tell(Envelope::default())).into_bytes();
        bytes[at] = byte;
        let mut reader = FrameReader::new(1000);
        let error = feed(&mut reader, &bytes).unwrap_err();
        assert_eq!(reader.next(), Err(error.clone()));
        error.to_string()
    };
    assert_eq!(text(4, 77), "a frame is of unknown kind 77");
    assert_eq!(text(4, 5), "an answer has the unknown status 0");
    assert_eq!(text(5, 3), "a frame of kind 3 has a field that this kind has not");
    assert_eq!(text(2, 1), "a frame announces 65536 bytes, over the limit of 1000");
}

#[test]
fn a_frame_is_written_without_copying() {
    let frame = Frame::new(Packet::Tell(Envelope::default()), Body::of("text", 100).unwrap());
    let payload = frame.body.payload().as_ptr();
    let bytes = frame.into_bytes();
    assert_eq!(bytes[HEAD..].as_ptr(), payload);
    let (packet, length, _) = read_head(bytes.first_chunk().unwrap(), 100).unwrap();
    assert_eq!((packet, length), (Packet::Tell(Envelope::default()), bytes.len() - HEAD));
    assert_eq!(
        Frame::bare(Packet::Answer { id: 3, status: Status::Value }).into_bytes().len(),
        HEAD
    );
}

#[test]
fn a_time_too_long_to_say_is_still_a_time() {
    let latest = clock::instant(u64::MAX - 1);
    let deadline = latest.checked_add(Duration::from_secs(1));
    assert!(deadline.is_some());
    let mut head = [0; HEAD];
    write_head(&Packet::Close { until: deadline }, 0, false, &mut head);
    assert_eq!(read_head(&head, 0).unwrap().0, Packet::Close { until: Some(latest) });
}
