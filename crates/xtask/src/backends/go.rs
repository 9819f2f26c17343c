//! Builds the backends from the Go module registry.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use super::cache::{OTELCOL_MANIFEST, Program};

/// Jaeger depends on a renamed module; this version still has the old path.
const JAEGER_REPLACEMENT: &str = "github.com/Shopify/sarama => github.com/Shopify/sarama v1.33.0";
const JAEGER: &str = "github.com/jaegertracing/jaeger";
const COLLECTOR_BUILDER: &str = "go.opentelemetry.io/collector/cmd/builder";

/// Fails with instructions if Go is missing.
pub(crate) fn is_installed() -> Result<()> {
    match Command::new("go").arg("version").stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => bail!("`go version` ended with {status}"),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("it is built with Go, which is not installed (https://go.dev/dl/)")
        }
        Err(error) => Err(error).context("`go version` could not be run"),
    }
}

/// Builds `program` and returns the binary, still in the workshop.
pub(crate) fn build(program: Program, workshop: &Workshop) -> Result<PathBuf> {
    let version = program.version();
    match program {
        Program::Otelcol => build_collector(workshop, version),
        Program::Jaeger => build_jaeger(workshop, version),
        Program::Prometheus | Program::Promtool => install_from_prometheus(workshop, program.name(), version),
    }
}

fn build_collector(workshop: &Workshop, version: &str) -> Result<PathBuf> {
    workshop.write("otelcol-manifest.yaml", OTELCOL_MANIFEST)?;
    let builder = format!("{COLLECTOR_BUILDER}@v{version}");
    let generated = workshop.go(
        ".",
        &[
            "run",
            &builder,
            "--config",
            "otelcol-manifest.yaml",
            "--skip-compilation",
        ],
    );
    // The builder writes the sources, then runs `go mod tidy`, which fails on removed modules of the components' own
    // tests. So the sources are checked, not the exit status.
    if !workshop.folder.join("otelcol").join("main.go").is_file() {
        generated?;
        bail!(
            "the Collector's builder wrote no sources; its log is {}",
            workshop.log.display()
        );
    }
    workshop.build("otelcol", ".")
}

fn build_jaeger(workshop: &Workshop, version: &str) -> Result<PathBuf> {
    // Jaeger's go.mod has replacements, which `go install` rejects; a separate module may have them.
    fs::create_dir(workshop.folder.join("jaeger"))?;
    workshop.write(
        "jaeger/go.mod",
        &format!("module backends\n\ngo 1.24\n\nrequire {JAEGER} v{version}\n\nreplace {JAEGER_REPLACEMENT}\n"),
    )?;
    workshop.build("jaeger", &format!("{JAEGER}/cmd/jaeger"))
}

fn install_from_prometheus(workshop: &Workshop, name: &str, version: &str) -> Result<PathBuf> {
    let package = format!("github.com/prometheus/prometheus/cmd/{name}@v{version}");
    // Without service discovery, which needs every cloud's client: the tests only send data.
    workshop.go(".", &["install", "-tags", "remove_all_sd", &package])?;
    Ok(workshop.folder.join(name))
}

/// The build folder, and the log of Go's output.
pub(crate) struct Workshop<'a> {
    folder: &'a Path,
    log: &'a Path,
    output: File,
}

impl<'a> Workshop<'a> {
    /// A workshop in `folder` that writes to a new `log`.
    pub(crate) fn new(folder: &'a Path, log: &'a Path) -> Result<Self> {
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        Ok(Self { folder, log, output })
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.folder.join(name), text).with_context(|| format!("cannot write {name}"))
    }

    /// Builds `package` as seen from the module in `module`; `-mod=mod` lets Go complete its go.mod and go.sum.
    fn build(&self, module: &str, package: &str) -> Result<PathBuf> {
        let binary = self.folder.join("built");
        let output = binary.to_str().context("the cache folder's name is not UTF-8")?;
        self.go(
            module,
            &[
                "build",
                "-mod=mod",
                "-trimpath",
                "-ldflags=-s -w",
                "-o",
                output,
                package,
            ],
        )?;
        Ok(binary)
    }

    fn go(&self, module: &str, arguments: &[&str]) -> Result<()> {
        let status = Command::new("go")
            .args(arguments)
            .current_dir(self.folder.join(module))
            .env("GOBIN", self.folder)
            // The Collector's builder leaves a temporary folder behind.
            .env("TMPDIR", self.folder)
            // The user's Go workspace must not apply.
            .env("GOWORK", "off")
            .stdin(Stdio::null())
            .stdout(self.output.try_clone()?)
            .stderr(self.output.try_clone()?)
            .status()?;
        if !status.success() {
            bail!(
                "`go {}` ended with {status}; the end of {}:\n{}",
                arguments.join(" "),
                self.log.display(),
                last_lines(self.log, 5)
            );
        }
        Ok(())
    }
}

fn last_lines(log: &Path, count: usize) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let end: Vec<&str> = lines.iter().skip(lines.len().saturating_sub(count)).copied().collect();
    end.join("\n")
}
