//! Reports what could not be read, on standard error, and counts it.

use std::{fmt, process::ExitCode};

use crate::output::message;

/// Problems that are listed; further ones are only counted.
const MAX_LISTED: u64 = 10;

/// The number of unreadable lines, or requests, so far.
#[derive(Debug, Default)]
pub(crate) struct Unreadable {
    count: u64,
}

impl Unreadable {
    /// Counts a line of the file `name`, and prints its problem.
    pub(crate) fn add_line(&mut self, name: &str, line: u64, problem: impl fmt::Display) {
        self.add(format_args!("{name}: line {line}: {problem}"));
    }

    /// Counts a problem, and prints it.
    pub(crate) fn add(&mut self, problem: fmt::Arguments<'_>) {
        self.count += 1;
        if self.count <= MAX_LISTED {
            message(problem);
        }
    }

    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Fails if something was unreadable.
    pub(crate) const fn exit_code(&self) -> ExitCode {
        if self.count == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// Prints the number of lines of the file `name`, if any.
    pub(crate) fn print_count(&self, name: &str) {
        match self.count {
            0 => {}
            1 => message(format_args!("{name}: 1 line is unreadable")),
            count => message(format_args!("{name}: {count} lines are unreadable")),
        }
    }
}
