//! The project's tasks: `cargo xtask <task>`.

mod api;
mod apt;
mod backends;
mod bench;
mod cargo;
mod catalogue;
mod deny;
mod fuzz;
mod imports;
mod instructions;
mod litellm;
mod minimal_versions;
mod msrv;
mod reference;
mod shared_data;
mod test;

use clap::{Parser, Subcommand};

/// The project's tasks.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds the real Collector, Jaeger and Prometheus once into a cache, and installs Redis if possible.
    Backends(backends::Arguments),
    /// Runs all checks: formatting, lints, docs, every test, the real backends included.
    Test(test::Arguments),
    /// Prints the costs of a span on each path, as ratios measured in one run.
    Bench(bench::Arguments),
    /// Generates the embedded price catalogue from a genai-prices table.
    Catalogue(catalogue::Arguments),
    /// Compares the public API of the libraries with `docs/api`, or writes it there.
    Api(api::Arguments),
    /// Generates the reference page of names from the tables.
    Reference(reference::Arguments),
}

fn main() -> anyhow::Result<()> {
    if let Some(outcome) = api::as_rustdoc() {
        return outcome;
    }
    match Arguments::parse().task {
        Task::Backends(arguments) => backends::run(&arguments),
        Task::Test(arguments) => test::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Catalogue(arguments) => catalogue::run(&arguments),
        Task::Api(arguments) => api::run(&arguments),
        Task::Reference(arguments) => reference::run(&cargo::root(), &arguments),
    }
}
