//! Finds test data outside of the repository. The tests of every crate include this file.
//!
//! On a machine with all the data, `TRACING_GENAI_REQUIRE` makes a test fail instead of being skipped. `CI` is ignored:
//! a public CI has only a clone.

use std::path::PathBuf;

/// The variable that lists the required items: `data`, and names of steps of `cargo xtask test`; or `all`.
pub(crate) const REQUIRE: &str = "TRACING_GENAI_REQUIRE";

/// The items of the variable.
pub(crate) fn required() -> Vec<String> {
    let value = std::env::var(REQUIRE).unwrap_or_default();
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// Whether `name` is required.
pub(crate) fn is_required(name: &str) -> bool {
    required().iter().any(|required| required == name || required == "all")
}

/// The path in an environment variable; `None`, with a line on standard error, if it is not set.
///
/// # Panics
/// If `data` is required.
#[allow(
    dead_code,
    reason = "the programs that include this file read no data, their tests do"
)]
pub(crate) fn path(variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).filter(|path| !path.is_empty());
    if path.is_none() {
        assert!(!is_required("data"), "{variable} is not set, and {REQUIRE} lists data");
        eprintln!("left out: {variable} is not set");
    }
    path.map(Into::into)
}
