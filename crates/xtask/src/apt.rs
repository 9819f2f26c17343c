//! Finds a program, or installs it with apt-get.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// The program on the PATH.
pub(crate) fn find(program: &str) -> Result<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| Path::is_file(path))
        .with_context(|| format!("{program} is not on the PATH"))
}

/// The program on the PATH; if it is missing, this is root and apt-get exists, `package` is installed first.
pub(crate) fn obtain(program: &str, package: &str) -> Result<PathBuf> {
    if let Ok(path) = find(program) {
        return Ok(path);
    }
    if find("apt-get").is_err() {
        bail!("{program} is not on the PATH, and apt-get is missing");
    }
    if !is_root()? {
        bail!("{program} is not on the PATH, and only root may install it: `sudo apt-get install {package}`");
    }
    println!("{package:<11} is being installed with apt-get");
    apt_get(&["update"])?;
    apt_get(&["install", "--yes", "--no-install-recommends", package])?;
    find(program)
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let output = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`apt-get {}` ended with {}: {}",
            arguments.join(" "),
            output.status,
            stderr.trim()
        );
    }
    Ok(())
}

fn is_root() -> Result<bool> {
    let output = Command::new("id")
        .arg("-u")
        .output()
        .context("`id -u` could not be run")?;
    Ok(output.stdout.trim_ascii() == b"0")
}
