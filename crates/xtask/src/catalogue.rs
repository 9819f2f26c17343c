//! Makes the embedded price catalogue: the facts of a genai-prices table, one model a line, in a text that can be diffed.
//!
//! The form is described in `crates/pricing/data/README.md`. What a second source says of the same models is compared by a
//! test of the pricing crate, which knows both; here it is run.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use tracing_genai_pricing::feed::{Made, catalogue_text};

use crate::test::{cargo, run_to_success};

/// Its arguments.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The genai-prices table: JSON with `units` and `providers`.
    #[arg(long)]
    prices: PathBuf,
    /// The table's version; by default the one in a file name such as `genai-prices-0.2.3.slim.json`.
    #[arg(long)]
    source_version: Option<String>,
    /// Where the catalogue goes.
    #[arg(long, default_value = "crates/pricing/data/catalogue.txt")]
    out: PathBuf,
    /// LiteLLM's price table: lists on which models it agrees with the catalogue in the crate, where they differ and why,
    /// and which models only it knows.
    #[arg(long)]
    second: Option<PathBuf>,
}

/// Runs the chore.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let json = std::fs::read_to_string(&arguments.prices)
        .with_context(|| format!("{} cannot be read", arguments.prices.display()))?;
    let version = match &arguments.source_version {
        Some(version) => version.clone(),
        None => version_in_name(&arguments.prices).context("the file name tells no version: add --source-version")?,
    };
    let made = make(&json, &version)?;
    for line in &made.snapped {
        eprintln!("snapped: {line}");
    }
    // The embedded catalogue must hold the whole table, not what we happen to understand of it.
    ensure!(made.warnings.is_empty(), "left out: {}", made.warnings.join("; "));
    std::fs::write(&arguments.out, &made.text)
        .with_context(|| format!("{} cannot be written", arguments.out.display()))?;
    println!(
        "{}: {} bytes, {} prices",
        arguments.out.display(),
        made.text.len(),
        made.prices
    );
    arguments.second.as_deref().map_or(Ok(()), compare)
}

fn compare(second: &Path) -> anyhow::Result<()> {
    let second = std::fs::canonicalize(second).with_context(|| format!("{} cannot be read", second.display()))?;
    run_to_success(
        cargo()
            .args(["test", "--package", "tracing-genai-pricing", "--test", "second_source"])
            .args(["--", "--nocapture"])
            .env("TRACING_GENAI_SECOND_PRICES", second),
    )
}

fn make(json: &str, version: &str) -> anyhow::Result<Made> {
    catalogue_text(json, &format!("genai-prices {version}")).context("not a genai-prices table")
}

fn version_in_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_prefix("genai-prices-")?;
    let version = name
        .split('.')
        .take_while(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    Some(version.collect::<Vec<_>>().join(".")).filter(|version| !version.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_catalogue_is_what_the_table_makes() {
        let Some(path) = std::env::var_os("TRACING_GENAI_PRICES") else {
            assert!(
                std::env::var_os("CI").is_none(),
                "TRACING_GENAI_PRICES must be set in CI"
            );
            eprintln!("left out: TRACING_GENAI_PRICES is not set");
            return;
        };
        let path = PathBuf::from(path);
        let json = std::fs::read_to_string(&path).unwrap();
        let made = make(&json, &version_in_name(&path).unwrap()).unwrap();
        let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../pricing/data/catalogue.txt"));
        assert!(
            made.text == committed.unwrap(),
            "run `cargo xtask catalogue` and commit what it writes"
        );
    }
}
