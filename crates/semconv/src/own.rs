//! The names no convention has, all under `tracing_genai.`.

/// What the name of everything about costs begins with.
pub const COST_PREFIX: &str = "tracing_genai.cost.";
/// How the cost is known: `priced`, `estimated`, `reported`, `free`, `unpriced` or `inconsistent`.
pub const COST_STATUS: &str = "tracing_genai.cost.status";
/// Why the cost is not simply `priced`: a list of words.
pub const COST_REASONS: &str = "tracing_genai.cost.reasons";
/// The part of the cost for input tokens that were neither read from nor written to a cache, in USD.
pub const COST_INPUT: &str = "tracing_genai.cost.input";
/// The part for input tokens read from a cache, in USD.
pub const COST_CACHE_READ: &str = "tracing_genai.cost.cache_read";
/// The part for input tokens written to a cache, in USD.
pub const COST_CACHE_WRITE: &str = "tracing_genai.cost.cache_write";
/// The part for output tokens, reasoning included, in USD.
pub const COST_OUTPUT: &str = "tracing_genai.cost.output";
/// The part for what is not a token: searches, requests, seconds; in USD.
pub const COST_OTHER: &str = "tracing_genai.cost.other";
/// Whose price it is: `provider/model` as the price table names them.
pub const COST_MODEL: &str = "tracing_genai.cost.model";
/// Which price table the price came from.
pub const COST_CATALOGUE: &str = "tracing_genai.cost.catalogue";
/// The first day of the price in UTC, as `2026-03-13`, where it has a history.
pub const COST_EFFECTIVE: &str = "tracing_genai.cost.effective";
/// The input above which the price of this call begins, where it is not the base price.
pub const COST_TIER_START: &str = "tracing_genai.cost.tier_start";
/// What made the price special, as `service_tier=flex`.
pub const COST_VARIANT: &str = "tracing_genai.cost.variant";
/// What the user's file multiplied the price by.
pub const COST_MULTIPLIER: &str = "tracing_genai.cost.multiplier";
/// The user's name for the model, where it was found by it.
pub const COST_ALIAS: &str = "tracing_genai.cost.alias";
/// On metrics: what became of an attempt to refresh the prices: `updated`, `unchanged` or `failed`.
pub const REFRESH_OUTCOME: &str = "tracing_genai.refresh.outcome";

/// How a stream ended: `completed`, `cancelled`, `failed` or `no_usage`.
pub const STREAM_OUTCOME: &str = "tracing_genai.stream.outcome";
/// How many chunks of a stream arrived.
pub const STREAM_CHUNKS: &str = "tracing_genai.stream.chunks";
/// Output tokens a second from the first chunk of a stream to its last, the wait for the first left out.
pub const STREAM_OUTPUT_TOKENS_PER_SECOND: &str = "tracing_genai.stream.output_tokens_per_second";
/// How often a stream stood still: how many of its gaps were longer than the caller calls a stall.
pub const STREAM_STALLS: &str = "tracing_genai.stream.stalls";
/// The longest time that passed between two chunks of a stream, or after its last, in seconds.
pub const STREAM_LONGEST_GAP: &str = "tracing_genai.stream.longest_gap";
/// How many gaps between chunks fall into each bucket of `time_per_output_chunk`; taken off the span by the processor, which
/// makes the metric of it.
pub const STREAM_GAP_COUNTS: &str = "tracing_genai.stream.gap_counts";
/// The seconds that the gaps in each bucket sum up to; taken off the span, too.
pub const STREAM_GAP_SECONDS: &str = "tracing_genai.stream.gap_seconds";
/// Why a response, or a part of it, could not be read: `content_encoding` or `malformed`.
pub const RESPONSE_UNREAD: &str = "tracing_genai.response.unread";
/// That a call within this one has what the response said, and is what costs: this one is neither priced nor measured.
pub const COVERED: &str = "tracing_genai.covered";
/// The calls within this one that may be of the same response: a list of three texts for each, its operation and the models
/// that were asked for and answered, as `chat`, `gpt-4o`, `gpt-4o-2024-08-06`. The processor makes [`COVERED`] of it where one
/// of them is, and takes it off.
pub const COVERING: &str = "tracing_genai.covering";
/// How often a call was sent again within its span.
pub const RETRY_COUNT: &str = "tracing_genai.retry.count";
/// On metrics: what became of a span: `unsampled`, `discarded`, `exported` or `failed`.
pub const SPAN_OUTCOME: &str = "tracing_genai.span.outcome";
/// What the name of a count begins with that no convention has: the unit's name follows, as
/// `tracing_genai.usage.code_executions`.
pub const USAGE_PREFIX: &str = "tracing_genai.usage.";
/// What every name of ours begins with.
pub const PREFIX: &str = "tracing_genai.";
/// Which count of a response could not be read; its call's cost is `inconsistent`.
pub const USAGE_INVALID: &str = "tracing_genai.usage.invalid";
/// Which numbers of a usage are neither read nor known to say nothing new, by their paths in the response: a list. The
/// cost of such a call is `estimated` at best.
pub const USAGE_UNREAD: &str = "tracing_genai.usage.unread";
/// How the call was processed, where that has a price of its own: `batch`.
pub const USAGE_PROCESSING: &str = "tracing_genai.usage.processing";
/// Where the provider was asked to run the model, where that has a price of its own: Anthropic's `inference_geo`, as `us`.
pub const USAGE_INFERENCE_GEO: &str = "tracing_genai.usage.inference_geo";
/// The kind of search that the call made, where that has a price of its own: `preview`.
pub const USAGE_SEARCH_TYPE: &str = "tracing_genai.usage.search_type";
/// On metrics: the attribute whose value could not be read.
pub const ATTRIBUTE: &str = "tracing_genai.attribute";
/// On metrics: why a value could not be read: `type`, `json`, `length` or `disagreement`.
pub const UNREAD_REASON: &str = "tracing_genai.unread.reason";
/// Which attributes of content were cut to fit their budget: a list of names.
pub const CONTENT_CUT: &str = "tracing_genai.content.cut";
