//! What goes there and comes back: arguments of every kind, replies, typed errors.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use coproc::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shape {
    name: String,
    corners: Vec<(f64, f64)>,
    inner: Option<Box<Shape>>,
    colour: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Colour {
    Named(char),
    Mixed { red: u8, green: u8, blue: u8 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0} is too small")]
    TooSmall(i32),
    #[error("the name is missing")]
    Unnamed,
}

mod short {
    /// An alias with the error inside, as crates have them.
    pub(crate) type Result<T> = std::result::Result<T, super::Refusal>;
}

/// A value whose encoding fails.
#[derive(Debug)]
pub(crate) struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it does not want to"))
    }
}

impl<'de> Deserialize<'de> for Unwritable {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

/// A value that can be written and not be read.
#[derive(Debug)]
pub(crate) struct Unreadable;

impl Serialize for Unreadable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(1)
    }
}

impl<'de> Deserialize<'de> for Unreadable {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer)?;
        Err(serde::de::Error::custom("nobody can read this"))
    }
}

/// Gives back what it is given, by whatever kind of argument.
pub(crate) struct Mirror {
    greeting: String,
    handled: u32,
}

#[worker]
impl Mirror {
    #[init]
    fn new(greeting: &str, parts: &[u16], shape: &Shape, path: &Path, more: Option<&str>) -> Self {
        let (shape, path) = (&shape.name, path.display());
        Self { greeting: format!("{greeting} {parts:?} {shape} {path} {more:?}"), handled: 0 }
    }

    #[message]
    fn greeting(&self) -> String {
        self.greeting.clone()
    }

    #[message]
    fn shape(&mut self, shape: Shape) -> Shape {
        self.handled += 1;
        shape
    }

    #[message]
    fn shape_lent(&mut self, shape: &Shape) -> Shape {
        shape.clone()
    }

    #[message]
    fn text(&self, text: &str) -> String {
        text.to_owned()
    }

    #[message]
    fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    #[message]
    fn own_bytes(&self, bytes: Bytes) -> Bytes {
        bytes
    }

    #[message]
    fn numbers(&self, numbers: &[i64]) -> i64 {
        numbers.iter().sum()
    }

    #[message]
    fn texts(&self, texts: &[String]) -> String {
        texts.concat()
    }

    #[message]
    fn path(&self, path: &Path) -> Vec<u8> {
        path.as_os_str().as_bytes().to_vec()
    }

    #[message]
    fn maybe(&self, text: Option<&str>) -> Option<usize> {
        text.map(str::len)
    }

    #[message]
    fn map(&self, map: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
        map.keys().cloned().collect()
    }

    #[message]
    fn many(&self, a: u8, text: &str, c: char, bytes: &[u8], e: (i128, bool), f: f32) -> String {
        format!("{a} {text} {c} {bytes:?} {e:?} {f}")
    }

    #[message]
    fn nothing(&mut self) {}

    #[message]
    fn r#type(&self, r#match: u8) -> u8 {
        r#match
    }

    #[message]
    fn positive(&mut self, n: i32) -> Result<u32, Refusal> {
        self.handled += 1;
        u32::try_from(n).map_err(|_| Refusal::TooSmall(n))
    }

    #[message]
    fn aliased(&self, name: &str) -> short::Result<String> {
        if name.is_empty() { Err(Refusal::Unnamed) } else { Ok(name.to_uppercase()) }
    }

    #[message]
    fn parsed(&self, text: &str) -> coproc::Result<u16> {
        let number = text.parse::<u16>()?;
        if number == 0 {
            return Err(coproc::Error::msg("zero").context("cannot use it"));
        }
        Ok(number)
    }

    #[message]
    fn nested(&self, n: i32) -> Option<Result<u32, String>> {
        Some(u32::try_from(n).map_err(|error| error.to_string()))
    }

    #[message]
    fn swallow(&mut self, _value: Unwritable) {}

    #[message]
    fn give_unwritable(&mut self) -> Unwritable {
        Unwritable
    }

    #[message]
    fn give_unreadable(&mut self) -> Unreadable {
        Unreadable
    }

    #[message]
    fn take_unreadable(&mut self, _value: Unreadable) {
        self.handled += 1;
    }

    #[message]
    fn handled(&self) -> u32 {
        self.handled
    }
}

fn shape() -> Shape {
    let inner = Shape {
        name: "innermost — ünïcödé".into(),
        corners: vec![],
        inner: None,
        colour: Colour::Named('ß'),
    };
    Shape {
        name: "frame".into(),
        corners: vec![(0.0, -0.0), (f64::MIN_POSITIVE, f64::INFINITY)],
        inner: Some(Box::new(inner)),
        colour: Colour::Mixed { red: 1, green: 2, blue: 255 },
    }
}

/// The bytes of a name that is no text in any encoding of Unicode.
const NO_TEXT: &[u8] = b"/tmp/\xff\xfe\x80";

macro_rules! mirror {
    ($place:ident) => {
        Mirror::on($place)
            .spawn("hello", &[1, 2], &shape(), Path::new("/a"), Some("more"))
            .expect("a mirror")
    };
}

