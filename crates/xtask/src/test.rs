//! Runs all checks, one step at a time, and fails at the end if any failed.

use std::{
    env,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::builder::PossibleValuesParser;

use crate::{
    api, backends,
    cargo::{LIBRARIES, Unavailable, cargo, obtain, root, run_to_success},
    deny, fuzz, imports, instructions, minimal_versions, msrv, reference, shared_data,
};

/// Arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only this step; may be repeated.
    #[arg(long, value_name = "STEP", value_parser = PossibleValuesParser::new(STEPS.iter().map(|step| step.name)))]
    only: Vec<String>,
    /// List the steps without running them.
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
        about: "no files of a crate import each other in a cycle",
        run: || imports::run(&root()),
    },
    Step {
        name: "features",
        about: "each library crate alone with each of its features",
        run: features,
    },
    Step {
        name: "msrv",
        about: "the published libraries with the oldest Rust they state",
        run: msrv::run,
    },
    Step {
        name: "minimal-versions",
        about: "the libraries with the oldest versions of their dependencies",
        run: minimal_versions::run,
    },
    Step {
        name: "deny",
        about: "licences, sources and banned crates among the dependencies",
        run: deny::run,
    },
    Step {
        name: "api",
        about: "the public API is that of docs/api, with no unexpected foreign types",
        run: api::check,
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
        about: "the instructions of a warm cost, of reading the prices, of an idle chunk and of a request, counted by valgrind",
        run: instructions::run,
    },
    Step {
        name: "fuzz",
        about: "the readers of price files, of spans and of responses, for half a minute each",
        run: || fuzz::run(&root()),
    },
];

/// The libraries with features that a test of the whole workspace does not enable.
const WITH_FEATURES: [&str; 5] = [
    "tracing-genai-pricing",
    "tracing-genai-processor",
    "tracing-genai",
    "tracing-genai-http",
    "tracing-genai-adapters",
];

const CARGO_HACK: &str = "0.6.46";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Passed,
    LeftOut,
    Failed,
}

/// Runs the steps in order, continuing after failures.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.list {
        for step in STEPS {
            println!("{:<19} {}", step.name, step.about);
        }
        return Ok(());
    }
    check_required()?;
    let wanted = |step: &&Step| arguments.only.is_empty() || arguments.only.iter().any(|name| name == step.name);
    let mut outcomes = Vec::new();
    for step in STEPS.iter().filter(wanted) {
        println!("\n== {}: {}", step.name, step.about);
        let started = Instant::now();
        let verdict = verdict((step.run)(), shared_data::is_required(step.name));
        outcomes.push((step.name, verdict, started.elapsed()));
    }
    summarise(&outcomes)
}

/// Fails if a required item is unknown, or is data whose variable is not set.
fn check_required() -> Result<()> {
    for name in shared_data::required() {
        let is_known = ["all", "data"].contains(&&*name) || STEPS.iter().any(|step| step.name == name);
        ensure!(is_known, "{} lists {name}, which is not a step", shared_data::REQUIRE);
    }
    let missing: Vec<_> = missing_data().collect();
    if !missing.is_empty() && shared_data::is_required("data") {
        bail!("{} lists data, so set {}", shared_data::REQUIRE, missing.join(", "));
    }
    Ok(())
}

/// Steps that this machine cannot run are skipped unless required.
fn verdict(outcome: Result<()>, is_required: bool) -> Verdict {
    let Err(reason) = outcome else {
        return Verdict::Passed;
    };
    println!("{reason:#}");
    if reason.is::<Unavailable>() && !is_required {
        Verdict::LeftOut
    } else {
        Verdict::Failed
    }
}

fn summarise(outcomes: &[(&str, Verdict, Duration)]) -> Result<()> {
    println!();
    for (name, verdict, took) in outcomes {
        let verdict = match verdict {
            Verdict::Passed => "passed",
            Verdict::LeftOut => "left out",
            Verdict::Failed => "FAILED",
        };
        println!("{name:<19} {verdict:<8} {:>7.1} s", took.as_secs_f64());
    }
    let failed: Vec<&str> = outcomes
        .iter()
        .filter(|(_, verdict, _)| *verdict == Verdict::Failed)
        .map(|(name, ..)| *name)
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

/// `--no-dev-deps` is unnecessary: since resolver 2 `cargo check` ignores the features of dev-dependencies, and the
/// flag rewrites Cargo.toml while it runs.
fn features() -> Result<()> {
    obtain("hack", CARGO_HACK)?;
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

fn real_backends() -> Result<()> {
    let required = backends::Arguments {
        require: true,
        print: false,
    };
    backends::run(&required).context(Unavailable)
}

fn tests() -> Result<()> {
    cargo_test(&["--workspace"])
}

fn all_features() -> Result<()> {
    let packages = WITH_FEATURES.iter().flat_map(|package| ["--package", package]);
    cargo_test(&packages.chain(["--all-features"]).collect::<Vec<_>>())
}

/// The variables of test data outside of the repository.
const DATA: &[&str] = &[
    "TRACING_GENAI_GOLDEN",
    "TRACING_GENAI_PRICES",
    "TRACING_GENAI_SECOND_PRICES",
    "TRACING_GENAI_USAGES",
    "TRACING_GENAI_RECORDINGS",
    "TRACING_GENAI_SEMCONV",
];

fn missing_data() -> impl Iterator<Item = &'static str> {
    let is_set = |variable: &&str| env::var_os(variable).is_some_and(|value| !value.is_empty());
    DATA.iter().copied().filter(move |variable| !is_set(variable))
}

fn cargo_test(what: &[&str]) -> Result<()> {
    let folder = backends::folder()?;
    // The test runner hides the output of passing tests.
    for variable in missing_data() {
        println!("left out: the tests of {variable}, which is not set");
    }
    run_to_success(
        cargo()
            .args(["test", "--no-fail-fast"])
            .args(what)
            .env("TRACING_GENAI_BACKENDS", folder),
    )
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn the_summary_fails_with_the_names_of_all_failed_steps() {
        use Verdict::{Failed, LeftOut, Passed};
        let took = Duration::from_secs(1);
        let outcomes = [
            ("format", Failed, took),
            ("lint", Passed, took),
            ("fuzz", LeftOut, took),
            ("tests", Failed, took),
        ];
        assert_eq!(summarise(&outcomes).unwrap_err().to_string(), "failed: format, tests");
        assert!(summarise(&outcomes[1..3]).is_ok());
    }

    #[test]
    fn a_step_is_left_out_only_if_the_machine_lacks_something() {
        let missing = || Err(anyhow!("Go is missing").context(Unavailable).context("no backends"));
        assert_eq!(verdict(missing(), false), Verdict::LeftOut);
        assert_eq!(verdict(missing(), true), Verdict::Failed);
        assert_eq!(verdict(Err(anyhow!("a test failed")), false), Verdict::Failed);
        assert_eq!(verdict(Ok(()), true), Verdict::Passed);
    }
}
