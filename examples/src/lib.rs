//! Complete programs to copy from.
