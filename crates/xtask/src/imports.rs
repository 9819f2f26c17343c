//! Lists the circles of files: files of a crate that import each other, directly or through further files.
//!
//! A file imports a sibling or a child. It never imports a file that imports it.

mod circles;
mod crate_files;
mod parsed;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use circles::{Circle, circles};
use crate_files::CrateFiles;

/// Fails where files of a crate import each other in a circle.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut failed = Vec::new();
    for folder in crates(root)? {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let imports = CrateFiles::read(&folder.join("src"))?.imports();
        let circles = circles(&imports.with_context(|| format!("in {}", folder.display()))?);
        for circle in &circles {
            print(&name, circle);
        }
        if !circles.is_empty() {
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("circles of files: {}", failed.join(", "));
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

fn print(name: &str, circle: &Circle) {
    println!("{name}: a circle of {}", circle.files.join(", "));
    for import in &circle.imports {
        println!("    {}:{} imports {}", import.from, import.line, import.to);
    }
}
