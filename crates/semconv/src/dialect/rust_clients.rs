//! Rust's own clients: rig, and the genai crate.

use super::Dialect;
use crate::{Attribute, OperationName};

/// rig writes most of the conventions' names, counts as unsigned numbers, and no error.
pub(super) const RIG: Dialect = Dialect {
    name: "rig 0.44 to 0.46",
    source: "the crates rig-core and rig-agent",
    renames: &[
        ("gen_ai.usage.reasoning_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.tool.error.type", Attribute::ErrorType),
    ],
    operations: &[
        // rig 0.43 named streams apart.
        ("gen_ai.operation.name", "chat_streaming", OperationName::Chat),
        ("gen_ai.operation.name", "interactions", OperationName::Chat),
        ("gen_ai.operation.name", "interactions_streaming", OperationName::Chat),
    ],
    dropped: &[("rig.completion_parent", "a mark between rig's own crates")],
    ..Dialect::NOTHING
};

/// The genai crate, with its feature `otel`, writes the conventions' names but for one; its messages say `result` where the
/// conventions say `response`.
pub(super) const GENAI: Dialect = Dialect {
    name: "genai 0.7",
    source: "the crate genai, feature `otel`",
    renames: &[(
        "gen_ai.usage.cache_creation.input_tokens",
        Attribute::UsageCacheWriteInputTokens,
    )],
    ..Dialect::NOTHING
};
