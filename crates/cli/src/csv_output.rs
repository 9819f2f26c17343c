//! Says what went wrong with a table that is written.

use std::io;

/// The fault of the output beneath, which csv hides: a reader that has enough must be told from a full disk.
pub(crate) fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
