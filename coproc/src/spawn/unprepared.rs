//! What stands in for the preparation of processes where there are none, so that one `main` serves
//! both.

/// Does nothing: without the feature `process`, no program is started again to be a worker.
pub const fn init() {}

/// The same, in a test.
pub const fn test(path: &str) {
    let _ = path;
}
