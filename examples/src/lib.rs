//! Complete programs to copy from; the help desk is a library, too, so that tests can run it in processes of their own.

pub mod help_desk;

/// Compiles the samples of the README and of the guide, and runs those that can run.
#[cfg(doctest)]
mod samples {
    #[doc = include_str!("../../README.md")]
    mod readme {}

    #[doc = include_str!("../../docs/guide.md")]
    mod guide {}
}
