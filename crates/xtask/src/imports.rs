//! Lists import cycles: files of a crate that import each other, directly or through other files.
//!
//! A file may import siblings and children, but no file that imports it.

mod crate_files;
mod cycles;
mod parsed;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate_files::CrateFiles;
use cycles::{Cycle, cycles};

/// Fails if files of a crate import each other in a cycle.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut failed = Vec::new();
    for folder in crates(root)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let imports = CrateFiles::read(&folder.join("src"))?.imports();
        let cycles = cycles(&imports.with_context(|| format!("in {}", folder.display()))?);
        for cycle in &cycles {
            print(&name, cycle);
        }
        if !cycles.is_empty() {
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("cycles of files: {}", failed.join(", "));
    }
    Ok(())
}

/// The folders of the crates, by name.
fn crates(root: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join("crates");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut crates: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    crates.retain(|path| path.join("Cargo.toml").exists());
    crates.sort();
    Ok(crates)
}

fn print(name: &str, cycle: &Cycle) {
    println!("{name}: a cycle of {}", cycle.files.join(", "));
    for import in &cycle.imports {
        println!("    {}:{} imports {}", import.from, import.line, import.to);
    }
}
