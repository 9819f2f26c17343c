//! The cost of an idle chunk of a stream, which has only a piece of content: nanoseconds per run, best of many rounds,
//! compared to a full parse.
//!
//! Run by `cargo xtask bench`. The limit is 50 ns for a chunk of server-sent events; a test checks that none allocates.
//!
//! `--calls N` reads each kind of limited chunk N times without measuring, for instruction counts as in `cargo xtask
//! test`.

#[path = "chunks/mod.rs"]
mod chunks;

use std::hint::black_box;
use std::time::{Duration, Instant};

use chunks::{CHUNKS, Chunk};
use tracing_genai_usage::ResponseReader;

const ROUNDS: u32 = 2_000;
const READS: usize = 500;
const MOST_NANOSECONDS: f64 = 50.0;

fn main() {
    let is_check = std::env::args().any(|argument| argument == "--check");
    let only = std::env::args().skip_while(|argument| argument != "--calls").nth(1);
    if let Some(times) = only.and_then(|times| times.parse::<usize>().ok()) {
        for chunk in CHUNKS.iter().filter(|chunk| chunk.is_limited) {
            let mut reader = chunk.opened(ResponseReader::new);
            for idle in chunk.idle().iter().cycle().take(times) {
                black_box(reader.push(black_box(idle)));
            }
        }
        return;
    }
    let mut missed = false;
    println!(
        "{:<28} {:>7} {:>12} {:>12}",
        "an idle chunk of", "bytes", "filtered", "parsed"
    );
    for chunk in CHUNKS {
        let filtered = nanoseconds(chunk.opened(ResponseReader::new), chunk);
        let parsed = nanoseconds(chunk.opened(ResponseReader::parsing_everything), chunk);
        println!(
            "{:<28} {:>7} {filtered:>9.1} ns {parsed:>9.1} ns",
            chunk.of,
            chunk.idle.len()
        );
        missed |= chunk.is_limited && filtered > MOST_NANOSECONDS;
    }
    if is_check && missed {
        eprintln!("an idle chunk takes more than {MOST_NANOSECONDS} ns");
        std::process::exit(1);
    }
}

fn nanoseconds(mut reader: ResponseReader, chunk: &Chunk) -> f64 {
    let (idle, mut best) = (chunk.idle(), Duration::MAX);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for idle in idle.iter().cycle().take(READS) {
            black_box(reader.push(black_box(idle)));
        }
        best = best.min(started.elapsed());
    }
    best.as_secs_f64() * 1e9 / 500.0
}
