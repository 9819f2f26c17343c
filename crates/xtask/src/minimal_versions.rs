//! Checks the libraries with the oldest allowed versions of their dependencies.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cargo::{LIBRARIES, Unavailable, cargo, root, run_to_success, target};

/// Checks a second workspace of the same sources, whose Cargo.lock differs only in the direct dependencies.
pub(crate) fn run() -> Result<()> {
    let workspace = target().join("minimal-versions");
    fs::create_dir_all(&workspace)?;
    for name in ["Cargo.toml", "crates", "examples", "tests"] {
        link(&root().canonicalize()?.join(name), &workspace.join(name)).context(Unavailable)?;
    }
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    fs::write(workspace.join("Cargo.lock"), without(&lock, &direct_dependencies()?))?;
    resolve(&workspace)?;
    run_to_success(cargo().current_dir(&workspace).args(["fetch", "--locked"])).context(Unavailable)?;
    run_to_success(
        cargo()
            .current_dir(&workspace)
            .args(["check", "--locked", "--all-features"])
            .args(LIBRARIES.iter().flat_map(|name| ["--package", name]))
            .arg("--target-dir")
            .arg(target()),
    )
}

fn direct_dependencies() -> Result<BTreeSet<String>> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata printed no JSON")?;
    let array = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let packages = array(&metadata, "packages");
    let dependencies = packages.iter().flat_map(|package| array(package, "dependencies"));
    let of_a_registry = dependencies.filter(|dependency| dependency.get("source").is_some_and(Value::is_string));
    Ok(of_a_registry
        .filter_map(|dependency| Some(dependency.get("name")?.as_str()?.to_owned()))
        .collect())
}

/// The lock file without these packages, so that cargo resolves them again and keeps all others.
fn without(lock: &str, packages: &BTreeSet<String>) -> String {
    let stays = |block: &&str| {
        let name = block
            .lines()
            .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        !name.is_some_and(|name| packages.contains(name))
    };
    lock.split_inclusive("\n\n").filter(stays).collect()
}

/// The flag is unstable, so cargo needs `RUSTC_BOOTSTRAP`. Nothing is compiled here, so no build script reads the
/// variable.
fn resolve(workspace: &Path) -> Result<()> {
    let output = cargo()
        .current_dir(workspace)
        .args(["update", "--workspace", "-Z", "direct-minimal-versions"])
        .env("RUSTC_BOOTSTRAP", "1")
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let reason = anyhow::anyhow!("{}", String::from_utf8_lossy(&output.stderr));
    if reason.to_string().contains("failed to select a version") {
        return Err(reason.context("a manifest states a version that is too old"));
    }
    Err(reason.context(Unavailable))
}

/// Creates a link to `original`.
fn link(original: &Path, link: &Path) -> Result<()> {
    if link.is_symlink() {
        fs::remove_file(link)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(original, link)?;
    #[cfg(not(unix))]
    anyhow::bail!("{} cannot be linked to {}", link.display(), original.display());
    #[cfg(unix)]
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_packages_are_removed_from_a_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"bytes\"\ndependencies = [\n \"http\",\n]\n\n\
                    [[package]]\nname = \"http\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"http-body\"\n";
        assert_eq!(
            without(lock, &["http".to_owned()].into()),
            "version = 4\n\n[[package]]\nname = \"bytes\"\ndependencies = [\n \"http\",\n]\n\n[[package]]\nname = \"http-body\"\n"
        );
    }
}
