//! Compares the public API of the libraries with the lists in `docs/api`, and its foreign crates with the allowed ones.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::PathBuf,
    process::Command,
};

use anyhow::{Context, Result, anyhow, ensure};
use public_api::PublicItem;

use crate::cargo::{LIBRARIES, Unavailable, cargo, root, run_to_success, target};

/// The foreign crates allowed in a library's API, besides the standard library and its own crates.
///
/// A new major version of one of them is a new major version of the library.
const FOREIGN: [(&str, &[&str]); LIBRARIES.len()] = [
    ("tracing-genai-semconv", &[]),
    ("tracing-genai-message", &["serde_json"]),
    ("tracing-genai-usage", &[]),
    ("tracing-genai-pricing", &[]),
    ("tracing-genai-processor", &["opentelemetry", "opentelemetry_sdk"]),
    (
        "tracing-genai",
        &[
            "futures_core",
            "opentelemetry",
            "opentelemetry_otlp",
            "opentelemetry_sdk",
            "serde_json",
            "tracing",
            "tracing_core",
            "tracing_opentelemetry",
            "tracing_subscriber",
        ],
    ),
    (
        "tracing-genai-http",
        &[
            "async_openai",
            "bytes",
            "http",
            "http_body",
            "reqwest",
            "reqwest_middleware",
            "tower_layer",
            "tower_service",
        ],
    ),
    ("tracing-genai-adapters", &["async_openai", "genai", "rig_core"]),
];
const STANDARD: [&str; 3] = ["alloc", "core", "std"];

/// The format of rustdoc's JSON supported by our version of public-api: that of Rust 1.95.
const FORMAT: &str = "\"format_version\":57";
/// Set while cargo runs this program as rustdoc.
const RUSTDOC: &str = "TRACING_GENAI_XTASK_RUSTDOC";

/// Auto traits and markers of no use to users; `Send` and `Sync` stay.
const OMITTED: [&str; 6] = [
    "core::marker::Freeze",
    "core::marker::StructuralPartialEq",
    "core::marker::Unpin",
    "core::marker::UnsafeUnpin",
    "core::panic::unwind_safe::RefUnwindSafe",
    "core::panic::unwind_safe::UnwindSafe",
];

/// Arguments of `cargo xtask api`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write the lists instead of comparing them.
    #[arg(long)]
    write: bool,
}

/// Writes the lists, or compares.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if !arguments.write {
        return check();
    }
    fs::create_dir_all(folder())?;
    for library in LIBRARIES {
        fs::write(folder().join(format!("{library}.txt")), text(&api(library)?))?;
    }
    Ok(())
}

/// Fails with the differences and the foreign crates that are not allowed.
pub(crate) fn check() -> Result<()> {
    let mut is_as_listed = true;
    for (library, allowed) in FOREIGN {
        let api = api(library)?;
        let path = folder().join(format!("{library}.txt"));
        let listed = fs::read_to_string(&path).unwrap_or_default();
        let differences = differences(&listed, &api);
        for line in &differences {
            println!("{library}: {line}");
        }
        let foreign = foreign_crates(&api);
        let unexpected: Vec<_> = foreign.iter().filter(|(name, _)| !allowed.contains(name)).collect();
        for (name, line) in &unexpected {
            println!("{library}: the crate {name} is not allowed here: {line}");
        }
        let unused: Vec<_> = allowed.iter().filter(|name| !foreign.contains_key(*name)).collect();
        for name in &unused {
            println!("{library}: the crate {name} is allowed, but unused; remove it from `FOREIGN`");
        }
        is_as_listed &= differences.is_empty() && unexpected.is_empty() && unused.is_empty();
    }
    ensure!(
        is_as_listed,
        "the public API changed; if intended, run `cargo xtask api --write` and update `FOREIGN` in crates/xtask/src/api.rs"
    );
    Ok(())
}

fn folder() -> PathBuf {
    root().join("docs").join("api")
}

fn text(api: &[String]) -> String {
    api.iter().flat_map(|line| [line, "\n"]).collect()
}

/// The public API of a library with all its features, one item per line, in the order of public-api.
fn api(library: &str) -> Result<Vec<String>> {
    let json = rustdoc_json(library)?;
    let items = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .include_function_parameter_names(true)
        .build()?;
    let items: Vec<&PublicItem> = items.items().collect();
    let mut trait_impls = BTreeSet::new();
    for item in &items {
        let line = item.to_string();
        if line.starts_with("impl") && line.contains(" for ") {
            trait_impls.insert(item.id().0);
        }
    }
    let is_implied_by_its_impl = |item: &PublicItem, line: &str| {
        item.parent_id().is_some_and(|id| trait_impls.contains(&id.0)) && !line.starts_with("pub type ")
    };
    Ok(items
        .into_iter()
        .map(|item| (item, item.to_string()))
        .filter(|(item, line)| !is_implied_by_its_impl(item, line))
        .map(|(_, line)| without_private_modules(&line, library))
        .filter(|line| !OMITTED.iter().any(|name| line.contains(&format!("{name} for "))))
        .collect())
}

