//! Complete programs to copy from; the help desk is a library, too, so that tests can run it in processes of their own.

pub mod help_desk;
