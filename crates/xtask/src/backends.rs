//! Provides the real backends: builds the Collector, Jaeger and Prometheus once into a cache, and installs Redis if
//! possible.

mod cache;
mod go;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use cache::Program;

use crate::apt;

/// Arguments of `cargo xtask backends`.
#[derive(clap::Args, Default)]
pub(crate) struct Arguments {
    /// Fail if a backend is missing, instead of only listing it.
    #[arg(long)]
    pub(crate) require: bool,
    /// Print the path of each backend, without building or installing.
    #[arg(long)]
    pub(crate) print: bool,
}

/// Builds and installs missing backends and prints all paths; failures are listed with the reason.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let folder = folder()?;
    let mut missing = Vec::new();
    for program in Program::ALL {
        let found = if arguments.print {
            find(program, &folder)
        } else {
            obtain(program, &folder)
        };
        report(program.name(), found, &mut missing);
    }
    report(
        "redis",
        if arguments.print {
            apt::find("redis-server")
        } else {
            apt::obtain("redis-server", "redis-server")
        },
        &mut missing,
    );
    if arguments.require && !missing.is_empty() {
        bail!("required, but not here: {}", missing.join(", "));
    }
    Ok(())
}

/// The folder of the backends.
pub(crate) fn folder() -> Result<PathBuf> {
    cache::folder().context("no cache folder: set TRACING_GENAI_BACKENDS or HOME")
}

fn report(name: &'static str, found: Result<PathBuf>, missing: &mut Vec<&'static str>) {
    match found {
        Ok(path) => println!("{name:<11} {}", path.display()),
        Err(reason) => {
            println!("{name:<11} not here: {reason:#}");
            missing.push(name);
        }
    }
}

fn find(program: Program, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(program.file_name());
    if !path.is_file() {
        bail!("{} does not exist; `cargo xtask backends` makes it", path.display());
    }
    Ok(path)
}

/// Builds `program` in a folder beside its final path, so that an incomplete binary never has its name.
fn obtain(program: Program, folder: &Path) -> Result<PathBuf> {
    if let Ok(path) = find(program, folder) {
        return Ok(path);
    }
    go::is_installed()?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let name = program.file_name();
    let log = folder.join(format!("{name}.log"));
    println!(
        "{:<11} is being built, which takes minutes; log: {}",
        program.name(),
        log.display()
    );
    let workshop = tempfile::Builder::new().prefix(".building-").tempdir_in(folder)?;
    let built = go::build(program, &go::Workshop::new(workshop.path(), &log)?)?;
    let path = folder.join(&name);
    fs::rename(&built, &path).with_context(|| format!("cannot move {} to {}", built.display(), path.display()))?;
    fs::remove_file(&log)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_by_version() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("jaeger-1.64.0"), "").unwrap();
        assert!(find(Program::Jaeger, folder.path()).is_err());

        fs::write(folder.path().join("jaeger-1.65.0"), "").unwrap();
        assert_eq!(
            find(Program::Jaeger, folder.path()).unwrap(),
            folder.path().join("jaeger-1.65.0")
        );
    }

    #[test]
    fn existing_programs_are_not_rebuilt() {
        let folder = tempfile::tempdir().unwrap();
        for program in Program::ALL {
            let path = folder.path().join(program.file_name());
            fs::write(&path, "built before").unwrap();

            assert_eq!(obtain(program, folder.path()).unwrap(), path);
            assert_eq!(fs::read_to_string(&path).unwrap(), "built before");
        }
    }

    #[test]
    fn missing_backends_are_listed() {
        let mut missing = Vec::new();
        report("jaeger", Ok(PathBuf::from("jaeger-1.65.0")), &mut missing);
        report("otelcol", Err(anyhow::anyhow!("Go is missing")), &mut missing);
        assert_eq!(missing, ["otelcol"]);
    }
}
