//! Runs everything that must hold, a step at a time, and fails at the end if any of it did.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;

use crate::{backends, fuzz, imports, instructions, reference};

/// Arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only this step; may be repeated.
    #[arg(long, value_name = "STEP", value_parser = PossibleValuesParser::new(STEPS.iter().map(|step| step.name)))]
    only: Vec<String>,
    /// List the steps and run none.
    #[arg(long)]
    list: bool,
}

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<()>,
}

const STEPS: &[Step] = &[
    Step {
        name: "format",
        about: "cargo fmt --all --check",
        run: format,
    },
    Step {
        name: "lint",
        about: "clippy over every target with every feature, warnings denied",
        run: lint,
    },
    Step {
        name: "docs",
        about: "the documentation of every crate, warnings denied, and the page of names",
        run: docs,
    },
    Step {
        name: "imports",
        about: "no files of a crate import each other in a circle",
        run: || imports::run(&root()),
    },
    Step {
        name: "features",
        about: "each library crate alone with each of its features",
        run: features,
    },
    Step {
        name: "backends",
        about: "the real Collector, Jaeger, Prometheus and Redis",
        run: real_backends,
    },
    Step {
        name: "tests",
        about: "every test of the workspace, doc tests included",
        run: tests,
    },
    Step {
        name: "tests-all-features",
        about: "the tests of the crates that have features, with all of them",
        run: all_features,
    },
    Step {
        name: "instructions",
        about: "what a warm cost, reading the prices and an idle chunk may take, counted by valgrind",
        run: || instructions::run(in_ci()),
    },
    Step {
        name: "fuzz",
        about: "the readers of price files, of spans and of responses, for half a minute each",
        run: || fuzz::run(&root(), in_ci()),
    },
];

/// The crates a user can depend on, each of which must compile without what its neighbours happen to switch on.
const LIBRARIES: [&str; 7] = [
    "tracing-genai-semconv",
    "tracing-genai-usage",
    "tracing-genai-pricing",
    "tracing-genai-processor",
    "tracing-genai",
    "tracing-genai-http",
    "tracing-genai-adapters",
];

/// Those of them with features that a test of the whole workspace does not switch on.
const WITH_FEATURES: [&str; 4] = [
    "tracing-genai-pricing",
    "tracing-genai",
    "tracing-genai-http",
    "tracing-genai-adapters",
];

const CARGO_HACK: &str = "0.6.46";

/// Runs the steps in order, the later ones too when an earlier one failed.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.list {
        for step in STEPS {
            println!("{:<19} {}", step.name, step.about);
        }
        return Ok(());
    }
    let wanted = |step: &&Step| arguments.only.is_empty() || arguments.only.iter().any(|name| name == step.name);
    let mut outcomes = Vec::new();
    for step in STEPS.iter().filter(wanted) {
        println!("\n== {}: {}", step.name, step.about);
        let started = Instant::now();
        let outcome = (step.run)();
        if let Err(reason) = &outcome {
            println!("{}: {reason:#}", step.name);
        }
        outcomes.push((step.name, outcome.is_ok(), started.elapsed()));
    }
    summarise(&outcomes)
}

fn summarise(outcomes: &[(&str, bool, Duration)]) -> Result<()> {
    println!();
    for (name, passed, took) in outcomes {
        let verdict = if *passed { "passed" } else { "FAILED" };
        println!("{name:<19} {verdict} {:>7.1} s", took.as_secs_f64());
    }
    let failed: Vec<&str> = outcomes
        .iter()
        .filter(|(_, passed, _)| !passed)
        .map(|(name, _, _)| *name)
        .collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn format() -> Result<()> {
    run_to_success(cargo().args(["fmt", "--all", "--check"]))
}

fn lint() -> Result<()> {
    let what = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    run_to_success(cargo().args(what))
}

fn docs() -> Result<()> {
    reference::check(&root())?;
    run_to_success(
        cargo()
            .args(["doc", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

/// `--no-dev-deps` is not needed: since resolver 2 `cargo check` leaves the features of dev-dependencies out, and the flag
/// rewrites Cargo.toml while it runs.
fn features() -> Result<()> {
    have_cargo_hack()?;
    let fails = |library: &&str| {
        let checked = run_to_success(cargo().args(["hack", "check", "--each-feature", "--package", library]));
        checked.inspect_err(|reason| println!("{library}: {reason:#}")).is_err()
    };
    let failed: Vec<&str> = LIBRARIES.into_iter().filter(fails).collect();
    if !failed.is_empty() {
        bail!("do not compile with each feature alone: {}", failed.join(", "));
    }
    Ok(())
}

fn have_cargo_hack() -> Result<()> {
    let version = cargo().args(["hack", "--version"]).stderr(Stdio::null()).output()?;
    if version.status.success() {
        return Ok(());
    }
    run_to_success(cargo().args(["install", "cargo-hack", "--locked", "--version", CARGO_HACK]))
}

/// On a developer's machine a backend that cannot be had leaves its tests out, with a line that says so; in CI it fails.
fn real_backends() -> Result<()> {
    backends::run(&backends::Arguments {
        require: in_ci(),
        print: false,
    })
}

fn tests() -> Result<()> {
    cargo_test(&["--workspace"])
}

fn all_features() -> Result<()> {
    let packages = WITH_FEATURES.iter().flat_map(|package| ["--package", package]);
    cargo_test(&packages.chain(["--all-features"]).collect::<Vec<_>>())
}

/// The variables by which tests find data outside of the repository.
const DATA: &[&str] = &[
    "TRACING_GENAI_GOLDEN",
    "TRACING_GENAI_PRICES",
    "TRACING_GENAI_SECOND_PRICES",
    "TRACING_GENAI_USAGES",
    "TRACING_GENAI_RECORDINGS",
    "TRACING_GENAI_SEMCONV",
];

fn cargo_test(what: &[&str]) -> Result<()> {
    let folder = backends::folder()?;
    // What a test that passes says itself is not shown.
    for variable in DATA.iter().filter(|variable| env::var_os(variable).is_none()) {
        println!("left out: the tests of {variable}, which is not set");
    }
    run_to_success(
        cargo()
            .args(["test", "--no-fail-fast"])
            .args(what)
            .env("TRACING_GENAI_BACKENDS", folder),
    )
}

fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// The cargo that runs this chore, at the root of the workspace.
fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("..")
}

fn run_to_success(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{command:?} could not be run"))?;
    if !status.success() {
        bail!("{} ended with {status}", said(command));
    }
    Ok(())
}

/// The command as one would type it.
fn said(command: &Command) -> String {
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    format!("`cargo {}`", arguments.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_fails_with_the_names_of_all_failed_steps() {
        let took = Duration::from_secs(1);
        let outcomes = [("format", false, took), ("lint", true, took), ("tests", false, took)];
        assert_eq!(summarise(&outcomes).unwrap_err().to_string(), "failed: format, tests");
        assert!(summarise(&outcomes[1..2]).is_ok());
    }

    #[test]
    fn a_command_that_fails_is_told_as_one_would_type_it() {
        let reason = run_to_success(cargo().args(["no-such-chore", "--quiet"]).stderr(Stdio::null())).unwrap_err();
        assert!(
            reason
                .to_string()
                .starts_with("`cargo no-such-chore --quiet` ended with "),
            "{reason}"
        );
    }
}
