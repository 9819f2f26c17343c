//! What attributes of other dialects hold that is more than another name.

use crate::Attribute;

/// What is in an attribute that is to be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Structure {
    /// Messages: a JSON list of them, an object that holds them, or the text of the one there is.
    Messages(Attribute),
    /// Tools that the model could use: a JSON list, or a list of JSON texts.
    Tools,
    /// The text of the answer.
    AnswerText,
    /// The answer as an object of JSON.
    AnswerObject,
    /// What the model thought before it answered.
    AnswerReasoning,
    /// The tools the answer asks for, a JSON list.
    AnswerToolCalls,
    /// A JSON object of parameters of the request.
    Parameters,
    /// What went into the span: messages of a model call, arguments of a tool, the query of a retrieval.
    Input,
    /// What came out of it: messages, a tool's result, documents.
    Output,
    /// The name of the agent, tool or workflow that the span is of.
    Name,
    /// The address of the provider's API.
    ServerUrl,
    /// That the answer was asked for as JSON, whatever the value.
    JsonOutput,
    /// When the answer began, as ISO 8601.
    AnswerStart,
    /// Seconds to the first token, which mean something of a stream only.
    FirstToken,
    /// A JSON object of what was used, by Langfuse's keys or the provider's.
    Usage,
    /// A JSON object of what it cost in US dollars, by the same keys.
    Cost,
    /// Content that the conventions have no place for: it stays as it is where content is wanted, and is taken off where not.
    Content,
    /// A JSON object of what providers say beside the answer, by provider; some of it counts tokens.
    ProviderMetadata,
}

impl Structure {
    /// Whether it holds what people wrote or models answered. Parameters may: some pass a system's instructions in them.
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

    /// Whether the conventions have an attribute for all of it, so that it is an old or a foreign name of that.
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

/// A list spread over attributes: the prefix is followed by a number, a dot and the name of a field.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Indexed {
    /// What comes before the number, with its dot.
    pub prefix: &'static str,
    /// What the list is in the conventions: messages, definitions of tools, or documents.
    pub of: Attribute,
    /// The names of fields; `*` stands for a further number.
    pub fields: &'static [(&'static str, Field)],
}

/// A field of an element of such a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// Who speaks.
    Role,
    /// The name of who speaks.
    SpeakerName,
    /// What is said: a text, or a JSON list of a provider's blocks.
    Content,
    /// What a user says, without a role beside it.
    UserContent,
    /// What was thought: a text, or a JSON list of summaries.
    Reasoning,
    /// What the model says where it declines.
    Refusal,
    /// Why the answer ended.
    FinishReason,
    /// Of which call of a tool this is the response.
    RespondsTo,
    /// All calls of tools, as a JSON list.
    Calls,
    /// The id of a call of a tool.
    CallId,
    /// The tool that is called.
    CallName,
    /// What it is called with, as JSON.
    CallArguments,
    /// What a block of the content is.
    BlockType,
    /// The text of a block.
    BlockText,
    /// Where the image of a block is.
    BlockImage,
    /// Where the sound of a block is.
    BlockAudio,
    /// Where the film of a block is.
    BlockVideo,
    /// Where the document of a block is.
    BlockDocument,
    /// A tool's name.
    ToolName,
    /// A tool's description.
    ToolDescription,
    /// The JSON schema of a tool's parameters.
    ToolParameters,
    /// A tool's definition, as the provider wants it.
    ToolSchema,
    /// A document's id.
    DocumentId,
    /// A document's score.
    DocumentScore,
    /// What a document says.
    DocumentContent,
    /// What else is known of a document, as JSON.
    DocumentMetadata,
}
