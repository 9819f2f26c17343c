//! Finds what tests need from outside of the repository. The tests of every crate include this file.
//!
//! A machine that has all of it says so with `TRACING_GENAI_REQUIRE`, and a test then fails instead of being left out.
//! `CI` is not asked: a public CI has a clone and nothing else.

use std::path::PathBuf;

/// The variable that lists what must be there: `data`, and names of steps of `cargo xtask test`; or `all`.
pub(crate) const REQUIRE: &str = "TRACING_GENAI_REQUIRE";

/// The names that the variable lists.
pub(crate) fn required() -> Vec<String> {
    let value = std::env::var(REQUIRE).unwrap_or_default();
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// Whether `name` must be there.
pub(crate) fn is_required(name: &str) -> bool {
    required().iter().any(|required| required == name || required == "all")
}

/// The path in an environment variable; without one, `None` and a line on standard error.
///
/// # Panics
/// When `data` is required.
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
