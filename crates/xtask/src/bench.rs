//! Prints what a span costs on each path, what a price costs, and what a stream.

use std::process::Command;

use anyhow::{Context, ensure};

/// How to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Fails where a bar of the project is missed, as far as time can be trusted on this machine.
    #[arg(long)]
    check: bool,
}

/// Runs the benchmarks of spans, of prices, of streams, and of the delay that a watch adds. Compare within one table only: machines are never quiet.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let benches = [
        ("tracing-genai", "span"),
        ("tracing-genai-pricing", "cost"),
        ("tracing-genai-usage", "stream"),
        ("tracing-genai-http", "first_chunk"),
    ];
    for (package, bench) in benches {
        let status = Command::new(env!("CARGO"))
            .args(["bench", "--quiet", "--package", package, "--bench", bench])
            .args(["--"].into_iter().filter(|_| arguments.check))
            .args(["--check"].into_iter().filter(|_| arguments.check))
            .status()
            .context("cargo bench did not start")?;
        ensure!(status.success(), "a bar was missed, or the benchmark did not build");
        println!();
    }
    Ok(())
}
