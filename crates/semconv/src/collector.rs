//! The attributes that the OpenTelemetry Collector's GenAI normaliser reads, and the differences to this crate.
//!
//! Source: `processor/genainormalizerprocessor` of opentelemetry-collector-contrib, as of October 2026. It renames
//! attributes by source, in the Collector, before or after sampling.

/// An attribute that the Collector's processor renames.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Renamed {
    /// The Collector's name of the source.
    pub source: &'static str,
    /// The attribute.
    pub name: &'static str,
    /// The result in the Collector.
    pub target: &'static str,
}

/// A difference to the Collector's processor.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Difference {
    /// The attribute, or the attribute and its value.
    pub name: &'static str,
    /// The result in the Collector.
    pub theirs: &'static str,
    /// The result here.
    pub ours: &'static str,
    /// The reason for the difference.
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

const NO_OPERATION: &str = "no operation: unchanged, and the span is not a call";

/// The differences.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "session.id",
        theirs: "`gen_ai.conversation.id`",
        ours: "unchanged",
        why: "the conventions define it: the user's session, which may have several conversations",
    },
    Difference {
        name: "traceloop.entity.name",
        theirs: "`gen_ai.agent.name`",
        ours: "the name of the agent, tool or workflow, by the span's kind",
        why: "a tool span has the tool's name",
    },
    Difference {
        name: "traceloop.entity.input",
        theirs: "`gen_ai.input.messages`",
        ours: "messages of a call, arguments of a tool, by the span's kind",
        why: "a tool has arguments, not messages",
    },
    Difference {
        name: "traceloop.entity.output",
        theirs: "`gen_ai.output.messages`",
        ours: "messages of a call, the result of a tool, by the span's kind",
        why: "a tool has a result, not messages",
    },
    Difference {
        name: "openinference.span.kind = CHAIN",
        theirs: "`invoke_agent`",
        ours: NO_OPERATION,
        why: "a chain is any step of a program, and repeats the counts of its child spans",
    },
    Difference {
        name: "openinference.span.kind = RERANKER",
        theirs: "`retrieval`",
        ours: NO_OPERATION,
        why: "a reranker gets its documents, it does not retrieve them",
    },
    Difference {
        name: "openinference.span.kind = PROMPT",
        theirs: "`text_completion`",
        ours: NO_OPERATION,
        why: "the span fills a template without a model call; it would count as a call without usage",
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
        why: "a reranker gets its documents, it does not retrieve them",
    },
    Difference {
        name: "agent_role, crew_id, agent_name",
        theirs: "renamed on every span",
        ours: "renamed on spans of the scopes `crewai.telemetry` and `pydantic-ai`",
        why: "generic names, which services use for other things",
    },
    Difference {
        name: "tool.name, tool.description, tool_call.id, tool_call.function.arguments, reranker.model_name, agent.name",
        theirs: "renamed on every span",
        ours: "renamed on spans with an attribute of `openinference.*`",
        why: "generic names, which services use for other things",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Dialect, Structure};
    use crate::{Attribute, Meaning, foreign_operation, meaning};

    /// The attribute a name becomes here; `None` if that depends on the rest of the span.
    fn target_here(name: &str) -> Option<&'static str> {
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
    fn every_rename_of_the_collector_is_the_same_here_or_listed_as_a_difference() {
        let is_named = |name: &str| DIFFERENCES.iter().any(|difference| difference.name == name);
        for Renamed { name, target, .. } in RENAMED {
            assert!(
                target_here(name) == Some(target) || is_named(name),
                "{name}: {:?}",
                target_here(name)
            );
        }
    }

    #[test]
    fn kinds_listed_as_differences_have_no_operation() {
        for (name, value) in DIFFERENCES
            .iter()
            .filter_map(|difference| difference.name.split_once(" = "))
        {
            assert!(matches!(meaning(name), Some(Meaning::Kind)), "{name}");
            assert_eq!(foreign_operation(name, value), None, "{name} = {value}");
        }
    }

    #[test]
    fn names_read_on_some_spans_only_are_generic_or_unprefixed() {
        let some = |name: &str| crate::is_generic(name) || meaning(name).is_none();
        for difference in DIFFERENCES
            .iter()
            .filter(|difference| difference.theirs.contains("every span"))
        {
            assert!(difference.name.split(", ").all(some), "{}", difference.name);
        }
    }
}
