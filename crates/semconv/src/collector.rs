//! What the OpenTelemetry Collector's own normaliser of GenAI spans reads, and where ours does otherwise.
//!
//! Source: `processor/genainormalizerprocessor` of opentelemetry-collector-contrib, as of October 2026. It renames attributes
//! by source, before or after sampling; this crate's dialects do so in the process, and price what they read.

/// An attribute that the Collector's processor renames.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Renamed {
    /// Whose attribute it is, in the Collector's words.
    pub source: &'static str,
    /// The attribute.
    pub name: &'static str,
    /// What it becomes there.
    pub target: &'static str,
}

/// Something that the Collector's processor reads otherwise.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Difference {
    /// The attribute, or the attribute and its value.
    pub name: &'static str,
    /// What it becomes there.
    pub theirs: &'static str,
    /// What becomes of it here.
    pub ours: &'static str,
    /// Why.
    pub why: &'static str,
}

const fn renamed(source: &'static str, name: &'static str, target: &'static str) -> Renamed {
    Renamed { source, name, target }
}

/// Every attribute that the Collector's processor reads.
#[rustfmt::skip]
pub const RENAMED: &[Renamed] = &[
    renamed("openinference", "llm.token_count.prompt", "gen_ai.usage.input_tokens"),
    renamed("openinference", "llm.token_count.completion", "gen_ai.usage.output_tokens"),
    renamed("openinference", "llm.model_name", "gen_ai.request.model"),
    renamed("openinference", "llm.provider", "gen_ai.provider.name"),
    renamed("openinference", "llm.input_messages", "gen_ai.input.messages"),
    renamed("openinference", "llm.output_messages", "gen_ai.output.messages"),
    renamed("openinference", "embedding.model_name", "gen_ai.request.model"),
    renamed("openinference", "tool.name", "gen_ai.tool.name"),
    renamed("openinference", "tool.description", "gen_ai.tool.description"),
    renamed("openinference", "tool_call.function.arguments", "gen_ai.tool.call.arguments"),
    renamed("openinference", "tool_call.id", "gen_ai.tool.call.id"),
    renamed("openinference", "reranker.model_name", "gen_ai.request.model"),
    renamed("openinference", "agent.name", "gen_ai.agent.name"),
    renamed("openinference", "session.id", "gen_ai.conversation.id"),
    renamed("openinference", "openinference.span.kind", "gen_ai.operation.name"),
    renamed("openllmetry", "llm.usage.prompt_tokens", "gen_ai.usage.input_tokens"),
    renamed("openllmetry", "llm.usage.completion_tokens", "gen_ai.usage.output_tokens"),
    renamed("openllmetry", "llm.request.model", "gen_ai.request.model"),
    renamed("openllmetry", "llm.response.model", "gen_ai.response.model"),
    renamed("openllmetry", "llm.request.max_tokens", "gen_ai.request.max_tokens"),
    renamed("openllmetry", "llm.request.temperature", "gen_ai.request.temperature"),
    renamed("openllmetry", "llm.request.top_p", "gen_ai.request.top_p"),
    renamed("openllmetry", "llm.top_k", "gen_ai.request.top_k"),
    renamed("openllmetry", "llm.frequency_penalty", "gen_ai.request.frequency_penalty"),
    renamed("openllmetry", "llm.presence_penalty", "gen_ai.request.presence_penalty"),
    renamed("openllmetry", "llm.chat.stop_sequences", "gen_ai.request.stop_sequences"),
    renamed("openllmetry", "llm.request.functions", "gen_ai.tool.definitions"),
    renamed("openllmetry", "llm.response.finish_reason", "gen_ai.response.finish_reasons"),
    renamed("openllmetry", "llm.response.stop_reason", "gen_ai.response.finish_reasons"),
    renamed("openllmetry", "llm.request.type", "gen_ai.operation.name"),
    renamed("openllmetry", "traceloop.span.kind", "gen_ai.operation.name"),
    renamed("openllmetry", "traceloop.entity.name", "gen_ai.agent.name"),
    renamed("openllmetry", "traceloop.entity.input", "gen_ai.input.messages"),
    renamed("openllmetry", "traceloop.entity.output", "gen_ai.output.messages"),
    renamed("langchain", "lc.metadata.thread_id", "gen_ai.conversation.id"),
    renamed("langchain", "langgraph.node.name", "gen_ai.agent.name"),
    renamed("crewai", "agent_role", "gen_ai.agent.name"),
    renamed("crewai", "crew_id", "gen_ai.conversation.id"),
    renamed("pydanticai", "agent_name", "gen_ai.agent.name"),
];

