//! The cost of reading the parameters of a request's body: the time of ordinary bodies, best of many rounds, and of the
//! slices of bodies that were made to be slow.
//!
//! Run by `cargo xtask bench`. Nine slices of ten may take 500 µs, half of what watching may add to a poll; the longest
//! says more about the machine. `--calls N` reads each ordinary body N times without measuring, for instruction counts as
//! in `cargo xtask test`.

#[path = "bodies/mod.rs"]
mod bodies;

use std::hint::black_box;
use std::time::{Duration, Instant};

use tracing_genai_usage::{RequestReader, read_request};

const ROUNDS: u32 = 200;
const HOSTILE_BYTES: usize = 8 << 20;
const MOST_A_SLICE: Duration = Duration::from_micros(500);

fn main() {
    let is_check = std::env::args().any(|argument| argument == "--check");
    let only = std::env::args().skip_while(|argument| argument != "--calls").nth(1);
    if let Some(times) = only.and_then(|times| times.parse::<usize>().ok()) {
        for (_, body) in bodies::ordinary() {
            for _ in 0..times {
                black_box(read_request(black_box(body.as_bytes())));
            }
        }
        return;
    }
    for (of, body) in bodies::ordinary() {
        let mut best = Duration::MAX;
        for _ in 0..ROUNDS {
            let started = Instant::now();
            black_box(read_request(black_box(body.as_bytes())));
            best = best.min(started.elapsed());
        }
        println!("{of:<24} {:>9} bytes {best:>10.1?}", body.len());
    }
    let mut missed = false;
    let mut bodies: Vec<_> = bodies::hostile(HOSTILE_BYTES)
        .into_iter()
        .map(|(of, body)| (of, body, None))
        .collect();
    bodies.push((
        "a form",
        bodies::hostile_form(HOSTILE_BYTES),
        Some("multipart/form-data; boundary=b"),
    ));
    let forms = bodies::hostile_forms(HOSTILE_BYTES).into_iter();
    bodies.extend(forms.map(|(of, form)| (of, form, Some("multipart/form-data; boundary=b"))));
    for (of, body, content_type) in bodies {
        let slices = slices(&body, content_type);
        let slow = slices.get(slices.len() * 9 / 10).copied().unwrap_or_default();
        println!(
            "{of:<24} {:>9} bytes {:>10.1?} in {:>4} slices, nine of ten in {slow:.1?}",
            body.len(),
            slices.iter().sum::<Duration>(),
            slices.len()
        );
        missed |= slow > MOST_A_SLICE;
    }
    if is_check && missed {
        eprintln!("a slice takes more than {MOST_A_SLICE:?}");
        std::process::exit(1);
    }
}

/// The times of a body's slices, from the shortest to the longest.
fn slices(body: &[u8], content_type: Option<&str>) -> Vec<Duration> {
    let mut reader = RequestReader::new(content_type);
    let (mut rest, mut slices) = (body, Vec::new());
    while !rest.is_empty() {
        let started = Instant::now();
        let read = reader.push_slice(black_box(rest));
        slices.push(started.elapsed());
        rest = rest.get(read..).unwrap_or_default();
    }
    black_box(reader.finish());
    slices.sort_unstable();
    slices
}
