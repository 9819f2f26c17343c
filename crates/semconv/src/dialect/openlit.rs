//! OpenLIT, with most of the conventions' names and some of its own.

use super::definition::Dialect;
use super::structure::Structure;
use crate::{Attribute, OperationName};

/// `gen_ai.tool.*` on its chat spans are the tool calls of the response, joined by commas, and are left unchanged.
#[rustfmt::skip]
pub(super) const OPENLIT: Dialect = Dialect {
    name: "OpenLIT 1.34 to 1.45",
    source: "`openlit/semcov` of the package openlit",
    renames: &[
        ("gen_ai.request.is_stream", Attribute::RequestStream),
        ("gen_ai.request.user", Attribute::UserId),
        ("gen_ai.user.id", Attribute::UserId),
        ("gen_ai.session.id", Attribute::SessionId),
        ("gen_ai.agent.session_id", Attribute::SessionId),
        ("gen_ai.request.service_tier", Attribute::OpenaiRequestServiceTier),
        ("gen_ai.response.service_tier", Attribute::OpenaiResponseServiceTier),
        ("gen_ai.response.system_fingerprint", Attribute::OpenaiResponseSystemFingerprint),
        ("gen_ai.usage.cache_write_input_tokens", Attribute::UsageCacheWriteInputTokens),
        ("gen_ai.usage.prompt_tokens_details.cache_read", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.prompt_tokens_details.cached_tokens", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.prompt_tokens_details.cache_write", Attribute::UsageCacheWriteInputTokens),
        ("gen_ai.usage.prompt_tokens_details.cache_creation_tokens", Attribute::UsageCacheWriteInputTokens),
        ("gen_ai.usage.prompt_tokens_details.audio", Attribute::UsageAudioInputTokens),
        ("gen_ai.usage.prompt_tokens_details.audio_tokens", Attribute::UsageAudioInputTokens),
        ("gen_ai.usage.completion_tokens_details.reasoning", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.usage.completion_tokens_details.reasoning_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.usage.completion_tokens_details.audio", Attribute::UsageAudioOutputTokens),
        ("gen_ai.usage.completion_tokens_details.audio_tokens", Attribute::UsageAudioOutputTokens),
    ],
    operations: &[
        ("gen_ai.operation.name", "workflow", OperationName::InvokeWorkflow),
        ("gen_ai.operation.name", "retrieve", OperationName::Retrieval),
        ("gen_ai.operation.name", "mcp_tool_call", OperationName::ExecuteTool),
        ("gen_ai.operation.name", "memory_add", OperationName::CreateMemory),
        ("gen_ai.operation.name", "memory_search", OperationName::SearchMemory),
        ("gen_ai.operation.name", "memory_update", OperationName::UpdateMemory),
        ("gen_ai.operation.name", "memory_delete", OperationName::DeleteMemory),
    ],
    structures: &[
        ("gen_ai.server.time_to_first_token", Structure::FirstToken),
        ("gen_ai.content.reasoning", Structure::AnswerReasoning),
        ("gen_ai.tool.args", Structure::Content),
        ("gen_ai.response.tool_calls", Structure::Content),
        ("gen_ai.content.revised_prompt", Structure::Content),
        ("gen_ai.agent.instructions", Structure::Content),
        ("gen_ai.agent.goal", Structure::Content),
        ("gen_ai.agent.task", Structure::Content),
        ("gen_ai.agent.context", Structure::Content),
        ("gen_ai.agent.actual_output", Structure::Content),
        ("gen_ai.agent.human_input", Structure::Content),
        ("gen_ai.agent.tool_results", Structure::Content),
        ("gen_ai.agent.thinking", Structure::Content),
        ("gen_ai.agent.next_goal", Structure::Content),
        ("gen_ai.agent.final_result", Structure::Content),
        ("gen_ai.agent.step_messages", Structure::Content),
    ],
    ..Dialect::EMPTY
};
