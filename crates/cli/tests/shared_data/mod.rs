//! Finds test data outside of the repository.

use std::path::PathBuf;

/// The path in an environment variable, or `None` with a word on standard error; in CI nothing may be left out.
pub(crate) fn path(variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable);
    if path.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{variable} must be set in CI");
        eprintln!("left out: {variable} is not set");
    }
    path.map(Into::into)
}
