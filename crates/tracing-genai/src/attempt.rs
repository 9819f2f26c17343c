//! Counts the requests of one call, so that retries show on its span.

pub(crate) const TARGET: &str = "tracing_genai::attempt";

/// Records that a request is sent now, within the current GenAI span.
///
/// Call it below the retry logic, where each attempt passes: in a tower layer or a reqwest middleware. Attempts after
/// the first are counted on the span as `tracing_genai.retry.count`, and each attempt is an event on it. It is an
/// ordinary `tracing` event of the target `tracing_genai::attempt`; outside a GenAI span it has no effect.
///
/// ```
/// let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
/// call.in_scope(|| {
///     tracing_genai::attempt(); // refused
///     tracing_genai::attempt(); // answered
/// });
/// ```
pub fn attempt() {
    tracing::info!(target: TARGET, "request sent");
}
