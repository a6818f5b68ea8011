//! Every way to pass an argument, and every form of a message.

#![allow(unused_parens)]

use std::{
    borrow::Cow,
    collections::HashMap,
    ffi::{CStr, OsStr},
    path::Path,
    time::Duration,
};

use coproc::{call::Controller as _, prelude::*, worker::Later};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    x: i32,
    y: i32,
}

/// Has no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct Opaque(u8);

pub struct Arguments {
    total: usize,
}

#[worker]
impl Arguments {
    #[init]
    fn new(name: &str, path: &Path, points: &[Point], limit: Option<&u64>) -> Self {
        Self { total: name.len() + path.as_os_str().len() + points.len() + limit.map_or(0, |_| 1) }
    }

    #[message]
    fn by_value(&mut self, mut point: Point, list: Vec<String>, map: HashMap<String, u8>) -> Point {
        self.total += list.len() + map.len();
        point.x += 1;
        point
    }

    #[message]
    fn borrowed(
        &mut self,
        text: &str,
        bytes: &[u8],
        points: &[Point],
        path: &Path,
        os: &OsStr,
        c: &CStr,
        point: &Point,
        list: &Vec<String>,
    ) -> usize {
        let names = path.as_os_str().len() + os.len() + c.to_bytes().len() + list.len();
        text.len() + bytes.len() + points.len() + names + point.x as usize
    }

    #[message]
    fn optional(
        &mut self,
        text: Option<&str>,
        bytes: Option<&[u8]>,
        points: Option<&[Point]>,
        path: Option<&Path>,
        point: Option<&Point>,
    ) -> usize {
        text.map_or(0, str::len)
            + bytes.map_or(0, <[u8]>::len)
            + points.map_or(0, <[Point]>::len)
            + path.map_or(0, |path| path.as_os_str().len())
            + point.map_or(0, |point| point.x as usize)
    }

    #[message]
    fn elided(&self, text: Cow<'_, str>, bare: Cow<str>, fixed: Cow<'static, str>) -> usize {
        text.len() + bare.len() + fixed.len()
    }

    #[message]
    fn parenthesized(&self, text: &(str), pair: (u8, u8), array: [u8; 3], unit: ()) -> usize {
        let () = unit;
        text.len() + usize::from(pair.0) + array.len()
    }

    #[message]
    fn opaque(&self, opaque: Opaque, shown: u8) -> u8 {
        opaque.0 + shown
    }

    #[message]
    fn own(self: &mut Self, other: Option<u8>) -> Option<u8> {
        other
    }

    #[message(oneway)]
    fn oneway(&mut self, add: usize) {
        self.total += add;
    }

    #[message(oneway)]
    fn unit(&mut self) -> () {}

    #[message]
    fn late(&mut self, cx: &mut Context<Self>, n: u8) -> Later<u8, String> {
        let (later, answer) = cx.later();
        std::thread::spawn(move || if n > 0 { answer.ok(n) } else { answer.err("zero".into()) });
        later
    }

    #[message(deadline = "1.5s", idempotent)]
    fn total(&self) -> usize {
        self.total
    }
}

#[coproc::main]
fn main() {
    let point = Point { x: 1, y: 2 };
    let points = [Point { x: 1, y: 1 }, Point { x: 2, y: 2 }];
    let worker =
        Arguments::on(Thread).spawn("ab", Path::new("abc"), &points, Some(&5)).unwrap();
    assert_eq!(worker.total().wait().unwrap(), 8);
    let moved = worker.by_value(Point { x: 1, y: 2 }, vec![], HashMap::new()).wait().unwrap();
    assert_eq!(moved, Point { x: 2, y: 2 });
    let list = vec![String::new()];
    let borrowed = worker.borrowed(
        "a",
        b"ab",
        &points,
        Path::new("a"),
        OsStr::new("a"),
        c"a",
        &point,
        &list,
    );
    assert_eq!(borrowed.wait().unwrap(), 10);
    let optional =
        worker.optional(Some("a"), Some(b"a"), Some(&points), Some(Path::new("a")), Some(&point));
    assert_eq!(optional.wait().unwrap(), 6);
    assert_eq!(worker.optional(None, None, None, None, None).wait().unwrap(), 0);
    let elided = worker.elided("a".into(), "b".into(), "c".into());
    assert_eq!(elided.wait().unwrap(), 3);
    assert_eq!(worker.parenthesized("a", (1, 2), [0; 3], ()).wait().unwrap(), 5);
    worker.oneway(2).tell().unwrap();
    assert_eq!(worker.late(3).wait().unwrap(), 3);
    assert!(matches!(worker.late(0).wait(), Err(CallError::Handler(text)) if text == "zero"));

    let text = format!("{:?}", ArgumentsMessage::Opaque { opaque: Opaque(1), shown: 2 });
    assert_eq!(text, "Opaque { opaque: _, shown: 2 }");
    worker.post(ArgumentsMessage::Oneway { add: 1 }).unwrap();
    worker
        .post(ArgumentsMessage::Borrowed {
            text: String::new(),
            bytes: vec![],
            points: vec![],
            path: "a".into(),
            os: "a".into(),
            c: c"a".into(),
            point,
            list,
        })
        .unwrap();
    let optional = ArgumentsMessage::Optional {
        text: Some(String::new()),
        bytes: None,
        points: None,
        path: Some("a".into()),
        point: None,
    };
    worker.post(optional).unwrap();
    let elided =
        ArgumentsMessage::Elided { text: "a".into(), bare: "b".into(), fixed: "c".into() };
    worker.post(elided).unwrap();
    assert_eq!(worker.total().deadline(Duration::from_secs(60)).wait().unwrap(), 11);
}
