use proptest::prelude::*;

use super::*;

fn activity() -> impl Strategy<Value = Activity> {
    prop_oneof![
        Just(Activity::Rest),
        Just(Activity::Init),
        any::<u32>().prop_map(Activity::Handler),
        any::<u32>().prop_map(Activity::Tick),
        Just(Activity::Idle),
        Just(Activity::Gone),
        Just(Activity::Close),
    ]
}

fn ledgers(channels: usize) -> Vec<Ledger> {
    vec![
        Ledger::memory(channels),
        #[cfg(feature = "process")]
        Ledger::File(Arc::new(file::File::new(channels).unwrap())),
    ]
}

proptest! {
    /// What is read is what was last written, wherever the note is kept.
    #[test]
    fn the_last_note_is_read(
        notes in prop::collection::vec((activity(), any::<u64>(), any::<[u64; 3]>()), 1..8),
    ) {
        for ledger in ledgers(3) {
            prop_assert_eq!(ledger.read().activity, Activity::Rest);
            prop_assert_eq!(ledger.left(2), 0);
            for (activity, call, left) in &notes {
                ledger.write(*activity, *call, left, Instant::now());
                let note = ledger.read();
                prop_assert_eq!((note.activity, note.call), (*activity, *call));
                prop_assert_eq!(&note.left[..], &left[..]);
                prop_assert_eq!(ledger.left(1), left[1]);
                prop_assert_eq!(ledger.left(3), 0);
            }
        }
    }
}

/// The two sides of a file that two processes share.
#[cfg(feature = "process")]
mod shared {
    use std::os::fd::AsFd;

    use super::*;

    /// The worker's side of the file.
    fn worker_of(file: &file::File, channels: usize) -> file::File {
        file::File::received(file.as_fd().try_clone_to_owned().unwrap(), channels).unwrap()
    }

    proptest! {
        /// Whatever a worker writes over its ledger, its host reads something and goes on.
        #[test]
        fn any_bytes_are_a_note(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let host = file::File::new(2).unwrap();
            rustix::io::pwrite(&host, &bytes, 0).unwrap();
            prop_assert_eq!(host.read().left.len(), 2);
        }

        #[test]
        fn the_text_of_a_panic_is_kept_up_to_a_length(text in "\\PC{0,40}", times in 1..80_usize) {
            let host = file::File::new(1).unwrap();
            let text = text.replace('\0', "").repeat(times);
            prop_assert_eq!(host.read_panic(), None);
            worker_of(&host, 1).write_panic(&text);
            let kept = host.read_panic().unwrap_or_default();
            prop_assert!(text.starts_with(&kept));
            prop_assert!(kept == text || kept.len() > 2000, "{} of {}", kept.len(), text.len());
        }
    }

    /// A reader that meets a write half way reads again.
    #[test]
    fn a_note_is_read_whole_while_it_is_rewritten() {
        let host = file::File::new(8).unwrap();
        let worker = worker_of(&host, 8);
        let writer = std::thread::spawn(move || {
            (1..=20_000).for_each(|at| {
                worker.write(Activity::Handler(at), at.into(), &[at.into(); 8], Instant::now())
            });
        });
        while !writer.is_finished() {
            let note = host.read();
            assert!(note.left.iter().all(|left| *left == note.call), "{note:?}");
        }
        writer.join().unwrap();
        assert_eq!(host.read().activity, Activity::Handler(20_000));
    }

    #[test]
    fn a_worker_cannot_take_the_file_away() {
        let host = file::File::new(1).unwrap();
        assert!(rustix::fs::ftruncate(&host, 0).is_err());
    }
}
