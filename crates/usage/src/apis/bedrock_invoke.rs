//! Bedrock's `InvokeModel`: a model answers in its vendor's format, and Bedrock adds its own counts to the end of a
//! stream.
//!
//! Source: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html>, one page per vendor.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::chat_usage::Excluded;
use super::gather::{EventKeys, Gather};
use super::{anthropic, bedrock_converse, openai_chat};
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::Figures;
use crate::provider_error::provider_error;
use crate::reading::Reading;
use crate::unit::Unit;

/// A stream event, whose bytes are the vendor's JSON.
#[derive(Deserialize)]
struct Chunk {
    bytes: String,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default, borrow)]
    usage: Field<'a>,
    /// Anthropic's stream begins with the message.
    #[serde(default, borrow, rename = "type")]
    kind: Field<'a>,
    /// Amazon's own models stream Converse's events, each under its name.
    #[serde(default, borrow)]
    metadata: Object<Metadata<'a>>,
    #[serde(default, rename = "messageStop")]
    message_stop: Object<MessageStop>,
    #[serde(default, rename = "stopReason")]
    stop_reason_of_nova: Maybe<String>,
    /// Meta's models.
    #[serde(default, borrow)]
    prompt_token_count: Field<'a>,
    #[serde(default, borrow)]
    generation_token_count: Field<'a>,
    #[serde(default)]
    stop_reason: Maybe<String>,
    /// Titan's models.
    #[serde(default, borrow, rename = "inputTextTokenCount")]
    input_text_token_count: Field<'a>,
    #[serde(default, borrow, rename = "totalOutputTextTokenCount")]
    total_output_text_token_count: Field<'a>,
    #[serde(default, borrow)]
    results: Maybe<Vec<TitanResult<'a>>>,
    #[serde(default, rename = "completionReason")]
    completion_reason: Maybe<String>,
    /// Present if a guardrail was applied, which has a fee.
    #[serde(default, borrow, rename = "amazon-bedrock-guardrailAction")]
    guardrail: Field<'a>,
    #[serde(default, borrow, rename = "amazon-bedrock-invocationMetrics")]
    metrics: Object<Metrics<'a>>,
    #[serde(default, borrow)]
    choices: Field<'a>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

/// The fields that identify a vendor's usage format.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(default, borrow)]
    prompt_tokens: Field<'a>,
    #[serde(default, borrow)]
    input_tokens: Field<'a>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
}

#[derive(Deserialize)]
struct MessageStop {
    #[serde(default, rename = "stopReason")]
    stop_reason: Maybe<String>,
}

#[derive(Deserialize)]
struct TitanResult<'a> {
    #[serde(default, borrow, rename = "tokenCount")]
    token_count: Field<'a>,
    #[serde(default, rename = "completionReason")]
    completion_reason: Maybe<String>,
}

#[derive(Deserialize)]
struct Metrics<'a> {
    #[serde(default, borrow, rename = "inputTokenCount")]
    input: Field<'a>,
    #[serde(default, borrow, rename = "outputTokenCount")]
    output: Field<'a>,
    #[serde(default, borrow, rename = "cacheReadInputTokenCount")]
    cache_read: Field<'a>,
    #[serde(default, borrow, rename = "cacheWriteInputTokenCount")]
    cache_write: Field<'a>,
}

/// The state of one response.
#[derive(Default)]
pub(super) struct Gathered {
    reading: Reading,
    vendor: Vendor,
    metrics: Reading,
    has_guardrail: bool,
}

/// The vendors with their own API, as detected from a response.
#[derive(Default)]
enum Vendor {
    #[default]
    Unknown,
    Anthropic(Box<anthropic::Gathered>),
    OpenAi(Box<openai_chat::Gathered>),
}

impl Gather for Gathered {
    fn event_keys(&self) -> EventKeys {
        EventKeys {
            // A stream's events are wrapped in `bytes` and must be decoded first; the other keys are those of a body.
            relevant: &[
                "bytes",
                "usage",
                "message",
                "metadata",
                "messageStop",
                "stop_reason",
                "stopReason",
                "finish_reason",
                "completionReason",
                "error",
                "amazon-bedrock-invocationMetrics",
                "amazon-bedrock-guardrailAction",
                "prompt_token_count",
                "generation_token_count",
                "inputTextTokenCount",
                "totalOutputTextTokenCount",
                "results",
                "choices",
                "type",
            ],
            id: &["id"],
            model: &["model"],
        }
    }

