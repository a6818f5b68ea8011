//! What costs too much is refused: by the writer first, and by the reader whatever the bytes are.

use std::{collections::BTreeMap, thread};

use super::*;
use crate::codec::message_limits::{MAX_DEPTH, SPARE_ELEMENTS};

with_each_encoding! {
    what_is_too_deep_is_refused_on_both_sides
    all_kinds_of_nesting_count_alike_on_both_sides
    endless_depth_is_an_error
    elements_without_bytes_are_counted
    the_elements_of_all_values_count_together
    nested_elements_without_bytes_are_counted
    lengths_that_lie_are_errors
    a_buffer_ends_at_its_limit
}

/// A list in a list and so on, this many lists.
fn lists(depth: u32) -> Value {
    (0..depth).fold(Value::Unit, |inner, _| Value::List(vec![inner]))
}

/// The bytes in front of the content of a list of one.
fn opening<C: Encoding>() -> Vec<u8> {
    let mut bytes = encode::<C>(&lists(1)).unwrap();
    bytes.truncate(bytes.len() - encode::<C>(&Value::Unit).unwrap().len());
    bytes
}

fn what_is_too_deep_is_refused_on_both_sides<C: Encoding>() {
    // A list is two levels: the variant, and the vector in it.
    let deepest = MAX_DEPTH / 2;
    let bytes = encode::<C>(&lists(deepest)).unwrap();
    assert_eq!(decode::<C, Value>(&bytes).unwrap().0, lists(deepest));
    let refused = encode::<C>(&lists(deepest + 1)).unwrap_err();
    assert_eq!(refused, EncodeError::Refused("it is nested more than 128 deep".into()));
    let deeper = [opening::<C>(), bytes].concat();
    let error = decode::<C, Value>(&deeper).unwrap_err();
    assert_eq!(error.to_string(), "it is nested more than 128 deep");
}

/// Whatever encodes also decodes: the last depth that is written is read.
fn all_kinds_of_nesting_count_alike_on_both_sides<C: Encoding>() {
    let kinds: [fn(Value) -> Value; 6] = [
        |inner| Value::List(vec![inner]),
        |inner| Value::Pair(Box::new((Value::Unit, inner))),
        |inner| Value::Wrapped(Wrapper(Box::new(inner))),
        |inner| Value::Table(BTreeMap::from([(String::new(), inner)])),
        |inner| Value::Record {
            flag: true, small: None, letter: 'ß', rest: Some(Box::new(inner))
        },
        |inner| Value::Record {
            flag: true, small: Some(1), letter: 'ß', rest: Some(inner.into())
        },
    ];
    let leaves = [Value::Unit, Value::Whole(1), Value::Wide(1, 1), lists(1), Value::List(vec![])];
    for (kind, leaf) in kinds.iter().flat_map(|kind| leaves.iter().map(move |leaf| (kind, leaf))) {
        let mut value = leaf.clone();
        let mut written = 0;
        while let Ok(bytes) = encode::<C>(&value) {
            assert_eq!(decode::<C, Value>(&bytes).unwrap(), (value.clone(), 0));
            value = kind(value);
            written += 1;
        }
        assert!(written >= 40, "{leaf:?} fits only {written} deep");
    }
}

fn endless_depth_is_an_error<C: Encoding>() {
    let opening = opening::<C>();
    let bomb = opening.repeat(1_000_000 / opening.len());
    // A small stack shows that the depth is noticed early, even in a build without optimization.
    let small = thread::Builder::new().stack_size(1 << 20);
    let reader = small.spawn(move || decode::<C, Value>(&bomb).unwrap_err().to_string());
    assert_eq!(reader.unwrap().join().unwrap(), "it is nested more than 128 deep");
}

fn elements_without_bytes_are_counted<C: Encoding>() {
    let length = |count: u64| encode::<C>(&count).unwrap();
    for count in [1 << 40, u64::MAX >> 1, u64::MAX] {
        decode::<C, Vec<()>>(&length(count)).unwrap_err();
        decode::<C, BTreeMap<(), ()>>(&length(count)).unwrap_err();
    }
    let most = SPARE_ELEMENTS + length(SPARE_ELEMENTS).len() as u64;
    let units = vec![(); usize::try_from(most).unwrap()];
    let bytes = encode::<C>(&units).unwrap();
    assert_eq!(decode::<C, Vec<()>>(&bytes).unwrap().0.len(), units.len());
    decode::<C, Vec<()>>(&length(most + 1)).unwrap_err();
    let one_more = encode::<C>(&vec![(); units.len() + 1]).unwrap_err();
    assert!(matches!(one_more, EncodeError::Refused(_)), "{one_more:?}");
    let endless = encode_within::<C>(&vec![(); 1 << 40], 1000).unwrap_err();
    assert_eq!(endless, one_more);
}

fn the_elements_of_all_values_count_together<C: Encoding>() {
    let units = vec![(); 40_000];
    let (mut out, limits) = (buffer(1000), MessageLimits::of(1000));
    C::encode(&units, &mut out, &limits).unwrap();
    C::encode(&units, &mut out, &limits).unwrap_err();
    let two = encode::<C>(&units).unwrap().repeat(2);
    let (mut rest, limits) = (&two[..], MessageLimits::of(two.len()));
    C::decode::<Vec<()>>(&mut rest, &limits).unwrap();
    C::decode::<Vec<()>>(&mut rest, &limits).unwrap_err();
}

fn nested_elements_without_bytes_are_counted<C: Encoding>() {
    let inner = encode::<C>(&60_000_u64).unwrap();
    let mut bomb = encode::<C>(&1000_u64).unwrap();
    bomb.extend(inner.repeat(1000));
    decode::<C, Vec<Vec<()>>>(&bomb).unwrap_err();
}

fn lengths_that_lie_are_errors<C: Encoding>() {
    for length in [2_u64, 1 << 20, 1 << 31, 1 << 32, 1 << 40, 1 << 63, u64::MAX] {
        let mut bomb = encode::<C>(&length).unwrap();
        bomb.push(b'x');
        decode::<C, String>(&bomb).unwrap_err();
        decode::<C, Bytes>(&bomb).unwrap_err();
        decode::<C, Vec<u8>>(&bomb).unwrap_err();
        decode::<C, Vec<[u64; 32]>>(&bomb).unwrap_err();
        decode::<C, Vec<Vec<Vec<u16>>>>(&bomb).unwrap_err();
        decode::<C, BTreeMap<u8, u64>>(&bomb).unwrap_err();
        let mut rest = &bomb[..];
        C::decode::<&str>(&mut rest, &MessageLimits::of(bomb.len())).unwrap_err();
    }
}

fn a_buffer_ends_at_its_limit<C: Encoding>() {
    let bytes = Bytes::from([7; 1000]);
    let size = encode::<C>(&bytes).unwrap().len();
    let (mut out, limits) = (buffer(size), MessageLimits::of(size));
    C::encode(&bytes, &mut out, &limits).unwrap();
    let full = C::encode(&1_u8, &mut out, &limits).unwrap_err();
    assert_eq!(full, EncodeError::TooLarge { size: size + 1, limit: size });
    let error = encode_within::<C>(&bytes, size - 1).unwrap_err();
    assert_eq!(error, EncodeError::TooLarge { size, limit: size - 1 });
    let error = encode_within::<C>(&vec![u64::MAX; 1 << 20], 100_000).unwrap_err();
    assert!(matches!(error, EncodeError::TooLarge { size, .. } if size <= 100_010), "{error:?}");
}
