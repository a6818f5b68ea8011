//! The corpus of bad frames in `tests/data/frames`: bytes, and beside them what each end makes of
//! them.
//!
//! The files are made by [`cases`]; after a change of these, `COPROC_BLESS=1 cargo test -p
//! coproc-tests --test hostile corpus` writes them again, bytes and expectations. Payloads depend on
//! the codec, so those of each lie in a folder of their own. Where only an error's text does, what is
//! expected with postcard lies beside the other, in `.postcard.expected`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use crate::{ends, watch::Watch, wire::*};

const CODEC: &str = if cfg!(feature = "codec-postcard") { "postcard" } else { "bincode" };

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/frames")
}

/// Bytes by their name; what is wrong with them begins, where it can, behind something good.
type Cases = BTreeMap<String, Vec<u8>>;

fn cases() -> Cases {
    let mut cases = Cases::new();
    let mut add = |name: &str, bytes: Vec<u8>| {
        assert!(cases.insert(name.to_owned(), bytes).is_none(), "{name} is there twice");
    };
    heads_of(&mut add);
    marks(&mut add);
    conversations(&mut add);
    payloads(&mut |name, bytes| add(&format!("{CODEC}/{name}"), bytes));
    cases
}

/// Heads that are none, or cut off.
fn heads_of(add: &mut impl FnMut(&str, Vec<u8>)) {
    let whole = frame(ANSWER, 1).with(b"content".as_slice()).bytes();
    for (name, length) in [
        ("nothing", 0),
        ("cut-in-the-length", 3),
        ("cut-before-the-kind", 4),
        ("cut-before-the-status", 5),
        ("cut-in-the-channel", 7),
        ("cut-in-the-priority", 10),
        ("cut-in-the-handler", 13),
        ("cut-in-the-id", 20),
        ("cut-in-the-deadline", 31),
        ("cut-before-the-payload", 32),
    ] {
        add(name, whole[..length].to_vec());
    }
    add("kind-zero", frame(0, 1).bytes());
    add("kind-unknown", frame(17, 1).bytes());
    add("kind-of-all-ones", frame(255, 1).bytes());
    add("zeros", vec![0; 4096]);
    add("ones", vec![255; 4096]);
    add("http", b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".to_vec());
    add("answer-without-status", frame(ANSWER, 1).status(0).bytes());
    add("answer-with-unknown-status", frame(ANSWER, 1).status(12).bytes());
    add("ended-without-status", frame(ENDED, 0).status(0).bytes());
    for (name, kind) in [
        ("hello-with-status", 1),
        ("call-with-status", CALL),
        ("event-with-status", EVENT),
        ("close-with-status", CLOSE),
        ("failure-with-status", FAILURE),
    ] {
        add(name, frame(kind, 1).status(VALUE).bytes());
    }
    for (name, frame) in [
        ("cancel-with-channel", Frame { channel: 1, ..frame(CANCEL, 1) }),
        ("answer-with-priority", Frame { priority: -1, ..frame(ANSWER, 1) }),
        ("answer-with-a-size-that-is-none", Frame { handler: 1, ..frame(ANSWER, 1) }),
        ("event-with-id", Frame { id: 1, ..frame(EVENT, 0) }),
        ("room-with-deadline", Frame { deadline: 0, ..frame(ROOM, 1) }),
        ("adopt-with-handler", Frame { handler: 1, ..frame(ADOPT, 0) }),
    ] {
        add(name, frame.bytes());
    }
    for (name, kind, length) in [
        ("length-over-the-limit", ANSWER, ends::MAX as u32 + 1),
        ("length-of-2-gib", ANSWER, 1 << 31),
        ("length-of-all-ones", EVENT, u32::MAX),
        ("length-of-2-gib-in-a-call", CALL, 1 << 31),
        ("length-at-the-limit-and-no-more", ANSWER, ends::MAX as u32),
    ] {
        add(name, Frame { length: Some(length), ..frame(kind, 1) }.bytes());
    }
}

/// Marks of frames that promise more than bytes.
fn marks(add: &mut impl FnMut(&str, Vec<u8>)) {
    let carries = |kind: u8, payload: &[u8]| {
        let status = frame(kind, 1).status;
        frame(kind | CARRIES, 1).status(status).with(payload).bytes()
    };
    add("answer-that-carries-what-is-not-there", carries(ANSWER, &[1, 0]));
    add("call-that-carries-what-is-not-there", carries(CALL, &[3, 0]));
    add("call-that-carries-too-much", carries(CALL, &[0xff, 0xff]));
    add("event-that-carries-nothing", carries(EVENT, &[0, 0]));
    add("event-that-does-not-say-how-much", carries(EVENT, &[1]));
    add("close-that-carries", carries(CLOSE, &[1, 0]));
    add("tell-inside-another", frame(TELL | NESTED, 1).bytes());
    add("link-that-is-none", frame(ADOPT, 0).bytes());
}

/// Good frames at a bad time.
fn conversations(add: &mut impl FnMut(&str, Vec<u8>)) {
    for (name, kind) in [
        ("hello", 1),
        ("welcome", 2),
        ("tell", TELL),
        ("call", CALL),
        ("answer", ANSWER),
        ("cancel", CANCEL),
        ("deferred", DEFERRED),
        ("room", ROOM),
        ("event", EVENT),
        ("unheard", UNHEARD),
        ("close", CLOSE),
        ("ended", ENDED),
        ("adopt", ADOPT),
        ("reply", REPLY),
        ("failure", FAILURE),
        ("close-request", CLOSE_REQUEST),
    ] {
        add(&format!("{name}-out-of-nowhere"), frame(kind, 77).bytes());
        add(&format!("{name}-behind-close"), stream(&[frame(CLOSE, 0), frame(kind, 77)]));
    }
    let deferred = frame(DEFERRED, 1);
    add("deferred-and-gone", deferred.bytes());
    add("deferred-twice", stream(&[deferred.clone(), deferred.clone()]));
    add("deferred-twice-and-given-up", stream(&[frame(DEFERRED, 4), frame(DEFERRED, 4)]));
    add("answer-to-a-call-given-up", frame(ANSWER, 4).bytes());
    add("answer-twice-to-a-call-given-up", stream(&[frame(ANSWER, 4), frame(ANSWER, 4)]));
    add("answer-to-id-zero", frame(ANSWER, 0).bytes());
    add("answer-to-the-last-id", frame(ANSWER, u64::MAX).bytes());
    add("cancelled-that-was-not", frame(ANSWER, 1).status(5).bytes());
    add("too-large-by-all-ones", Frame { handler: u32::MAX, ..frame(ANSWER, 1).status(7) }.bytes());
    let unheard = Frame { handler: u32::MAX, ..frame(UNHEARD, 0) };
    add("unheard-by-all-ones", stream(&[unheard.clone(), unheard.clone(), unheard]));
    let every = |status| frame(ENDED, 0).status(status);
    add("ended-with-every-status", stream(&(1..=11).map(every).collect::<Vec<_>>()));
    add("close-a-thousand-times", stream(&vec![frame(CLOSE, 0); 1500]));
    add("close-request-a-thousand-times", stream(&vec![frame(CLOSE_REQUEST, 0); 1500]));
    let close = Frame { deadline: 0, ..frame(CLOSE, 0) };
    add("close-without-grace", stream(&[close, frame(CALL, 9)]));
    add("cancel-of-nothing", stream(&[frame(CANCEL, 0), frame(CANCEL, u64::MAX)]));
    let room = Frame { channel: u16::MAX, ..frame(ROOM, 5) };
    add("room-in-the-last-channel", stream(&[room.clone(), room, frame(CANCEL, 5)]));
}

/// Calls and answers whose content is not what it should be.
fn payloads(add: &mut impl FnMut(&str, Vec<u8>)) {
    let answer = |id, payload: Vec<u8>| frame(ANSWER, id).with(payload);
    let good = || answer(1, text(b"good"));
    add("good", stream(&[good(), answer(2, count(3)), answer(3, vec![0])]));
    add("answer-twice", stream(&[good(), good()]));
    add("good-then-garbage", [good().bytes(), vec![0xa5; 100]].concat());
    add("good-then-hello", stream(&[good(), frame(1, 0), answer(2, count(0))]));
    add("good-behind-a-call", stream(&[frame(CALL, 9), good()]));
    add("trailing-bytes", answer(1, [text(b"x"), vec![0, 0]].concat()).bytes());
    add("text-that-is-no-utf-8", answer(1, text(b"a\xff\xfeb")).bytes());
    add("text-that-is-cut", answer(1, [count(1000), vec![b'x'; 9]].concat()).bytes());
    add("call-inside-nothing", frame(CALL | NESTED, 1).with([9]).bytes());
    add("call-inside-too-much", frame(CALL | NESTED, 1).with(count(u64::MAX)).bytes());
    add("text-of-all-ones", answer(1, count(u64::MAX)).bytes());
    add("units-without-end", answer(2, count(u64::MAX)).bytes());
    add("units-a-billion", answer(2, count(1_000_000_000)).bytes());
    add("units-just-too-many", answer(2, count(65_536 + 100)).bytes());
    add("chain-too-deep", answer(3, [vec![1; 10_000], vec![0]].concat()).bytes());
    add("chain-that-is-cut", answer(3, vec![1; 20]).bytes());
    add("option-that-is-neither", answer(3, vec![2]).bytes());
    add("error-that-is-none", answer(3, vec![255; 3]).status(ERROR).bytes());
    add("panicked-without-report", answer(1, vec![1, 2, 3]).status(PANICKED).bytes());
    add("sent-on-without-error", answer(1, vec![255; 5]).status(11).bytes());
    add("malformed-without-text", answer(1, vec![255; 5]).status(9).bytes());
    add("ended-without-value", frame(ENDED, 0).with(text(b"x")).bytes());
    add("ended-twice", stream(&[frame(ENDED, 0), frame(ENDED, 0)]));
    add("ended-then-good", stream(&[frame(ENDED, 0), good()]));
    add("ended-by-panic-without-report", frame(ENDED, 0).status(PANICKED).with([9]).bytes());
    add("events-of-another-type", stream(&vec![frame(EVENT, 0).with([255; 9]); 100]));
    add("failure-without-error", frame(FAILURE, 0).with([7; 7]).bytes());
    add("failure-of-unknown-type", {
        let payload = [text(b"it broke"), text(b"some::Error"), vec![1, 2, 3]].concat();
        frame(FAILURE, 1).with(payload).bytes()
    });
    add("replies-by-hand-on-another-channel", {
        let reply = |id| frame(REPLY, id).with(text(b"x"));
        stream(&[Frame { channel: u16::MAX, ..reply(1) }, reply(2)])
    });
    calls(add);
}

/// Calls that a worker is to survive, and to answer, each once.
fn calls(add: &mut impl FnMut(&str, Vec<u8>)) {
    let call = |id| frame(CALL, id).with(text(b"hey"));
    add("calls", stream(&[call(1), call(2)]));
    add("call-twice-with-one-id", stream(&[call(1), call(1), frame(CANCEL, 1)]));
    add("call-with-id-zero", stream(&[call(0), call(1)]));
    add("call-in-a-huge-channel", Frame { channel: u16::MAX, ..call(1) }.bytes());
    add("call-of-no-handler", Frame { handler: u32::MAX, ..call(1) }.bytes());
    add("call-too-late", Frame { deadline: 0, ..call(1) }.bytes());
    add("call-for-centuries", Frame { deadline: u64::MAX - 1, ..call(1) }.bytes());
    add("call-without-arguments", frame(CALL, 1).bytes());
    add("call-with-more-arguments", call(1).with([text(b"x"), text(b"y")].concat()).bytes());
    add("call-with-a-deep-argument", {
        let payload = [vec![1; 10_000], vec![0]].concat();
        Frame { handler: 2, ..call(1) }.with(payload).bytes()
    });
    add("call-with-a-billion-units", Frame { handler: 1, ..call(1) }.with(count(1 << 30)).bytes());
    add("tell-with-garbage", stream(&[frame(TELL, 0).with([255; 40]), call(1)]));
    let urgent = |id, priority| Frame { priority, ..call(id) };
    add(
        "calls-of-extreme-priority",
        stream(&[urgent(1, i32::MAX), urgent(2, 0), urgent(3, i32::MIN), urgent(4, i32::MAX)]),
    );
    add("calls-over-capacity", stream(&(1..=200).map(call).collect::<Vec<_>>()));
    add("call-and-cancel", stream(&[call(1), frame(CANCEL, 1), frame(CANCEL, 1)]));
}

fn holds(file: &str, right: &[u8]) -> bool {
    fs::read(folder().join(file)).is_ok_and(|found| found == right)
}

/// Where it is written what is expected: with postcard in a file of its own if that differs.
fn expectation(name: &str, said: &str) -> String {
    let plain = format!("{name}.expected");
    let differs = CODEC == "postcard" && !name.contains('/') && !holds(&plain, said.as_bytes());
    if differs { format!("{name}.postcard.expected") } else { plain }
}

/// Every file of the corpus is what [`cases`] makes, and every end makes of it what is expected.
#[test]
fn bad_frames_end_their_link_and_nothing_else() {
    let bless = std::env::var_os("COPROC_BLESS").is_some();
    if bless {
        let _ = fs::remove_dir_all(folder().join(CODEC));
        fs::create_dir_all(folder().join(CODEC)).unwrap();
    }
    let mut wrong = Vec::new();
    for (name, bytes) in cases() {
        let _watch = Watch::set();
        let said = ends::all(&bytes);
        let (file, expected) = (format!("{name}.bin"), expectation(&name, &said));
        if bless {
            fs::write(folder().join(&file), &bytes).unwrap();
            fs::write(folder().join(&expected), &said).unwrap();
        }
        if !holds(&file, &bytes) {
            wrong.push(format!("{file} is not what is made for it"));
        }
        if !holds(&expected, said.as_bytes()) {
            wrong.push(format!("{expected} says something else than:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}\nlook at it, then COPROC_BLESS=1", wrong.join("\n"));
}

/// A file that nothing makes would be forgotten.
#[test]
fn nothing_else_lies_in_the_corpus() {
    let cases = cases();
    for place in ["", CODEC] {
        for entry in fs::read_dir(folder().join(place)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder()).unwrap().to_str().unwrap();
            let name = name.split_once('.').map_or(name, |(name, _)| name);
            let known = path.is_dir() || cases.contains_key(name);
            assert!(known, "{} belongs to no case", path.display());
        }
    }
}