everywhere! {
    fn init_takes_what_a_handler_takes(place) {
        let mirror = mirror!(place);
        assert_eq!(mirror.greeting().wait().unwrap(), "hello [1, 2] frame /a Some(\"more\")");
    }

    fn values_come_back_as_they_went(place) {
        let mirror = mirror!(place);
        assert_eq!(mirror.shape(shape()).wait().unwrap(), shape());
        assert_eq!(mirror.nothing().wait(), Ok(()));
        assert_eq!(mirror.r#type(7).wait(), Ok(7));
        let own = Bytes::from(vec![0, 1, 255]);
        assert_eq!(mirror.own_bytes(own.clone()).wait().unwrap(), own);
        let all = mirror.many(1, "two", '3', &[4], (i128::MIN, true), 0.5).wait().unwrap();
        assert_eq!(all, format!("1 two 3 [4] ({}, true) 0.5", i128::MIN));
    }

    fn borrowed_arguments_stay_with_the_caller(place) {
        let mirror = mirror!(place);
        let (text, bytes, numbers) = (String::from("täxt"), vec![0_u8, 255], vec![3_i64, -5]);
        assert_eq!(mirror.text(&text).wait().unwrap(), text);
        assert_eq!(mirror.text("").wait().unwrap(), "");
        assert_eq!(mirror.bytes(&bytes).wait().unwrap(), bytes);
        assert_eq!(mirror.bytes(&[]).wait().unwrap(), [0_u8; 0]);
        assert_eq!(mirror.numbers(&numbers).wait(), Ok(-2));
        assert_eq!(mirror.texts(&["a".into(), "b".into()]).wait().unwrap(), "ab");
        assert_eq!(mirror.shape_lent(&shape()).wait().unwrap(), shape());
        assert_eq!(mirror.maybe(Some("four")).wait(), Ok(Some(4)));
        assert_eq!(mirror.maybe(None).wait(), Ok(None));
        let map = BTreeMap::from([("b".to_owned(), vec![1]), ("a".to_owned(), vec![])]);
        assert_eq!(mirror.map(&map).wait().unwrap(), ["a", "b"]);
    }

    fn a_call_is_independent_of_what_it_borrowed(place) {
        let mirror = mirror!(place);
        let call = {
            let text = String::from("short-lived");
            mirror.text(&text)
        };
        let pending = {
            let bytes = vec![1, 2, 3];
            mirror.bytes(&bytes).send().unwrap()
        };
        assert_eq!(call.wait().unwrap(), "short-lived");
        assert_eq!(pending.wait().unwrap(), [1, 2, 3]);
    }

    fn paths_need_not_be_text(place) {
        let mirror = mirror!(place);
        let path = PathBuf::from(OsStr::from_bytes(NO_TEXT));
        assert_eq!(mirror.path(&path).wait().unwrap(), NO_TEXT);
        assert_eq!(mirror.path(Path::new("")).wait().unwrap(), b"");
    }

    fn errors_are_typed(place) {
        let mirror = mirror!(place);
        assert_eq!(mirror.positive(5).wait(), Ok(5));
        let refused = mirror.positive(-5).wait();
        assert_eq!(refused, Err(CallError::Handler(Refusal::TooSmall(-5))));
        assert_eq!(mirror.positive(6).wait(), Ok(6), "an error is a reply and ends nothing");
        assert_eq!(refused.unwrap_err().into_handler(), Some(Refusal::TooSmall(-5)));
    }

    fn any_alias_called_result_splits(place) {
        let mirror = mirror!(place);
        assert_eq!(mirror.aliased("ada").wait().unwrap(), "ADA");
        assert_eq!(mirror.aliased("").wait(), Err(CallError::Handler(Refusal::Unnamed)));
        assert_eq!(mirror.nested(-1).wait().map(|inner| inner.is_some_and(|n| n.is_err())), Ok(true));
    }

    fn any_error_travels_in_the_librarys_own(place) {
        let mirror = mirror!(place);
        assert_eq!(mirror.parsed("80").wait(), Ok(80));
        let error = mirror.parsed("eighty").wait().unwrap_err().into_handler().unwrap();
        assert_eq!(error.to_string(), "invalid digit found in string");
        let error = mirror.parsed("0").wait().unwrap_err().into_handler().unwrap();
        assert_eq!(format!("{error:#}"), "cannot use it: zero");
        assert_eq!(error.causes().collect::<Vec<_>>(), ["zero"]);
    }

    /// The message never goes out, or never comes back; either way the worker goes on.
    fn what_cannot_be_encoded_is_an_error_of_its_call(place) {
        let mirror = mirror!(place);
        let told = |error: CallError| match error {
            CallError::Encode(text) => text.contains("it does not want to"),
            _ => false,
        };
        assert!(told(mirror.swallow(Unwritable).wait().unwrap_err()));
        assert!(told(mirror.swallow(Unwritable).send().map(drop).unwrap_err()));
        assert!(told(mirror.swallow(Unwritable).tell().unwrap_err()));
        assert!(told(mirror.give_unwritable().wait().unwrap_err()));
        assert_eq!(mirror.nothing().wait(), Ok(()));
    }

    fn what_cannot_be_read_is_an_error_of_its_call(place) {
        let mirror = mirror!(place);
        let protocol = |error: CallError| matches!(error, CallError::Protocol(_));
        assert!(protocol(mirror.give_unreadable().wait().map(|_| ()).unwrap_err()));
        assert!(protocol(mirror.take_unreadable(Unreadable).wait().unwrap_err()));
        assert_eq!(mirror.handled().wait(), Ok(0), "the handler never ran");
    }
}
