//! `tracing-genai catalog`: the prices there are, what a file would change of them, and whether it can be used.

mod check;
mod diff;
mod entry_text;
mod list;
mod show;

use std::process::ExitCode;

use clap::Subcommand;

/// Shows the price catalogue, and checks files of prices before they are used.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Lists models and their prices of today, a line each
    List(list::Arguments),
    /// Shows one model: how it is recognised, and every price of it
    Show(show::Arguments),
    /// Says what a file of prices would change
    Diff(diff::Arguments),
    /// Says whether a file of prices can be used, or where and why not
    Check(check::Arguments),
}

/// Prints what was asked for. Fails when a file cannot be read or used.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.what {
        What::List(arguments) => list::run(arguments),
        What::Show(arguments) => show::run(arguments),
        What::Diff(arguments) => diff::run(arguments),
        What::Check(arguments) => check::run(arguments),
    }
    .map(|()| ExitCode::SUCCESS)
}
