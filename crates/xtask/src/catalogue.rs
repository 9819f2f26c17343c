//! Generates the embedded price catalogue from a genai-prices table, one model per line, for readable diffs; and an
//! overlay of the models that only a second source has, LiteLLM's table.
//!
//! Both forms are described in `crates/pricing/data/README.md`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use tracing_genai_pricing::Catalogue;
use tracing_genai_pricing::feed::{Made, catalogue_text};

use crate::cargo::root;
use crate::litellm::second::{self, Source};
use crate::litellm::{compare, read as read_second};

/// Arguments of `cargo xtask catalogue`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The genai-prices table: JSON with `units` and `providers`. Without it, the catalogue stays unchanged.
    #[arg(long, required_unless_present = "second")]
    prices: Option<PathBuf>,
    /// The table's version; by default the one in a file name such as `genai-prices-0.2.3.slim.json`.
    #[arg(long, requires = "prices")]
    source_version: Option<String>,
    /// The path of the catalogue, for reading and writing.
    #[arg(long)]
    out: Option<PathBuf>,
    /// LiteLLM's price table, such as `litellm-1.109.1.min.json`: writes the models that only it has, and lists where
    /// it agrees with the catalogue, where they differ and why, and unknown models.
    #[arg(long)]
    second: Option<PathBuf>,
    /// The date of publication of that table, such as `2026-11-12`; by default that of the rows of the same version.
    #[arg(long, requires = "second")]
    second_date: Option<String>,
    /// The path of the overlay of models that only the second table has.
    #[arg(long, requires = "second")]
    second_out: Option<PathBuf>,
}

/// Runs the task.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let out = arguments.out.clone().unwrap_or_else(|| data("catalogue.txt"));
    if let Some(prices) = &arguments.prices {
        write_catalogue(prices, arguments.source_version.as_deref(), &out)?;
    }
    match &arguments.second {
        Some(table) => write_second(table, arguments, &out),
        None => Ok(()),
    }
}

fn write_catalogue(prices: &Path, version: Option<&str>, out: &Path) -> anyhow::Result<()> {
    let json = text(prices)?;
    let version = match version {
        Some(version) => version.to_owned(),
        None => {
            version_in_name(prices, "genai-prices-").context("the file name has no version; add --source-version")?
        }
    };
    let made = make(&json, &version)?;
    for line in &made.snapped {
        eprintln!("snapped: {line}");
    }
    // The embedded catalogue must contain the whole table, not only the supported part.
    ensure!(made.warnings.is_empty(), "left out: {}", made.warnings.join("; "));
    write(out, &made.text)?;
    println!("{}: {} bytes, {} prices", out.display(), made.text.len(), made.prices);
    Ok(())
}

fn write_second(table: &Path, arguments: &Arguments, catalogue: &Path) -> anyhow::Result<()> {
    let out = arguments
        .second_out
        .clone()
        .unwrap_or_else(|| data("second_source.txt"));
    let source = source_of(table, arguments.second_date.as_deref(), &second_text(Some(&out))?)?;
    let (table, catalogue, overlay) = (text(table)?, text(catalogue)?, text(&data("overlay.txt"))?);
    let made = second::make(&table, &source, &catalogue, &overlay)?;
    write(&out, &made.text)?;
    println!(
        "{}: {} bytes, {} models in {} rows",
        out.display(),
        made.text.len(),
        made.models,
        made.rows
    );
    for service in &made.without {
        println!("too large with the prices of {}", service.condition());
    }
    for (reason, models) in &made.left_out {
        println!("{models:5} left out: {reason}");
    }
    let catalogue = Catalogue::parse_with_overlays(&catalogue, &[&overlay, &made.text])?;
    let models = read_second(&table, compare::DAY)?;
    let findings = compare::compare(&catalogue, &models.listed);
    compare::print(&models, &findings);
    compare::check(&models, &findings)
}

/// A file of the pricing crate's data.
pub(crate) fn data(name: &str) -> PathBuf {
    root().join("crates/pricing/data").join(name)
}

/// The rows so far; empty without a file.
pub(crate) fn second_text(path: Option<&Path>) -> anyhow::Result<String> {
    let committed = data("second_source.txt");
    let path = path.unwrap_or(&committed);
    if path.exists() { text(path) } else { Ok(String::new()) }
}

/// The version in the table's name, and its date: the given one, else that of the `rows` of the same version.
pub(crate) fn source_of(table: &Path, date: Option<&str>, rows: &str) -> anyhow::Result<Source> {
    let version = version_in_name(table, "litellm-")
        .context("the file name has no version; name it as `litellm-1.109.1.json`")?;
    let of_rows = || {
        let (_, source) = rows
            .lines()
            .find_map(|row| row.split_once(&format!("\t<LiteLLM {version}, ")))?;
        Some(source)
    };
    let Some(date) = date.or_else(of_rows) else {
        bail!("the day on which LiteLLM {version} was published is not known: add --second-date");
    };
    Ok(Source {
        date: date.to_owned(),
        version,
    })
}

fn text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn make(json: &str, version: &str) -> anyhow::Result<Made> {
    catalogue_text(json, &format!("genai-prices {version}")).context("not a genai-prices table")
}

/// The version in the name of a table's file: the text after `before`.
pub(crate) fn version_in_name(path: &Path, before: &str) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_prefix(before)?;
    let version = name
        .split('.')
        .take_while(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    Some(version.collect::<Vec<_>>().join(".")).filter(|version| !version.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data;

    #[test]
    fn the_committed_catalogue_matches_the_table() {
        let Some(path) = shared_data::path("TRACING_GENAI_PRICES") else {
            return;
        };
        let json = std::fs::read_to_string(&path).unwrap();
        let made = make(&json, &version_in_name(&path, "genai-prices-").unwrap()).unwrap();
        assert!(
            made.text == text(&data("catalogue.txt")).unwrap(),
            "run `cargo xtask catalogue` and commit its output"
        );
    }
}
