//! What a provider or gateway itself says that a call cost.

use tracing_genai_usage::Reading;

use crate::Usd;

/// The cost that a response states: the gateway's, and with it what one's own key paid upstream. `None` where it states
/// none, or only the part of it that is not the gateway's.
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
    // Providers write doubles, and those have more digits than money.
    let amount = |text: &str| Usd::parse_rounded(text).ok();
    let cost = reading.reported_cost.as_deref().and_then(amount)?;
    match reading.upstream_cost.as_deref() {
        Some(upstream) => cost.checked_add(amount(upstream)?),
        None => Some(cost),
    }
}
