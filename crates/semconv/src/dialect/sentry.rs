//! Sentry's SDKs, whose counts include each other as in the conventions.

use super::definition::Dialect;
use super::structure::Structure;
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
    ],
    structures: &[("gen_ai.response.time_to_first_token", Structure::FirstToken)],
    ..Dialect::EMPTY
};
