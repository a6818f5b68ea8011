//! Tests of the layer: those of values and limits run with each encoding of the build.

mod arguments;
mod frames;
mod limits;
mod values;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{bounded_buf::BoundedBuf, message_limits::MessageLimits, *};

/// Makes a test of a function with an encoding as its parameter, for each encoding.
macro_rules! with_each_encoding {
    ($($test:ident)*) => {
        mod bincode {
            $(#[test] fn $test() { super::$test::<crate::codec::bincode::Bincode>(); })*
        }
        #[cfg(feature = "codec-postcard")]
        mod postcard {
            $(#[test] fn $test() { super::$test::<crate::codec::postcard::Postcard>(); })*
        }
    };
}
use with_each_encoding;

/// Something of every kind that serde knows, nested in every way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Value {
    Unit,
    Whole(i64),
    Wide(u128, i128),
    Real(f64),
    Text(String),
    Piece(Bytes),
    List(Vec<Value>),
    Table(BTreeMap<String, Value>),
    Pair(Box<(Value, Value)>),
    Record { flag: bool, small: Option<i8>, letter: char, rest: Option<Box<Value>> },
    Wrapped(Wrapper),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Wrapper(Box<Value>);

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Unit),
        any::<i64>().prop_map(Value::Whole),
        any::<(u128, i128)>().prop_map(|(a, b)| Value::Wide(a, b)),
        any::<i32>().prop_map(|number| Value::Real(f64::from(number) / 3.0)),
        any::<String>().prop_map(Value::Text),
        any::<Vec<u8>>().prop_map(|bytes| Value::Piece(bytes.into())),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let record =
            (any::<bool>(), any::<Option<i8>>(), any::<char>(), prop::option::of(boxed.clone()));
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::btree_map(".{0,4}", inner.clone(), 0..4).prop_map(Value::Table),
            (inner.clone(), inner.clone()).prop_map(|pair| Value::Pair(Box::new(pair))),
            record.prop_map(|(flag, small, letter, rest)| Value::Record {
                flag,
                small,
                letter,
                rest
            }),
            boxed.prop_map(|value| Value::Wrapped(Wrapper(value))),
        ]
    })
}

/// `value` alone in a message.
fn encode<C: Encoding>(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, EncodeError> {
    encode_within::<C>(value, 1 << 26)
}

fn encode_within<C: Encoding>(
    value: &(impl Serialize + ?Sized),
    limit: usize,
) -> Result<Vec<u8>, EncodeError> {
    let (mut out, limits) = (buffer(limit), MessageLimits::of(limit));
    C::encode(value, &mut out, &limits)?;
    limits.check(out.len())?;
    Ok(out.into_bytes())
}

fn buffer(limit: usize) -> BoundedBuf {
    BoundedBuf::onto(Vec::new(), limit)
}

/// The value that is alone in a message, and how many bytes are left.
fn decode<C: Encoding, T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, usize), Malformed> {
    let mut rest = bytes;
    let value = C::decode(&mut rest, &MessageLimits::of(bytes.len()))?;
    Ok((value, rest.len()))
}
