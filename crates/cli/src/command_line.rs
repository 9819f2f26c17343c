//! Parses the command line. Its errors show the arguments escaped.

use std::{env, ffi::OsString, process::ExitCode};

use clap::{Error, Parser};

use crate::{
    escape::{cut, shown},
    output::message,
};

/// Limit of an argument in an error, in characters.
const MAX_ARGUMENT_CHARS: usize = 500;

/// The arguments of the process. Prints the help, the version or an error, and returns the exit code, if there is nothing
/// to run.
pub(crate) fn parse<A: Parser>() -> Result<A, ExitCode> {
    let arguments: Vec<_> = env::args_os().collect();
    A::try_parse_from(&arguments).map_err(|error| {
        // Help and errors quote the arguments, and the name by which the command was called.
        match A::try_parse_from(arguments.iter().map(escaped)) {
            Err(error) => print(&error),
            Ok(_) => error
                .to_string()
                .lines()
                .for_each(|line| message(format_args!("{line}"))),
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    })
}

fn escaped(argument: &OsString) -> String {
    shown(&cut(&argument.to_string_lossy(), MAX_ARGUMENT_CHARS)).into_owned()
}

/// Prints in colours where they are wanted.
fn print(error: &Error) {
    // A closed output is not an error.
    let _ = error.print();
}