/// Removes the modules from paths into our other crates: rustdoc names them by file, though the modules are private.
fn without_private_modules(line: &str, library: &str) -> String {
    let mut line = line.to_owned();
    for other in LIBRARIES.iter().filter(|other| **other != library) {
        let start = format!("{}::", other.replace('-', "_"));
        let mut parts = line.split(&start);
        let mut shortened = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let is_module = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_lowercase() || c == '_');
            let mut rest = part;
            while let Some((_, after)) = rest.split_once("::").filter(|(name, _)| is_module(name)) {
                rest = after;
            }
            shortened.extend([&start, rest]);
        }
        line = shortened;
    }
    line
}

fn rustdoc_json(library: &str) -> Result<PathBuf> {
    run_to_success(
        cargo()
            .args([
                "rustdoc",
                "--quiet",
                "--locked",
                "--lib",
                "--all-features",
                "--package",
                library,
            ])
            .arg("--target-dir")
            .arg(target())
            .args(["--", "-Z", "unstable-options", "--output-format", "json"])
            .env("RUSTDOC", env::current_exe()?)
            .env(RUSTDOC, "rustdoc"),
    )?;
    let json = target().join("doc").join(format!("{}.json", library.replace('-', "_")));
    let text = fs::read_to_string(&json).with_context(|| format!("cannot read {}", json.display()))?;
    if !text.contains(FORMAT) {
        let reason = "the JSON format of this rustdoc differs from that of Rust 1.95, which public-api supports";
        return Err(anyhow!(reason).context(Unavailable));
    }
    Ok(json)
}

/// Runs the rustdoc named by the variable, if cargo started this program as rustdoc.
///
/// Its JSON is unstable, so it needs `RUSTC_BOOTSTRAP`. Set for cargo, the variable would reach build scripts, some of
/// which depend on it, and recompile most dependencies.
pub(crate) fn as_rustdoc() -> Option<Result<()>> {
    let rustdoc = env::var_os(RUSTDOC)?;
    let mut command = Command::new(rustdoc);
    Some(run_to_success(
        command.args(env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1"),
    ))
}

/// Lines of only one side, with the sign of a diff.
fn differences(listed: &str, api: &[String]) -> Vec<String> {
    let listed: Vec<&str> = listed.lines().collect();
    let api: Vec<&str> = api.iter().map(String::as_str).collect();
    let only = |sign: char, here: &[&str], there: &[&str]| {
        let there: BTreeSet<&str> = there.iter().copied().collect();
        let lines = here.iter().filter(|line| !there.contains(*line));
        lines.map(|line| format!("{sign} {line}")).collect::<Vec<_>>()
    };
    let mut differences = only('-', &listed, &api);
    differences.extend(only('+', &api, &listed));
    differences
}

/// The foreign crates in these lines, each with the first line that names it.
fn foreign_crates(api: &[String]) -> BTreeMap<&str, &str> {
    let mut foreign = BTreeMap::new();
    for line in api {
        for name in crates(line) {
            let is_ours = LIBRARIES.iter().any(|library| library.replace('-', "_") == name);
            if !is_ours && !STANDARD.contains(&name) {
                foreign.entry(name).or_insert(&**line);
            }
        }
    }
    foreign
}

/// The first segments of the paths in a line.
fn crates(line: &str) -> impl Iterator<Item = &str> {
    let is_of_a_name = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices("::").filter_map(move |(end, _)| {
        let before = &line[..end];
        let name = &before[before.trim_end_matches(is_of_a_name).len()..];
        let is_first = !before.strip_suffix(name)?.ends_with("::");
        (is_first && name.starts_with(|first: char| first.is_lowercase())).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_the_first_segments_of_paths() {
        let line =
            "pub fn our_crate::Layer<S>::call(self, value: &http::Request<S::Body>) -> <S as tower::Service>::Error";
        let found: Vec<&str> = crates(line).collect();
        assert_eq!(found, ["our_crate", "http", "tower"]);
    }

    #[test]
    fn paths_into_our_other_crates_have_no_modules() {
        let line = "pub fn tracing_genai::call::Call::usage(&self, usage: &tracing_genai_usage::usage::Usage) -> core::fmt::Result";
        assert_eq!(
            without_private_modules(line, "tracing-genai"),
            "pub fn tracing_genai::call::Call::usage(&self, usage: &tracing_genai_usage::Usage) -> core::fmt::Result"
        );
    }

    #[test]
    fn differences_are_lines_of_only_one_side() {
        let api = ["pub fn b()".to_owned(), "pub fn c()".to_owned()];
        assert_eq!(
            differences("pub fn a()\npub fn b()\n", &api),
            ["- pub fn a()", "+ pub fn c()"]
        );
        assert!(differences("pub fn b()\npub fn c()\n", &api).is_empty());
    }
}
