//! The `tracing-genai` command: one file for each subcommand.

#![deny(clippy::print_stdout, clippy::print_stderr)] // All output goes through `output`.

mod call;
mod call_table;
mod catalog;
mod check;
mod columns;
mod command_line;
mod compare;
mod csv_records;
mod csv_row;
mod demo;
mod escape;
mod input;
mod otlp_calls;
mod otlp_json;
mod otlp_value;
mod output;
mod price;
mod price_source;
mod reason;
mod scalar;
mod text_lines;
mod timestamp;
mod unreadable;
mod usage;

use std::{io, process::ExitCode};

use clap::{Parser, Subcommand};

/// Tokens, latency and cost of LLM calls, in OpenTelemetry.
#[derive(Parser)]
#[command(name = "tracing-genai", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a small help-desk agent against a built-in provider and prints its trace, with tokens and cost.
    Demo(Box<demo::Arguments>),
    /// Prices one call, or every call of a table.
    Price(Box<price::Arguments>),
    /// Shows the price catalogue, and checks price files before use.
    Catalog(Box<catalog::Arguments>),
    /// Checks spans, metrics and events against the GenAI conventions.
    Check(Box<check::Arguments>),
    /// Reads the usage of a provider's response and prices it.
    Usage(Box<usage::Arguments>),
    /// Estimates the cost of calls on other models.
    Compare(Box<compare::Arguments>),
}

fn main() -> ExitCode {
    let arguments = match command_line::parse::<Arguments>() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let outcome = match arguments.command {
        Command::Demo(arguments) => demo::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Price(arguments) => price::run(&arguments),
        Command::Catalog(arguments) => catalog::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Usage(arguments) => usage::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        // The reader of the output, such as `head`, closed it.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::message(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
