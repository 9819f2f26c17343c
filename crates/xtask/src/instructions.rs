//! Counts the instructions of a warm cost, of parsing the catalogue, of an idle chunk of a stream, of a request's body
//! and of a span: unlike times, counts are stable.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{apt, cargo::Unavailable};

/// Kinds of call in the benchmark, including unknown models.
const KINDS: u64 = 4;
const TIMES: u64 = 1_000;
/// Per cost, averaged over the kinds. The limit is 100 ns; 70 to 90 ns were measured at some 1,100 instructions.
const MOST_A_COST: u64 = 1_300;
/// Per parse of the embedded catalogue. The limit is 10 ms; 3 to 6 ms were measured at 24 million.
const MOST_READING: u64 = 40_000_000;

/// A benchmark whose argument says how often its calls are repeated.
struct Counted {
    what: &'static str,
    package: &'static str,
    bench: &'static str,
    /// Calls a repetition, over which the count is averaged.
    kinds: u64,
    most: u64,
}

const COUNTED: [Counted; 3] = [
    Counted {
        what: "an idle chunk",
        package: "tracing-genai-usage",
        bench: "stream",
        kinds: 3,
        // The limit is 50 ns; 28 to 40 ns were measured at some 430 instructions.
        most: 500,
    },
    Counted {
        what: "a request's body",
        package: "tracing-genai-usage",
        bench: "request",
        kinds: 4,
        // Of 20 KiB. 120,000 were measured, 7 µs; a full parse takes 158,000.
        most: 135_000,
    },
    // Of twelve attributes, from its start through all stages into the batch queue, the bridge and the SDK among them.
    Counted {
        what: "a span",
        package: "tracing-genai",
        bench: "span",
        kinds: 1,
        // Some 52,000 were measured, 6,000 of them for the redaction of its fields.
        most: 60_000,
    },
];

/// Fails if a cost, parsing the catalogue, an idle chunk, a request's body or a span takes too many instructions.
pub(crate) fn run() -> Result<()> {
    let valgrind = apt::obtain("valgrind", "valgrind").context(Unavailable)?;
    for counted in &COUNTED {
        counted.check(&valgrind)?;
    }
    let benchmark = built("tracing-genai-pricing", "cost")?;
    let once = count(&valgrind, &benchmark, 1)?;
    let often = count(&valgrind, &benchmark, 1 + TIMES)?;
    let a_cost = often.saturating_sub(once) / (TIMES * KINDS);
    println!("a warm cost      {a_cost:>10} instructions, at most {MOST_A_COST}");
    println!("the catalogue    {once:>10} instructions, at most {MOST_READING}");
    ensure!(a_cost > 0, "nothing was counted");
    ensure!(a_cost <= MOST_A_COST, "a warm cost takes too many instructions");
    ensure!(
        once <= MOST_READING,
        "reading the catalogue takes too many instructions"
    );
    Ok(())
}

impl Counted {
    fn check(&self, valgrind: &Path) -> Result<()> {
        let Self { what, most, .. } = self;
        let benchmark = built(self.package, self.bench)?;
        let once = count(valgrind, &benchmark, 1)?;
        let often = count(valgrind, &benchmark, 1 + TIMES)?;
        let each = often.saturating_sub(once) / (TIMES * self.kinds);
        println!("{what:<16} {each:>10} instructions, at most {most}");
        ensure!(each > 0, "nothing was counted");
        ensure!(each <= *most, "{what} takes too many instructions");
        Ok(())
    }
}

/// A benchmark, built with optimisation.
fn built(package: &str, bench: &str) -> Result<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["bench", "--package", package, "--bench", bench, "--no-run"])
        .output()
        .context("cargo bench did not start")?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the benchmark did not build: {stderr}");
    // `Executable benches/cost.rs (target/release/deps/cost-…)`
    let path = stderr
        .lines()
        .filter(|line| line.trim_start().starts_with("Executable"))
        .find_map(|line| line.rsplit_once('(')?.1.trim().strip_suffix(')'))
        .with_context(|| format!("no benchmark path in the output of cargo: {stderr}"))?;
    Ok(Path::new(path).to_owned())
}

fn count(valgrind: &Path, benchmark: &Path, times: u64) -> Result<u64> {
    let output = Command::new(valgrind)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(benchmark)
        .args(["--calls", &times.to_string()])
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("valgrind failed with {}: {stderr}", output.status);
    }
    let collected = stderr.lines().find_map(|line| line.split_once("Collected :"));
    let (_, count) = collected.with_context(|| format!("no count in the output of valgrind: {stderr}"))?;
    count.trim().parse().context("valgrind's count is not a number")
}
