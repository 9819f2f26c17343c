//! The cost of a span up to the batch queue, as ratios within one run, since machines differ.
//!
//! Limits: no slower than the bridge alone with its defaults, and at most 400 ns and 4 allocations above a bridge with
//! the same options.

mod paths;

use std::time::{Duration, Instant};

use paths::{DEFAULT, LEAN, OURS, OURS_DEFAULT, OURS_WITHOUT_HAND_OVER, Path};

const ROUNDS: u32 = 300;
const SPANS: u32 = 500;
const COUNTED: u64 = 200;

const MAX_NANOSECONDS_ABOVE: f64 = 400.0;
const MAX_ALLOCATIONS_ABOVE: u64 = 4;

struct Measured {
    name: &'static str,
    /// On the thread that ends the span.
    nanoseconds: f64,
    /// Until the exporter has the span.
    until_exported: f64,
    allocations: u64,
    bytes: u64,
}

fn main() {
    let is_check = std::env::args().any(|argument| argument == "--check");
    let paths = paths::all();
    // For a count of instructions: processed on this thread, so that no other thread's work varies it.
    if let Some(calls) = calls() {
        if let Some(path) = paths.iter().find(|path| path.name == OURS_WITHOUT_HAND_OVER) {
            path.within(|| (0..calls).for_each(|_| path.span()));
        }
        return;
    }
    let measured = measure(&paths);
    println!("one span, 12 GenAI attributes, into the batch queue");
    println!(
        "{:<34} {:>7} {:>6} {:>9} {:>7} {:>7}",
        "path", "ns", "ratio", "exported", "allocs", "bytes"
    );
    let of = |name: &str| measured.iter().find(|path| path.name == name);
    let Some(default) = of(DEFAULT) else { return };
    for path in &measured {
        let ratio = path.nanoseconds / default.nanoseconds;
        println!(
            "{:<34} {:>7.0} {:>6.2} {:>9.0} {:>7} {:>7}",
            path.name, path.nanoseconds, ratio, path.until_exported, path.allocations, path.bytes
        );
    }
    let mut holds = true;
    if let (Some(ours), Some(default)) = (of(OURS), of(DEFAULT)) {
        holds &= report(
            "ours is no slower than the bridge with its defaults",
            ours.nanoseconds <= default.nanoseconds,
        );
        holds &= report(
            "ours allocates no more than the bridge with its defaults",
            ours.allocations <= default.allocations,
        );
    }
    for (ours, bridge) in [(OURS, LEAN), (OURS_DEFAULT, DEFAULT)] {
        if let (Some(ours), Some(bridge)) = (of(ours), of(bridge)) {
            let above = ours.nanoseconds - bridge.nanoseconds;
            let more = ours.allocations.saturating_sub(bridge.allocations);
            let description = format!(
                "{}: {above:.0} ns and {more} allocations above the same bridge alone",
                ours.name
            );
            holds &= report(
                &description,
                above <= MAX_NANOSECONDS_ABOVE && more <= MAX_ALLOCATIONS_ABOVE,
            );
        }
    }
    if is_check && !holds {
        std::process::exit(1);
    }
}

/// The value of `--calls`.
fn calls() -> Option<u32> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--calls");
    arguments.nth(1)?.parse().ok()
}

fn report(description: &str, holds: bool) -> bool {
    println!("{} {description}", if holds { "  holds " } else { "  MISSED" });
    holds
}

/// The best of many rounds; paths alternate, so that a slow moment of the machine affects all of them.
fn measure(paths: &[Path]) -> Vec<Measured> {
    let mut best = vec![(Duration::MAX, Duration::MAX); paths.len()];
    for _ in 0..ROUNDS {
        for (path, (best, best_exported)) in paths.iter().zip(&mut best) {
            let started = Instant::now();
            path.within(|| {
                for _ in 0..SPANS {
                    path.span();
                }
            });
            *best = started.elapsed().min(*best);
            path.flush();
            *best_exported = started.elapsed().min(*best_exported);
        }
    }
    let a_span = |round: Duration| round.as_secs_f64() * 1e9 / f64::from(SPANS);
    let counted = |path: &Path| {
        let info = path.within(|| allocation_counter::measure(|| (0..COUNTED).for_each(|_| path.span())));
        path.flush();
        info
    };
    let both = paths.iter().zip(best);
    both.map(|(path, (best, best_exported))| {
        let allocated = counted(path);
        Measured {
            name: path.name,
            nanoseconds: a_span(best),
            until_exported: a_span(best_exported),
            allocations: allocated.count_total.div_ceil(COUNTED),
            bytes: allocated.bytes_total / COUNTED,
        }
    })
    .collect()
}
