//! Errors of CSV output.

use std::io;

/// The I/O error inside a CSV error, so that a closed pipe differs from a full disk.
pub(crate) fn into_io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
