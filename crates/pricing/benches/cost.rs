//! The cost of pricing a call: nanoseconds and allocations per run, best of many rounds.
//!
//! Run by `cargo xtask bench`. The project's limits: at most 100 ns for a warm lookup with its arithmetic, the same for
//! an unknown model, no allocation, and less than 10 ms to parse the catalogue.
//!
//! `--calls N` prices each kind of call N times without measuring, for instruction counts as in `cargo xtask test`.

use std::hint::black_box;
use std::time::{Duration, Instant, UNIX_EPOCH};

use tracing_genai_pricing::{CallContext, Catalogue, Counts, PriceQuery, Prices};
use tracing_genai_usage::{Unit, Usage};

const ROUNDS: u32 = 2_000;
const CALLS: u32 = 500;
const MOST_NANOSECONDS: f64 = 100.0;
const MOST_READING: Duration = Duration::from_millis(10);

fn main() {
    let is_check = std::env::args().any(|argument| argument == "--check");
    let started = Instant::now();
    black_box(Catalogue::embedded());
    let reading = started.elapsed();
    println!(
        "the embedded catalogue is read in {:.1} ms",
        reading.as_secs_f64() * 1e3
    );

    let usage = Usage::new()
        .with(Unit::InputTokens, 10_240)
        .with(Unit::CacheReadTokens, 8_192)
        .with(Unit::OutputTokens, 640)
        .with(Unit::OutputReasoningTokens, 100);
    let plain = PriceQuery::new("openai", &usage, UNIX_EPOCH + Duration::from_secs(1_795_176_000))
        .server_address("api.openai.com")
        .response_model("gpt-4o-2024-08-06")
        .request_model("gpt-4o")
        .counts(Counts::Inclusive);
    let calls = [
        ("plain, cached input", plain),
        (
            "tiers, a service tier",
            plain
                .response_model("gpt-6-sol")
                .context(CallContext::default().service_tier("flex")),
        ),
        ("another provider's model", plain.provider("azure.ai.openai")),
        ("unknown model", plain.response_model("my-finetune").request_model(None)),
    ];
    let prices = Prices::embedded();
    let only = std::env::args().skip_while(|argument| argument != "--calls").nth(1);
    if let Some(times) = only.and_then(|times| times.parse::<u32>().ok()) {
        for (_, call) in &calls {
            for _ in 0..times {
                black_box(prices.cost(black_box(call)));
            }
        }
        return;
    }
    let mut best = [Duration::MAX; 4];
    for _ in 0..ROUNDS {
        for ((_, call), best) in calls.iter().zip(&mut best) {
            let started = Instant::now();
            for _ in 0..CALLS {
                black_box(prices.cost(black_box(call)));
            }
            *best = started.elapsed().min(*best);
        }
    }
    let mut is_met = reading <= MOST_READING;
    println!("{:<26} {:>6} {:>7}", "one cost", "ns", "allocs");
    for ((name, call), best) in calls.iter().zip(best) {
        let nanoseconds = best.as_secs_f64() * 1e9 / f64::from(CALLS);
        let allocations = allocation_counter::measure(|| {
            black_box(prices.cost(black_box(call)));
        });
        println!("{name:<26} {nanoseconds:>6.1} {:>7}", allocations.count_total);
        is_met &= nanoseconds <= MOST_NANOSECONDS && allocations.count_total == 0;
    }
    println!("{}", if is_met { "  met" } else { "  MISSED" });
    if is_check && !is_met {
        std::process::exit(1);
    }
}
