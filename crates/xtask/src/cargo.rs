//! Runs cargo and its subcommands at the root of the workspace.

use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// The published crates, each of which must compile without features enabled only by other crates.
pub(crate) const LIBRARIES: [&str; 8] = [
    "tracing-genai-semconv",
    "tracing-genai-message",
    "tracing-genai-usage",
    "tracing-genai-pricing",
    "tracing-genai-processor",
    "tracing-genai",
    "tracing-genai-http",
    "tracing-genai-adapters",
];

/// The context of an error if this machine lacks a program or data: the step is skipped.
#[derive(Debug)]
pub(crate) struct Unavailable;

impl fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not available on this machine")
    }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("..")
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The cargo of this task, at the root of the workspace.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Installs the cargo subcommand `name` if it is missing. Compiled without optimisation, which takes a third of the
/// time.
pub(crate) fn obtain(name: &str, version: &str) -> Result<()> {
    if succeeds(cargo().args([name, "--version"])) {
        return Ok(());
    }
    let package = format!("cargo-{name}");
    run_to_success(cargo().args(["install", &package, "--locked", "--debug", "--version", version]))
        .context(Unavailable)
}

/// Whether `command` succeeds; discards its output.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

pub(crate) fn run_to_success(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{} could not be run", as_typed(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", as_typed(command));
    }
    Ok(())
}

/// The command as typed in a shell.
fn as_typed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = [program].into_iter().chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_reported_as_typed() {
        let reason = run_to_success(cargo().args(["no-such-command", "--quiet"]).stderr(Stdio::null())).unwrap_err();
        assert!(
            reason
                .to_string()
                .starts_with("`cargo no-such-command --quiet` ended with "),
            "{reason}"
        );
    }
}
