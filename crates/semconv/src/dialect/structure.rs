//! Structured values of attributes of other dialects.

use crate::Attribute;

/// The content of an attribute that must be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Structure {
    /// Messages: a JSON list, an object with such a list, or the text of a single message.
    Messages(Attribute),
    /// Tool definitions: a JSON list, or a list of JSON texts.
    Tools,
    /// The text of the response.
    AnswerText,
    /// The response as a JSON object.
    AnswerObject,
    /// The reasoning before the response.
    AnswerReasoning,
    /// The tool calls of the response, a JSON list.
    AnswerToolCalls,
    /// A JSON object of request parameters.
    Parameters,
    /// The input: messages of a model call, arguments of a tool, the query of a retrieval.
    Input,
    /// The output: messages, a tool's result, documents.
    Output,
    /// The name of the span's agent, tool or workflow.
    Name,
    /// The URL of the provider's API.
    ServerUrl,
    /// JSON output was requested, whatever the value.
    JsonOutput,
    /// The start of the response, as ISO 8601.
    AnswerStart,
    /// Seconds to the first token; meaningful for streams only.
    FirstToken,
    /// A JSON object of usage, with Langfuse's or the provider's keys.
    Usage,
    /// A JSON object of costs in US dollars, with the same keys.
    Cost,
    /// Content without an equivalent in the conventions: kept unchanged if content is captured, else removed.
    Content,
    /// A JSON object of provider metadata by provider; some of it counts tokens.
    ProviderMetadata,
}

impl Structure {
    /// Whether it is content. Parameters are, since some have system instructions in them.
    pub const fn is_content(self) -> bool {
        matches!(
            self,
            Self::Messages(_)
                | Self::Tools
                | Self::AnswerText
                | Self::AnswerObject
                | Self::AnswerReasoning
                | Self::AnswerToolCalls
                | Self::Parameters
                | Self::Input
                | Self::Output
                | Self::Content
        )
    }

    /// Whether an attribute of the conventions replaces all of it.
    pub const fn is_superseded(self) -> bool {
        matches!(
            self,
            Self::Messages(_)
                | Self::Tools
                | Self::AnswerText
                | Self::AnswerObject
                | Self::AnswerReasoning
                | Self::AnswerToolCalls
        )
    }
}

/// A list spread over attributes: prefix, index, a dot and the name of a field.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Indexed {
    /// The prefix before the index, with its dot.
    pub prefix: &'static str,
    /// The attribute of the conventions: messages, tool definitions or documents.
    pub of: Attribute,
    /// The names of fields; `*` is a further index.
    pub fields: &'static [(&'static str, Field)],
}

/// A field of an element of such a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// The role of a message.
    Role,
    /// The name of the participant.
    SpeakerName,
    /// The content: a text, or a JSON list of a provider's blocks.
    Content,
    /// The content of a user message without a role.
    UserContent,
    /// Reasoning: a text, or a JSON list of summaries.
    Reasoning,
    /// The model's refusal.
    Refusal,
    /// The finish reason.
    FinishReason,
    /// The tool call that this message responds to.
    RespondsTo,
    /// All tool calls, as a JSON list.
    Calls,
    /// The id of a tool call.
    CallId,
    /// The name of the called tool.
    CallName,
    /// The arguments of a tool call, as JSON.
    CallArguments,
    /// The type of a content block.
    BlockType,
    /// The text of a block.
    BlockText,
    /// The URL of an image block.
    BlockImage,
    /// The URL of an audio block.
    BlockAudio,
    /// The URL of a video block.
    BlockVideo,
    /// The URL of a document block.
    BlockDocument,
    /// A tool's name.
    ToolName,
    /// A tool's description.
    ToolDescription,
    /// The JSON schema of a tool's parameters.
    ToolParameters,
    /// A tool's definition, in the provider's form.
    ToolSchema,
    /// A document's id.
    DocumentId,
    /// A document's score.
    DocumentScore,
    /// A document's text.
    DocumentContent,
    /// A document's metadata, as JSON.
    DocumentMetadata,
}
