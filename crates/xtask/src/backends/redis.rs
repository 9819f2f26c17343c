//! Finds Redis, or installs it with apt-get where that is possible.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// The `redis-server` on the PATH.
pub(crate) fn find() -> Result<PathBuf> {
    on_path("redis-server").context("redis-server is not on the PATH")
}

/// The `redis-server` on the PATH, which is installed first if it is missing, root is running this and apt-get is here.
pub(crate) fn obtain() -> Result<PathBuf> {
    if let Ok(path) = find() {
        return Ok(path);
    }
    if on_path("apt-get").is_none() {
        bail!("redis-server is not on the PATH, and there is no apt-get to install it with");
    }
    if !is_root()? {
        bail!("redis-server is not on the PATH, and only root may install it: `sudo apt-get install redis-server`");
    }
    println!("{:<11} is being installed with apt-get", "redis");
    apt_get(&["update"])?;
    apt_get(&["install", "--yes", "--no-install-recommends", "redis-server"])?;
    find()
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let output = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`apt-get {}` ended with {}: {}",
            arguments.join(" "),
            output.status,
            said.trim()
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

fn on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| Path::is_file(path))
}
