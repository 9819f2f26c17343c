//! The arguments of the demo.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::builder::NonEmptyStringValueParser;
use reqwest::Url;

/// Runs the demo. `OTEL_EXPORTER_OTLP_ENDPOINT` sends the same spans to a backend.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// An OpenAI-compatible provider instead of the built-in one, such as `https://api.openai.com/v1`
    #[arg(long, value_name = "URL", conflicts_with = "recordings")]
    pub(super) base_url: Option<Url>,
    /// The provider's name on the spans (`gen_ai.provider.name`), which selects the prices: a local server named
    /// `openai` has OpenAI's prices; named `ollama`, it has none
    #[arg(
        long,
        value_name = "NAME",
        default_value = "openai",
        requires = "base_url",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(super) provider: String,
    /// The environment variable that holds the provider's API key
    #[arg(long, value_name = "NAME", requires = "base_url")]
    pub(super) api_key_env: Option<String>,
    /// The model that answers the question
    #[arg(long, default_value = "gpt-4o-mini", conflicts_with = "recordings")]
    pub(super) model: String,
    /// Replays the recorded exchanges in this folder instead of running the agent
    #[arg(long, value_name = "DIR")]
    pub(super) recordings: Option<PathBuf>,
    /// The maximum number of recorded calls to replay, 1 or more
    #[arg(long, value_name = "N", requires = "recordings")]
    pub(super) limit: Option<NonZeroUsize>,
    /// The file for the trace as OTLP JSON lines [default: target/demo.otlp.jsonl, or a temporary file]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}
