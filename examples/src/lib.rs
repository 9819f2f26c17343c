//! Complete programs to copy from; the help desk is also a library, so that tests can run it in their own processes.

pub mod help_desk;

/// Doctests of the README and of the guide.
#[cfg(doctest)]
mod samples {
    #[doc = include_str!("../../README.md")]
    mod readme {}

    #[doc = include_str!("../../docs/guide.md")]
    mod guide {}
}