const NO_OPERATION: &str = "no operation: it stays as it is, and the span is no call";

/// Where ours does otherwise.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "session.id",
        theirs: "`gen_ai.conversation.id`",
        ours: "stays",
        why: "the conventions know it themselves, as the user's session, which may hold several conversations",
    },
    Difference {
        name: "traceloop.entity.name",
        theirs: "`gen_ai.agent.name`",
        ours: "the name of the agent, tool or workflow, by the span's kind",
        why: "a tool's span names the tool",
    },
    Difference {
        name: "traceloop.entity.input",
        theirs: "`gen_ai.input.messages`",
        ours: "messages of a call, arguments of a tool, by the span's kind",
        why: "a tool is given no messages",
    },
    Difference {
        name: "traceloop.entity.output",
        theirs: "`gen_ai.output.messages`",
        ours: "messages of a call, the result of a tool, by the span's kind",
        why: "a tool answers no messages",
    },
    Difference {
        name: "openinference.span.kind = CHAIN",
        theirs: "`invoke_agent`",
        ours: NO_OPERATION,
        why: "a chain is any step of a program, and repeats the counts of what runs beneath it",
    },
    Difference {
        name: "openinference.span.kind = RERANKER",
        theirs: "`retrieval`",
        ours: NO_OPERATION,
        why: "a reranker is given its documents and retrieves none",
    },
    Difference {
        name: "openinference.span.kind = PROMPT",
        theirs: "`text_completion`",
        ours: NO_OPERATION,
        why: "the span fills a template and calls no model; it would count as a call without usage",
    },
    Difference {
        name: "traceloop.span.kind = task",
        theirs: "`invoke_agent`",
        ours: NO_OPERATION,
        why: "a task is any step of a program",
    },
    Difference {
        name: "llm.request.type = rerank",
        theirs: "`retrieval`",
        ours: NO_OPERATION,
        why: "as of a reranker",
    },
    Difference {
        name: "agent_role, crew_id, agent_name",
        theirs: "renamed on every span",
        ours: "renamed on spans of the scopes `crewai.telemetry` and `pydantic-ai`",
        why: "anyone may use such a name for something else",
    },
    Difference {
        name: "tool.name, tool.description, tool_call.id, tool_call.function.arguments, reranker.model_name, agent.name",
        theirs: "renamed on every span",
        ours: "renamed on spans with an attribute of `openinference.*`",
        why: "anyone may use such a name for something else",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Dialect, Structure};
    use crate::{Attribute, Meaning, foreign_operation, meaning};

    /// What the name becomes here; nothing where it is read by what else the span says.
    fn ours(name: &str) -> Option<&'static str> {
        match meaning(name) {
            Some(Meaning::Attribute(spelling)) => Some(spelling.attribute.name()),
            Some(Meaning::Kind) => Some(Attribute::OperationName.name()),
            Some(Meaning::Structure(Structure::Messages(of))) => Some(of.name()),
            Some(Meaning::Structure(Structure::Tools)) => Some(Attribute::ToolDefinitions.name()),
            Some(_) => None,
            None => {
                let unprefixed = Dialect::ALL.iter().find_map(|dialect| dialect.unprefixed(name));
                unprefixed.map(Attribute::name)
            }
        }
    }

    #[test]
    fn whatever_the_collector_renames_becomes_the_same_here_or_is_among_the_differences() {
        let is_named = |name: &str| DIFFERENCES.iter().any(|difference| difference.name == name);
        for Renamed { name, target, .. } in RENAMED {
            assert!(ours(name) == Some(target) || is_named(name), "{name}: {:?}", ours(name));
        }
    }

    #[test]
    fn kinds_among_the_differences_are_not_operations_here() {
        for (name, value) in DIFFERENCES
            .iter()
            .filter_map(|difference| difference.name.split_once(" = "))
        {
            assert!(matches!(meaning(name), Some(Meaning::Kind)), "{name}");
            assert_eq!(foreign_operation(name, value), None, "{name} = {value}");
        }
    }

    #[test]
    fn what_is_read_on_some_spans_only_is_so_of_each_name() {
        let some = |name: &str| crate::is_generic(name) || meaning(name).is_none();
        for difference in DIFFERENCES
            .iter()
            .filter(|difference| difference.theirs.contains("every span"))
        {
            assert!(difference.name.split(", ").all(some), "{}", difference.name);
        }
    }
}
