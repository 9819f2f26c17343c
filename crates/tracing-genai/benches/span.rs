//! What a span costs on its way into the batch queue: ratios of one run, since machines differ and are never quiet.
//!
//! `cargo xtask bench` runs it with and without bound instruments. The bars are the project's: no dearer than the bridge
//! alone with its defaults, and at most 400 ns and 4 allocations above a bridge with the same options.

mod paths;

use std::time::{Duration, Instant};

use paths::{DEFAULT, LEAN, OURS, OURS_DEFAULT, Path};

const ROUNDS: u32 = 40;
const SPANS: u32 = 5_000;

const MOST_NANOSECONDS_ABOVE: f64 = 400.0;
const MOST_ALLOCATIONS_ABOVE: u64 = 4;

struct Measured {
    name: &'static str,
    nanoseconds: f64,
    allocations: u64,
    bytes: u64,
}

fn main() {
    let is_check = std::env::args().any(|argument| argument == "--check");
    let paths = paths::all();
    let measured = measure(&paths);
    println!(
        "one span, 12 GenAI attributes, into the batch queue; bound instruments {}",
        if cfg!(feature = "bound-instruments") {
            "on"
        } else {
            "off"
        }
    );
    println!(
        "{:<34} {:>9} {:>7} {:>7} {:>8}",
        "path", "ns", "ratio", "allocs", "bytes"
    );
    let of = |name: &str| measured.iter().find(|path| path.name == name);
    let Some(default) = of(DEFAULT) else { return };
    for path in &measured {
        let ratio = path.nanoseconds / default.nanoseconds;
        println!(
            "{:<34} {:>9.0} {:>7.2} {:>7} {:>8}",
            path.name, path.nanoseconds, ratio, path.allocations, path.bytes
        );
    }
    let mut holds = true;
    if let (Some(ours), Some(default)) = (of(OURS), of(DEFAULT)) {
        holds &= bar(
            "ours is no slower than the bridge with its defaults",
            ours.nanoseconds <= default.nanoseconds,
        );
        holds &= bar(
            "ours allocates no more than the bridge with its defaults",
            ours.allocations <= default.allocations,
        );
    }
    for (ours, bridge) in [(OURS, LEAN), (OURS_DEFAULT, DEFAULT)] {
        if let (Some(ours), Some(bridge)) = (of(ours), of(bridge)) {
            let above = ours.nanoseconds - bridge.nanoseconds;
            let more = ours.allocations.saturating_sub(bridge.allocations);
            let says = format!(
                "{}: {above:.0} ns and {more} allocations above the same bridge alone",
                ours.name
            );
            holds &= bar(&says, above <= MOST_NANOSECONDS_ABOVE && more <= MOST_ALLOCATIONS_ABOVE);
        }
    }
    if is_check && !holds {
        std::process::exit(1);
    }
}

fn bar(says: &str, holds: bool) -> bool {
    println!("{} {says}", if holds { "  holds " } else { "  MISSED" });
    holds
}

/// The best of many rounds, taken in turns, so that a slow moment of the machine meets every path.
fn measure(paths: &[Path]) -> Vec<Measured> {
    let mut best = vec![Duration::MAX; paths.len()];
    for _ in 0..ROUNDS {
        for (path, best) in paths.iter().zip(&mut best) {
            let elapsed = path.within(|| {
                let started = Instant::now();
                for _ in 0..SPANS {
                    path.span();
                }
                started.elapsed()
            });
            path.flush();
            *best = elapsed.min(*best);
        }
    }
    paths.iter().zip(best).map(|(path, best)| counted(path, best)).collect()
}

fn counted(path: &Path, best: Duration) -> Measured {
    const COUNTED: u64 = 200;
    let info = path.within(|| {
        allocation_counter::measure(|| {
            for _ in 0..COUNTED {
                path.span();
            }
        })
    });
    path.flush();
    Measured {
        name: path.name,
        nanoseconds: best.as_secs_f64() * 1e9 / f64::from(SPANS),
        allocations: info.count_total.div_ceil(COUNTED),
        bytes: info.bytes_total / COUNTED,
    }
}
