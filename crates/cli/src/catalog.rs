//! `tracing-genai catalog`: shows the price catalogue, and checks and compares price files.

mod check;
mod diff;
mod entry_text;
mod list;
mod show;

use std::process::ExitCode;

use clap::Subcommand;

/// Shows the price catalogue, and checks price files before use.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists models with their current prices, one per line
    List(list::Arguments),
    /// Shows one model: how it is recognised, and all its prices
    Show(show::Arguments),
    /// Shows what a price file would change
    Diff(diff::Arguments),
    /// Checks whether a price file is valid; if not, where and why
    Check(check::Arguments),
}

/// Runs the subcommand. Fails if a file is unreadable or invalid.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Check(arguments) => check::run(arguments),
    }
    .map(|()| ExitCode::SUCCESS)
}
