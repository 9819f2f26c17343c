//! Distinguishes usage counts from costs and durations by name.

/// The prefixes of usage attributes.
pub const USAGE_PREFIXES: [&str; 4] = ["gen_ai.usage.", "llm.usage.", "llm.token_count.", "ai.usage."];

/// Whether the name is a usage count, known to [`meaning`](crate::meaning) or not. Costs and durations are not counts.
///
/// ```
/// use tracing_genai_semconv::{counts_usage, meaning};
///
/// assert!(counts_usage("gen_ai.usage.poems") && meaning("gen_ai.usage.poems").is_none());
/// assert!(!counts_usage("gen_ai.request.seed") && !counts_usage("gen_ai.usage.cost_usd"));
/// ```
pub fn counts_usage(name: &str) -> bool {
    usage_key_path(name).is_some() && !is_cost_or_duration(name)
}

/// The part after the prefix of a usage attribute, a path in a usage object: `gen_ai.usage.prompt_tokens_details` is
/// `prompt_tokens_details` in a provider's usage. `None` for other attributes.
pub fn usage_key_path(name: &str) -> Option<&str> {
    // Fast path: the first byte rules out most other names.
    if !matches!(name.as_bytes().first(), Some(b'a' | b'g' | b'l')) {
        return None;
    }
    USAGE_PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix))
}

/// Whether the last part of a name means a cost, a duration or a rate.
pub fn is_cost_or_duration(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    COSTS_AND_DURATIONS.iter().any(|known| is_spelled(last, known))
}

/// Whether a number is finite and above zero. Other numbers do not affect the cost.
pub const fn is_count(number: f64) -> bool {
    number > 0.0 && number.is_finite()
}

/// As [`is_count`], for a number exported as text.
pub fn is_count_text(text: &str) -> bool {
    text.trim().parse().is_ok_and(is_count)
}

/// Whether `name`, in snake or camel case, equals `snake`.
pub(super) fn is_spelled(name: &str, snake: &str) -> bool {
    let mut expected = snake.bytes();
    for byte in name.bytes() {
        if byte.is_ascii_uppercase() && expected.next() != Some(b'_') {
            return false;
        }
        if expected.next() != Some(byte.to_ascii_lowercase()) {
            return false;
        }
    }
    expected.next().is_none()
}

/// Whether `key`, in snake or camel case, begins with `start`, which ends with a dot.
pub(super) fn begins(key: &str, start: &str) -> bool {
    let dots = start.bytes().filter(|byte| *byte == b'.').count();
    let mut ends = key.bytes().enumerate().filter(|(_, byte)| *byte == b'.');
    let end = ends.nth(dots.saturating_sub(1));
    end.and_then(|(at, _)| key.get(..=at))
        .is_some_and(|begin| is_spelled(begin, start))
}

/// Names of costs, durations and rates among counts.
const COSTS_AND_DURATIONS: &[&str] = &[
    "cost",
    "cost_usd",
    "cost_in_usd_ticks",
    "estimated_cost",
    "total_cost",
    "total_cost_usd",
    "input_cost",
    "input_cost_usd",
    "output_cost",
    "output_cost_usd",
    "prompt_cost",
    "completion_cost",
    "request_cost",
    "reasoning_cost",
    "cached_cost",
    "cache_read_cost",
    "cache_write_cost",
    "cache_creation_cost",
    "latency",
    "latency_ms",
    "latency_seconds",
    "duration",
    "duration_ms",
    "duration_seconds",
    "response_time",
    "response_time_ms",
    "queue_time",
    "prompt_time",
    "completion_time",
    "total_time",
    "total_time_sec",
    "total_prompt_time_sec",
    "total_completion_time_sec",
    "time_to_first_token",
    "time_to_first_token_ms",
    "ttft",
    "ttft_ms",
    "tokens_per_second",
    "avg_tok_per_sec",
    "avg_prompt_tok_per_sec",
    "avg_compl_tok_per_sec",
    "total_duration",
    "load_duration",
    "prompt_eval_duration",
    "eval_duration",
];
