//! Messages of several arguments, as generated code writes and reads them.

use std::{
    ffi::{CStr, OsStr},
    path::Path,
};

use super::*;

/// Lending is inferred from what the handler takes.
fn handler(
    path: &Path,
    maybe: Option<&Path>,
    name: &OsStr,
    foreign: &CStr,
    number: &u32,
) -> String {
    format!("{path:?} {maybe:?} {name:?} {foreign:?} {number}")
}

#[test]
fn references_travel_as_what_owns_them() {
    let mut draft = Draft::new(1000);
    by_ref::<Path>().put(&mut draft, Path::new("/a"));
    by_ref::<Path>().put_option(&mut draft, Some(Path::new("b")));
    by_ref::<OsStr>().put(&mut draft, OsStr::new("c"));
    by_ref::<CStr>().put(&mut draft, c"d");
    by_ref::<u32>().put(&mut draft, &5);
    let body = draft.finish().unwrap();
    let mut arguments = body.arguments();
    let path = by_ref::<Path>().take(&mut arguments).unwrap();
    let maybe = by_ref::<Path>().take_option(&mut arguments).unwrap();
    let name = by_ref::<OsStr>().take(&mut arguments).unwrap();
    let foreign = by_ref::<CStr>().take(&mut arguments).unwrap();
    let number = by_ref::<u32>().take(&mut arguments).unwrap();
    arguments.finish().unwrap();
    let said =
        handler(lend(&path), maybe.as_ref().map(lend), lend(&name), lend(&foreign), lend(&number));
    assert_eq!(said, r#""/a" Some("b") "c" "d" 5"#);
}

#[test]
fn slices_texts_and_bytes_are_lent() {
    let mut draft = Draft::new(1000);
    slice::<f32>().put(&mut draft, &[1.0, 2.0]);
    slice::<f32>().put_option(&mut draft, Some(&[3.0]));
    text().put(&mut draft, "text");
    text().put_option(&mut draft, None);
    bytes().put(&mut draft, b"bytes");
    bytes().put_option(&mut draft, Some(b"more"));
    argument::<Option<u8>>().put(&mut draft, &Some(1));
    let body = draft.finish().unwrap();
    let mut arguments = body.arguments();
    assert_eq!(slice::<f32>().take(&mut arguments).unwrap(), [1.0, 2.0]);
    let more = slice::<f32>().take_option(&mut arguments).unwrap();
    assert_eq!(more.as_deref(), Some(&[3.0][..]));
    assert_eq!(text().take(&mut arguments).unwrap(), "text");
    assert_eq!(text().take_option(&mut arguments).unwrap(), None);
    assert_eq!(bytes().take(&mut arguments).unwrap(), b"bytes");
    assert_eq!(bytes().take_option(&mut arguments).unwrap(), Some(&b"more"[..]));
    assert_eq!(argument::<Option<u8>>().take(&mut arguments).unwrap(), Some(1));
    arguments.finish().unwrap();
}

#[test]
fn what_is_left_over_is_an_error() {
    let body = Body::of(&(1_u8, 2_u8), 100).unwrap();
    let mut arguments = body.arguments();
    arguments.take::<u8>().unwrap();
    let error = arguments.finish().unwrap_err();
    assert_eq!(error.to_string(), "1 bytes are left over at its end");
    arguments.take::<u8>().unwrap();
    arguments.finish().unwrap();
    arguments.take::<u8>().unwrap_err();
    assert_eq!(Malformed::handler(7).to_string(), "there is no handler 7");
}

#[test]
fn the_first_error_of_a_draft_is_told() {
    let mut draft = Draft::new(64);
    draft.put(&"x".repeat(100));
    draft.put(&1_u8);
    bytes().put(&mut draft, &[0; 1000]);
    match draft.finish() {
        Err(EncodeError::TooLarge { size: 101..=108, limit: 64 }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_show_little_of_themselves() {
    assert_eq!(format!("{:?}", Bytes::new()), "Bytes(0)");
    assert_eq!(format!("{:?}", Bytes::from([1, 255])), "Bytes(2: 01 ff)");
    assert!(format!("{:?}", Bytes::from([0; 1000])).ends_with("00 …)"));
}
