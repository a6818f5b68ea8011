//! What is written is read again, and nothing else is.

use std::{
    num::NonZeroU8,
    path::Path,
    time::{Duration, SystemTime},
};

use proptest::{prelude::*, test_runner::TestRunner};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeSeq};

use super::*;

with_each_encoding! {
    values_come_back
    truncated_values_do_not
    random_bytes_are_values_or_errors
    borrowed_values_lie_in_the_message
    bytes_are_also_a_sequence
    a_field_left_out_is_refused
    a_length_that_is_not_known_is_refused
    a_length_that_lies_is_refused
    a_type_that_asks_the_bytes_is_refused
    the_texts_of_types_arrive
}

fn values_come_back<C: Encoding>() {
    let check = |(first, second): (Value, Value)| {
        let (mut out, limits) = (buffer(1 << 26), MessageLimits::of(1 << 26));
        C::encode(&first, &mut out, &limits).unwrap();
        C::encode(&second, &mut out, &limits).unwrap();
        limits.check(out.len()).unwrap();
        let bytes = out.into_bytes();
        let (mut rest, limits) = (&bytes[..], MessageLimits::of(bytes.len()));
        prop_assert_eq!(C::decode::<Value>(&mut rest, &limits).unwrap(), first);
        prop_assert_eq!(C::decode::<Value>(&mut rest, &limits).unwrap(), second);
        prop_assert!(rest.is_empty());
        Ok(())
    };
    TestRunner::default().run(&(value(), value()), check).unwrap();
}

/// Both encodings tell from the beginning of a value where it ends.
fn truncated_values_do_not<C: Encoding>() {
    let check = |value: Value| {
        let bytes = encode::<C>(&value).unwrap();
        for end in 0..bytes.len() {
            prop_assert!(decode::<C, Value>(&bytes[..end]).is_err(), "{end} of {}", bytes.len());
        }
        Ok(())
    };
    TestRunner::default().run(&value(), check).unwrap();
}

fn random_bytes_are_values_or_errors<C: Encoding>() {
    let check = |bytes: Vec<u8>| {
        if let Ok((value, left)) = decode::<C, Value>(&bytes) {
            prop_assert!(left < bytes.len());
            let again = encode::<C>(&value).unwrap();
            // Compared as bytes, since a value may hold a NaN.
            let (twice, _) = decode::<C, Value>(&again).unwrap();
            prop_assert_eq!(encode::<C>(&twice).unwrap(), again);
        }
        if let Ok((numbers, _)) = decode::<C, Vec<u64>>(&bytes) {
            prop_assert!(numbers.capacity() <= bytes.len().max(4));
        }
        let _ = decode::<C, (String, Option<char>, BTreeMap<u8, Vec<()>>)>(&bytes);
        let _ = decode::<C, (Duration, SystemTime, NonZeroU8, bool, f32)>(&bytes);
        Ok(())
    };
    // Small bytes are more often lengths and variants that exist.
    let bytes = prop::collection::vec(prop_oneof![3 => 0_u8..12, 1 => any::<u8>()], 0..96);
    TestRunner::default().run(&bytes, check).unwrap();
}

fn borrowed_values_lie_in_the_message<C: Encoding>() {
    let bytes = encode::<C>(&("text", Bytes::from(b"bytes"))).unwrap();
    let mut rest = &bytes[..];
    let (text, piece): (&str, &[u8]) =
        C::decode(&mut rest, &MessageLimits::of(bytes.len())).unwrap();
    assert_eq!((text, piece), ("text", &b"bytes"[..]));
    assert!(bytes.as_ptr_range().contains(&text.as_ptr()));
    assert!(bytes.as_ptr_range().contains(&piece.as_ptr()));
}

fn bytes_are_also_a_sequence<C: Encoding>() {
    let vector = vec![1_u8, 2, 255];
    let encoded = encode::<C>(&vector).unwrap();
    assert_eq!(encoded, encode::<C>(&Bytes::from(vector.clone())).unwrap());
    assert_eq!(decode::<C, Vec<u8>>(&encoded).unwrap().0, vector);
    assert_eq!(decode::<C, Bytes>(&encoded).unwrap().0, vector);
}

/// Encodes what is to be refused and gives the text.
fn refused<C: Encoding>(value: &impl Serialize) -> String {
    match encode::<C>(value) {
        Err(EncodeError::Refused(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn a_field_left_out_is_refused<C: Encoding>() {
    #[derive(Serialize)]
    struct Sparse {
        #[serde(skip_serializing_if = "Option::is_none")]
        often: Option<u8>,
    }
    assert!(encode::<C>(&Sparse { often: Some(1) }).is_ok());
    assert!(refused::<C>(&Sparse { often: None }).contains("field `often` is left out"));
}

fn a_length_that_is_not_known_is_refused<C: Encoding>() {
    #[derive(Serialize)]
    struct Flat {
        #[serde(flatten)]
        inner: BTreeMap<String, u8>,
    }
    let text = refused::<C>(&Flat { inner: BTreeMap::new() });
    assert!(text.contains("does not know its length"), "{text}");
}

fn a_length_that_lies_is_refused<C: Encoding>() {
    struct Liar(usize);
    impl Serialize for Liar {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut sequence = serializer.serialize_seq(Some(2))?;
            (0..self.0).try_for_each(|number| sequence.serialize_element(&number))?;
            sequence.end()
        }
    }
    assert!(encode::<C>(&Liar(2)).is_ok());
    assert!(refused::<C>(&Liar(1)).contains("fewer elements than it announced"));
    assert!(refused::<C>(&Liar(3)).contains("more elements than it announced"));
}

fn a_type_that_asks_the_bytes_is_refused<C: Encoding>() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u8),
        Text(String),
    }
    let bytes = encode::<C>(&[Either::Number(1), Either::Text("2".into())]).unwrap();
    let error = decode::<C, [Either; 2]>(&bytes).unwrap_err();
    assert!(error.to_string().contains("untagged"), "{error}");
}

fn the_texts_of_types_arrive<C: Encoding>() {
    #[cfg(unix)]
    {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let path = Path::new(OsStr::from_bytes(&[b'/', 0xff]));
        assert_eq!(refused::<C>(&Some(path)), "path contains invalid UTF-8 characters");
    }
    let bytes = encode::<C>(&0_u8).unwrap();
    let text = decode::<C, NonZeroU8>(&bytes).unwrap_err().to_string();
    assert!(text.contains("nonzero u8") || text == "a type refuses the value that the bytes hold");
    let text = decode::<C, u64>(&[0xff]).unwrap_err().to_string();
    assert!(!text.contains("io error"), "{text}");
}
