//! Counts how often one call was sent: a retry is part of its span, and should be seen in it.

pub(crate) const TARGET: &str = "tracing_genai::attempt";

/// Says that a request is being sent now, within the current GenAI span.
///
/// Call it where every attempt passes, beneath whatever retries: in a tower layer or a reqwest middleware. The second
/// and later attempts of a span are counted on it as `tracing_genai.retry.count`, and each shows there as an event. It
/// is an ordinary `tracing` event of the target `tracing_genai::attempt`; outside a GenAI span it counts nothing.
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
