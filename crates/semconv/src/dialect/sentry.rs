//! Sentry's SDKs, whose counts include each other as the conventions' do.

use super::Dialect;
use crate::Attribute;

pub(super) const SENTRY: Dialect = Dialect {
    name: "Sentry",
    source: "the attributes of getsentry/sentry-conventions, and the AI integrations of its SDKs",
    renames: &[
        ("gen_ai.usage.input_tokens.cached", Attribute::UsageCacheReadInputTokens),
        (
            "gen_ai.usage.input_tokens.cache_write",
            Attribute::UsageCacheWriteInputTokens,
        ),
        (
            "gen_ai.usage.output_tokens.reasoning",
            Attribute::UsageReasoningOutputTokens,
        ),
        (
            "gen_ai.response.time_to_first_token",
            Attribute::ResponseTimeToFirstChunk,
        ),
    ],
    ..Dialect::NOTHING
};
