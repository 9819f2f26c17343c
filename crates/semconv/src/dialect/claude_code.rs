//! Claude Code, whose counts have unprefixed names.

use super::definition::Dialect;
use crate::{Attribute, OperationName};

/// The interaction span around the calls has no counts and is left unchanged.
pub(super) const CLAUDE_CODE: Dialect = Dialect {
    name: "Claude Code",
    source: "<https://code.claude.com/docs/en/monitoring-usage>, and spans of its versions 2.1.191 to 2.1.289; until 2.1.170 the \
             scope was `com.anthropic.claude_code.traces`",
    span_names: &[
        ("claude_code.llm_request", OperationName::Chat),
        ("claude_code.tool", OperationName::ExecuteTool),
    ],
    units: &[("ttft_ms", 0.001)],
    scopes: &["com.anthropic.claude_code"],
    unprefixed: &[
        ("input_tokens", Attribute::UsageInputTokens),
        ("output_tokens", Attribute::UsageOutputTokens),
        ("cache_read_tokens", Attribute::UsageCacheReadInputTokens),
        ("cache_creation_tokens", Attribute::UsageCacheWriteInputTokens),
        ("ttft_ms", Attribute::ResponseTimeToFirstChunk),
        ("speed", Attribute::ResponseSpeed),
        ("stop_reason", Attribute::ResponseFinishReasons),
        ("tool_name", Attribute::ToolName),
    ],
    input_excludes_cache: true,
    ..Dialect::EMPTY
};
