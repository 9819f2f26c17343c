//! Runs the command as a process.

#![allow(dead_code, reason = "not every test uses all of it")]

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

/// Runs the command with `input` on standard input.
pub(crate) fn run(arguments: &[&str], input: impl AsRef<[u8]>) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_tracing-genai"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read its input.
    let _ = process.stdin.take().unwrap().write_all(input.as_ref());
    process.wait_with_output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
