//! The `tracing-genai` command: one file for each subcommand.

mod demo;

use std::process::ExitCode;

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
    Demo(demo::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
