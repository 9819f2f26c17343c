//! Rust clients: rig and the genai crate.

use super::definition::Dialect;
use crate::{Attribute, OperationName};

/// rig uses most of the conventions' names, records counts as unsigned integers, and records no errors.
pub(super) const RIG: Dialect = Dialect {
    name: "rig 0.44 to 0.46",
    source: "the crates rig-core and rig-agent",
    renames: &[
        ("gen_ai.usage.reasoning_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.tool.error.type", Attribute::ErrorType),
    ],
    operations: &[
        // rig 0.43 had operations of their own for streams.
        ("gen_ai.operation.name", "chat_streaming", OperationName::Chat),
        ("gen_ai.operation.name", "interactions", OperationName::Chat),
        ("gen_ai.operation.name", "interactions_streaming", OperationName::Chat),
    ],
    dropped: &[("rig.completion_parent", "internal to rig")],
    ..Dialect::EMPTY
};

/// The genai crate, with its feature `otel`, uses the conventions' names except one; its messages have `result` instead
/// of `response`.
pub(super) const GENAI: Dialect = Dialect {
    name: "genai 0.7",
    source: "the crate genai, feature `otel`",
    renames: &[(
        "gen_ai.usage.cache_creation.input_tokens",
        Attribute::UsageCacheWriteInputTokens,
    )],
    ..Dialect::EMPTY
};
