//! One model call from command-line flags.

use tracing_genai_pricing::Reasons;
use tracing_genai_usage::{Unit, Usage};

use crate::{
    call::{ModelCall, PriceContext},
    call_table::Defaults,
};

/// All flags of a call, which conflict with a table.
pub(super) const NAMES: &[&str] = &[
    "provider",
    "model",
    "request_model",
    "server_address",
    "input_tokens",
    "output_tokens",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "reasoning_tokens",
    "input_audio",
    "output_audio",
    "units",
    "service_tier",
    "processing",
    "speed",
    "route",
    "search_type",
    "inference_geo",
];

/// The call and its usage. A count without a flag is not reported, which is not zero.
#[derive(clap::Args)]
pub(super) struct CallFlags {
    /// The provider as in `gen_ai.provider.name` or the catalogue: `openai`, `aws.bedrock`, `x-ai` [default: by the
    /// model's name]
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// The model that served the call
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// The requested model, used if --model is missing or unknown
    #[arg(long, value_name = "ID")]
    request_model: Option<String>,
    /// The host of the request, such as `api.openai.com`, used if the provider is unknown
    #[arg(long, value_name = "HOST")]
    server_address: Option<String>,
    /// Input tokens; see --counts for what they include
    #[arg(long, value_name = "COUNT")]
    input_tokens: Option<u64>,
    /// Output tokens, including reasoning
    #[arg(long, value_name = "COUNT")]
    output_tokens: Option<u64>,
    /// Input tokens read from the provider's cache
    #[arg(long, value_name = "COUNT")]
    cache_read: Option<u64>,
    /// Input tokens written to the provider's cache, of any lifetime
    #[arg(long, value_name = "COUNT")]
    cache_write: Option<u64>,
    /// Of these, tokens written for an hour
    #[arg(long, value_name = "COUNT")]
    cache_write_1h: Option<u64>,
    /// Output tokens of reasoning
    #[arg(long, value_name = "COUNT")]
    reasoning_tokens: Option<u64>,
    /// Input tokens of audio
    #[arg(long, value_name = "COUNT")]
    input_audio: Option<u64>,
    /// Output tokens of audio
    #[arg(long, value_name = "COUNT")]
    output_audio: Option<u64>,
    /// Any other count, such as `web_searches=3`; may be repeated
    #[arg(long = "unit", value_name = "NAME=COUNT", value_parser = unit)]
    units: Vec<(Unit, u64)>,
    #[command(flatten)]
    context: PriceContext,
}

impl CallFlags {
    pub(super) fn call(&self, defaults: Defaults) -> ModelCall {
        ModelCall {
            provider: self.provider.clone().unwrap_or_default(),
            server_address: self.server_address.clone(),
            response_model: self.model.clone(),
            request_model: self.request_model.clone(),
            usage: self.usage(),
            started: defaults.at,
            context: self.context.clone(),
            counts: defaults.counts.unwrap_or_default(),
            has_invalid_count: false,
            known_cost: None,
            reasons: Reasons::NONE,
        }
    }

    fn usage(&self) -> Usage {
        let named = [
            (Unit::InputTokens, self.input_tokens),
            (Unit::OutputTokens, self.output_tokens),
            (Unit::CacheReadTokens, self.cache_read),
            (Unit::CacheWriteTokens, self.cache_write),
            (Unit::CacheWrite1hTokens, self.cache_write_1h),
            (Unit::OutputReasoningTokens, self.reasoning_tokens),
            (Unit::InputAudioTokens, self.input_audio),
            (Unit::OutputAudioTokens, self.output_audio),
        ];
        let named = named.into_iter().filter_map(|(unit, count)| Some((unit, count?)));
        let mut usage = Usage::new();
        for (unit, count) in named.chain(self.units.iter().copied()) {
            usage.set(unit, count);
        }
        usage
    }
}

/// Parses `web_searches=3`.
fn unit(text: &str) -> Result<(Unit, u64), String> {
    let (name, count) = text.split_once('=').ok_or("write it like web_searches=3")?;
    let unit = Unit::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Unit::ALL.iter().map(|unit| unit.name()).collect();
        format!("no unit is called `{name}`; known units: {}", names.join(", "))
    })?;
    let count = count
        .parse()
        .map_err(|_| format!("`{count}` is not a count; write an integer, 0 or more"))?;
    Ok((unit, count))
}
