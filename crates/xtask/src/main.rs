//! The project's chores: `cargo xtask <chore>`.

mod apt;
mod backends;
mod bench;
mod catalogue;
mod fuzz;
mod imports;
mod instructions;
mod litellm;
mod reference;
#[cfg(test)]
#[path = "../../pricing/tests/shared_data/mod.rs"]
mod shared_data;
mod test;

use clap::{Parser, Subcommand};

/// The project's chores.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Builds the real Collector, Jaeger and Prometheus once into a cache, and installs Redis where it can.
    Backends(backends::Arguments),
    /// Runs everything: formatting, lints, docs, every test, the real backends included.
    Test(test::Arguments),
    /// Prints what a span costs on each path, as ratios measured in one run.
    Bench(bench::Arguments),
    /// Makes the embedded price catalogue from a genai-prices table.
    Catalogue(catalogue::Arguments),
    /// Makes the reference page of names from the tables.
    Reference(reference::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().chore {
        Chore::Backends(arguments) => backends::run(&arguments),
        Chore::Test(arguments) => test::run(&arguments),
        Chore::Bench(arguments) => bench::run(&arguments),
        Chore::Catalogue(arguments) => catalogue::run(&arguments),
        Chore::Reference(arguments) => reference::run(&test::root(), &arguments),
    }
}
