//! The names outside the conventions, all with the prefix `tracing_genai.`.

/// The prefix of all names about costs.
pub const COST_PREFIX: &str = "tracing_genai.cost.";
/// The status of the cost: `priced`, `estimated`, `reported`, `free`, `unpriced` or `inconsistent`.
pub const COST_STATUS: &str = "tracing_genai.cost.status";
/// Why the status is not `priced`: a list of reasons.
pub const COST_REASONS: &str = "tracing_genai.cost.reasons";
/// The cost of uncached input tokens, in USD.
pub const COST_INPUT: &str = "tracing_genai.cost.input";
/// The cost of input tokens read from a cache, in USD.
pub const COST_CACHE_READ: &str = "tracing_genai.cost.cache_read";
/// The cost of input tokens written to a cache, in USD.
pub const COST_CACHE_WRITE: &str = "tracing_genai.cost.cache_write";
/// The cost of output tokens, including reasoning, in USD.
pub const COST_OUTPUT: &str = "tracing_genai.cost.output";
/// The cost of units other than tokens, such as searches, requests and seconds, in USD.
pub const COST_OTHER: &str = "tracing_genai.cost.other";
/// The priced model: `provider/model` as in the price table.
pub const COST_MODEL: &str = "tracing_genai.cost.model";
/// The price table of the price.
pub const COST_CATALOGUE: &str = "tracing_genai.cost.catalogue";
/// The first day of the price in UTC, such as `2026-03-13`, for prices with a history.
pub const COST_EFFECTIVE: &str = "tracing_genai.cost.effective";
/// The input tokens above which the price of this call applies, if not the base price.
pub const COST_TIER_START: &str = "tracing_genai.cost.tier_start";
/// The condition of the price, such as `service_tier=flex`.
pub const COST_VARIANT: &str = "tracing_genai.cost.variant";
/// The multiplier from the user's price file.
pub const COST_MULTIPLIER: &str = "tracing_genai.cost.multiplier";
/// The user's alias by which the model was found.
pub const COST_ALIAS: &str = "tracing_genai.cost.alias";
/// On metrics: the outcome of a price refresh: `updated`, `unchanged` or `failed`.
pub const REFRESH_OUTCOME: &str = "tracing_genai.refresh.outcome";

/// The outcome of a stream: `completed`, `cancelled`, `failed` or `no_usage`.
pub const STREAM_OUTCOME: &str = "tracing_genai.stream.outcome";
/// The number of chunks received.
pub const STREAM_CHUNKS: &str = "tracing_genai.stream.chunks";
/// Output tokens per second from the first chunk of a stream to its last.
pub const STREAM_OUTPUT_TOKENS_PER_SECOND: &str = "tracing_genai.stream.output_tokens_per_second";
/// The number of gaps between chunks above the stall threshold.
pub const STREAM_STALLS: &str = "tracing_genai.stream.stalls";
/// The longest gap between two chunks of a stream, or after its last, in seconds.
pub const STREAM_LONGEST_GAP: &str = "tracing_genai.stream.longest_gap";
/// The number of gaps between chunks in each bucket of `time_per_output_chunk`. The processor removes it and records
/// the metric from it.
pub const STREAM_GAP_COUNTS: &str = "tracing_genai.stream.gap_counts";
/// The sum of the gaps in each bucket, in seconds. The processor removes it.
pub const STREAM_GAP_SECONDS: &str = "tracing_genai.stream.gap_seconds";
/// Why a response was not, or not fully, readable: `content_encoding` or `malformed`.
pub const RESPONSE_UNREAD: &str = "tracing_genai.response.unread";
/// Why parameters of a watched request may be missing: `call_ended` or `too_long`.
pub const REQUEST_UNREAD: &str = "tracing_genai.request.unread";
/// A call within this one has the usage and the cost: this one is neither priced nor measured.
pub const COVERED: &str = "tracing_genai.covered";
/// The number of retries within a call's span.
pub const RETRY_COUNT: &str = "tracing_genai.retry.count";
/// On metrics: the outcome of a span: `unsampled`, `discarded`, `exported` or `failed`.
pub const SPAN_OUTCOME: &str = "tracing_genai.span.outcome";
/// The prefix of counts outside the conventions; the unit's name follows: `tracing_genai.usage.code_executions`.
pub const USAGE_PREFIX: &str = "tracing_genai.usage.";
/// The prefix of all names of this project.
pub const PREFIX: &str = "tracing_genai.";
/// The path of an invalid count in a response; the cost is `inconsistent`.
pub const USAGE_INVALID: &str = "tracing_genai.usage.invalid";
/// The paths of unknown usage counts in a response: a list. The cost of such a call is at best `estimated`.
pub const USAGE_UNREAD: &str = "tracing_genai.usage.unread";
/// The processing mode, if it has a price of its own: `batch`.
pub const USAGE_PROCESSING: &str = "tracing_genai.usage.processing";
/// Anthropic's `inference_geo`, if it has a price of its own: `us`.
pub const USAGE_INFERENCE_GEO: &str = "tracing_genai.usage.inference_geo";
/// The search type of the call, if it has a price of its own: `preview`.
pub const USAGE_SEARCH_TYPE: &str = "tracing_genai.usage.search_type";
/// On metrics: the attribute with the unreadable value.
pub const ATTRIBUTE: &str = "tracing_genai.attribute";
/// On metrics: why a value was not readable: `type`, `json`, `length` or `disagreement`.
pub const UNREAD_REASON: &str = "tracing_genai.unread.reason";
/// The content attributes that were cut to their budget: a list of names.
pub const CONTENT_CUT: &str = "tracing_genai.content.cut";
/// The value of `error.type` as it came, where that is `_OTHER` because it is not of a known list: redacted, and at most
/// 256 bytes.
pub const ERROR_TYPE: &str = "tracing_genai.error.type";
