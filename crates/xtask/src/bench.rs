//! Benchmarks spans on each path, prices, streams and requests.

use std::process::Command;

use anyhow::{Context, ensure};

/// The benchmark's options.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Fail if a limit of the project is exceeded, as far as times are reliable on this machine.
    #[arg(long)]
    check: bool,
}

/// Runs the benchmarks of spans, prices, streams, requests, and of what a watch adds to a first chunk and to a
/// poll. Compare figures within one run only.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let benches = [
        ("tracing-genai", "span"),
        ("tracing-genai-pricing", "cost"),
        ("tracing-genai-usage", "stream"),
        ("tracing-genai-usage", "request"),
        ("tracing-genai-http", "first_chunk"),
        ("tracing-genai-http", "longest_poll"),
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