    /// Reads a whole body or one event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        if let Ok(chunk) = object::<Chunk>(json) {
            let inner = STANDARD.decode(chunk.bytes).map_err(serde::de::Error::custom)?;
            return self.read_inner(&inner);
        }
        self.read_inner(json)
    }

    fn reading(&self) -> &Reading {
        match &self.vendor {
            Vendor::Unknown => &self.reading,
            Vendor::Anthropic(gathered) => gathered.reading(),
            Vendor::OpenAi(gathered) => gathered.reading(),
        }
    }

    fn finish(self: Box<Self>) -> Reading {
        let mut reading = match self.vendor {
            Vendor::Unknown => self.reading.finished(),
            Vendor::Anthropic(gathered) => gathered.finish(),
            Vendor::OpenAi(gathered) => gathered.finish(),
        };
        if self.has_guardrail {
            reading.add_unread("amazon-bedrock-guardrailAction");
        }
        // Bedrock's counts are the fallback for the vendor's.
        if reading.usage.is_empty() && reading.invalid.is_none() {
            let metrics = self.metrics.finished();
            (reading.usage, reading.invalid) = (metrics.usage, metrics.invalid);
        }
        reading
    }
}

impl Gathered {
    fn read_inner(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let body: Body<'_> = object(json)?;
        if let Some(metrics) = &body.metrics.0 {
            take_metrics(&mut self.metrics, metrics);
        }
        self.has_guardrail |= body.guardrail.json().is_some();
        if matches!(self.vendor, Vendor::Unknown) {
            self.vendor = vendor(&body);
        }
        match &mut self.vendor {
            Vendor::Anthropic(gathered) => return gathered.read(json),
            Vendor::OpenAi(gathered) => return gathered.read(json),
            Vendor::Unknown => {}
        }
        let reading = &mut self.reading;
        if let Some(figures) = body.usage.json().and_then(|usage| object(usage.as_bytes()).ok()) {
            bedrock_converse::take(reading, &figures);
        }
        if let Some(figures) = body.metadata.0.as_ref().and_then(|metadata| metadata.usage.0.as_ref()) {
            bedrock_converse::take(reading, figures);
        }
        take_native(reading, &body);
        let results = body.results.0.unwrap_or_default();
        let reason = body
            .stop_reason
            .0
            .or(body.stop_reason_of_nova.0)
            .or(body.completion_reason.0)
            .or(body.message_stop.0.and_then(|stop| stop.stop_reason.0));
        let mut reasons: Vec<_> = results
            .into_iter()
            .filter_map(|result| result.completion_reason.0)
            .collect();
        reasons.extend(reason);
        if !reasons.is_empty() {
            reading.finish_reasons = reasons;
        }
        if let Some(error) = provider_error(body.error) {
            reading.error = Some(error);
        }
        Ok(())
    }
}

fn vendor(body: &Body<'_>) -> Vendor {
    let kind = body.kind.json().unwrap_or_default();
    let usage: Option<Shape<'_>> = body.usage.json().and_then(|usage| object(usage.as_bytes()).ok());
    if matches!(kind, "\"message\"" | "\"message_start\"")
        || usage
            .as_ref()
            .is_some_and(|usage| usage.input_tokens.count() != Count::Absent)
    {
        Vendor::Anthropic(Box::default())
    } else if body.choices.json().is_some() || usage.is_some_and(|usage| usage.prompt_tokens.count() != Count::Absent) {
        Vendor::OpenAi(Box::new(openai_chat::Gathered::new(Excluded::ByTotal)))
    } else {
        Vendor::Unknown
    }
}

/// Adds the counts of Meta's and of Titan's models.
fn take_native(reading: &mut Reading, body: &Body<'_>) {
    let input = body.prompt_token_count.count().or(body.input_text_token_count.count());
    reading.take(Unit::InputTokens, "prompt_token_count", input);
    let results: Vec<_> = body
        .results
        .0
        .iter()
        .flatten()
        .map(|result| result.token_count.count())
        .collect();
    let output = body
        .generation_token_count
        .count()
        .or(body.total_output_text_token_count.count())
        .or(sum(&results));
    reading.take(Unit::OutputTokens, "generation_token_count", output);
}

fn take_metrics(reading: &mut Reading, metrics: &Metrics<'_>) {
    let (uncached, read) = (metrics.input.count(), metrics.cache_read.count());
    let written = metrics.cache_write.count();
    reading.take(Unit::InputTokens, "inputTokenCount", sum(&[uncached, read, written]));
    reading.take(Unit::CacheReadTokens, "cacheReadInputTokenCount", read);
    reading.take(Unit::CacheWriteTokens, "cacheWriteInputTokenCount", written);
    reading.take(Unit::OutputTokens, "outputTokenCount", metrics.output.count());
}
