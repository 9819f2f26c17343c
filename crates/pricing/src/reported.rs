//! The cost of a call as reported by the provider or gateway.

use tracing_genai_usage::Reading;

use crate::Usd;

/// The cost reported in a response: the gateway's, plus the upstream cost paid with the user's own key. `None` if it
/// reports neither, or only the upstream part.
///
/// ```
/// use tracing_genai_pricing::{Usd, reported_cost};
/// use tracing_genai_usage::{Api, read_body};
///
/// let body = br#"{"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.5,"is_byok":true,
///     "cost_details":{"upstream_inference_cost":0.25}}}"#;
/// let reading = read_body(Api::OpenAiChat, body)?;
/// assert_eq!(reported_cost(&reading), Some("0.75".parse::<Usd>()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reported_cost(reading: &Reading) -> Option<Usd> {
    // Providers report doubles, which have more digits than a dollar amount.
    let amount = |text: &str| Usd::parse_rounded(text).ok();
    let cost = reading.reported_cost.as_deref().and_then(amount)?;
    match reading.upstream_cost.as_deref() {
        Some(upstream) => cost.checked_add(amount(upstream)?),
        None => Some(cost),
    }
}
