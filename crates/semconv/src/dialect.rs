//! Older and foreign spellings of the attributes: a table each, read like a page.

mod braintrust;
mod claude_code;
mod crewai;
mod deprecated;
mod google_adk;
mod langchain;
mod langfuse;
mod livekit;
mod mlflow;
mod openinference;
mod openlit;
mod pydantic_ai;
mod rust_clients;
mod sentry;
mod structure;
mod traceloop;
mod usage_key;
mod usage_name;
mod vercel;

pub use structure::{Field, Indexed, Structure};
pub use usage_key::{Place, Side, UsageKey};
pub use usage_name::{USAGE_PREFIXES, counts_usage, is_cost_or_duration, is_count, is_count_text, usage_key_path};

use crate::{Attribute, OperationName};

/// What somebody else calls the things of the conventions.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Dialect {
    /// Whose it is.
    pub name: &'static str,
    /// Where it is written down.
    pub source: &'static str,
    /// Attributes that are the conventions' under another name.
    pub renames: &'static [(&'static str, Attribute)],
    /// What a double is multiplied by to be in the conventions' unit, where it is not one.
    pub units: &'static [(&'static str, f64)],
    /// By which attribute and value it says which operation a span is.
    pub operations: &'static [(&'static str, &'static str, OperationName)],
    /// Attributes that say an operation with some values, and none of the conventions' with all others.
    pub kinds: &'static [&'static str],
    /// Names of spans that say what they are, where no attribute does, or a wrong one.
    pub span_names: &'static [(&'static str, OperationName)],
    /// Attributes that hold something to be taken apart.
    pub structures: &'static [(&'static str, Structure)],
    /// Lists spread over attributes with a number in their names.
    pub indexed: &'static [Indexed],
    /// What names begin with that hold content which the conventions have no place for.
    pub content_prefixes: &'static [&'static str],
    /// What does not go on, and why. A name that ends with a dot is what names begin with.
    pub dropped: &'static [(&'static str, &'static str)],
    /// What names begin with that make a span GenAI's without any attribute of `gen_ai.*`.
    pub markers: &'static [&'static str],
    /// Names, or what they begin with, that may as well be a service's own, and are read only beside an attribute of
    /// [`kinds`](Self::kinds).
    pub generic: &'static [&'static str],
    /// Numbers of usage that are left, since others on the span say the same, and why.
    pub redundant: &'static [(&'static str, &'static str)],
    /// Sums of the tokens of both sides: they are checked against the counts, and say what those leave out.
    pub totals: &'static [&'static str],
    /// The instrumentation scopes of its tracer, or what they begin with before a dot.
    pub scopes: &'static [&'static str],
    /// Attributes that are the conventions' under a name anyone may use: they are read only on spans of
    /// [`scopes`](Self::scopes) or [`span_names`](Self::span_names).
    pub unprefixed: &'static [(&'static str, Attribute)],
    /// Whether the input on spans of its tracer leaves out the cached tokens.
    pub input_excludes_cache: bool,
}

impl Dialect {
    /// Every dialect that is read.
    pub const ALL: &[Self] = &[
        deprecated::DEPRECATED,
        rust_clients::RIG,
        rust_clients::GENAI,
        traceloop::TRACELOOP,
        openinference::OPENINFERENCE,
        vercel::VERCEL,
        langfuse::LANGFUSE,
        openlit::OPENLIT,
        pydantic_ai::PYDANTIC_AI,
        sentry::SENTRY,
        langchain::LANGSMITH,
        langchain::LANGGRAPH,
        crewai::CREWAI,
        claude_code::CLAUDE_CODE,
        livekit::LIVEKIT,
        google_adk::GOOGLE_ADK,
        braintrust::BRAINTRUST,
        mlflow::MLFLOW,
    ];

    /// The dialects whose tracers write names that anyone may use.
    pub(crate) const TRACERS: &[&Self] = &[&pydantic_ai::PYDANTIC_AI, &crewai::CREWAI, &claude_code::CLAUDE_CODE];

    /// What a name without a prefix means on spans of this dialect's tracer.
    pub fn unprefixed(&self, name: &str) -> Option<Attribute> {
        let mut names = self.unprefixed.iter();
        names.find(|(of, _)| *of == name).map(|(_, attribute)| *attribute)
    }

    /// Whether a number under a name without a prefix counts usage on spans of this dialect's tracer, for names that
    /// [`unprefixed`](Self::unprefixed) does not know. Limits are no counts.
    pub fn counts_unprefixed(&self, name: &str) -> bool {
        (name.ends_with("_tokens") || name.ends_with("_requests"))
            && !name.contains('.')
            && !name.starts_with("max_")
            && self.unprefixed.iter().any(|(_, attribute)| attribute.is_usage())
    }

    /// What has nothing; a dialect says what it has more.
    const NOTHING: Self = Self {
        name: "",
        source: "",
        renames: &[],
        units: &[],
        operations: &[],
        kinds: &[],
        span_names: &[],
        structures: &[],
        indexed: &[],
        content_prefixes: &[],
        dropped: &[],
        markers: &[],
        generic: &[],
        redundant: &[],
        totals: &[],
        scopes: &[],
        unprefixed: &[],
        input_excludes_cache: false,
    };
}

/// Words that stand for others, in whatever dialect they are said.
pub(crate) const WORDS: &[(Attribute, &str, &str)] = &[
    (Attribute::OutputType, "json_object", "json"),
    (Attribute::OutputType, "json_schema", "json"),
    (Attribute::OutputType, "object", "json"),
    (Attribute::OutputType, "array", "json"),
    (Attribute::OutputType, "enum", "json"),
    (Attribute::OutputType, "audio", "speech"),
    // Claude Code's word for Anthropic's.
    (Attribute::ResponseSpeed, "normal", "standard"),
    // OpenAI's name for its Responses API in older instrumentations.
    (Attribute::OpenaiApiType, "chat.completions", "chat_completions"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_name_means_two_things() {
        let mut met = HashMap::new();
        for (name, attribute) in Dialect::ALL.iter().flat_map(|dialect| dialect.renames) {
            assert_eq!(
                met.insert(*name, *attribute).unwrap_or(*attribute),
                *attribute,
                "{name}"
            );
            assert!(
                Attribute::ALL.iter().all(|current| current.name() != *name),
                "{name} is current"
            );
        }
        for (name, _) in Dialect::ALL.iter().flat_map(|dialect| dialect.structures) {
            assert!(!met.contains_key(name), "{name} is renamed and taken apart");
        }
    }

    #[test]
    fn units_are_of_names_that_are_renamed_to_doubles() {
        for dialect in Dialect::ALL {
            for (name, _) in dialect.units {
                let mut renamed = dialect.renames.iter().chain(dialect.unprefixed);
                let (_, attribute) = renamed.find(|(renamed, _)| renamed == name).unwrap();
                assert_eq!(attribute.value_type(), crate::ValueType::Double, "{name}");
            }
        }
    }

    #[test]
    fn a_count_is_read_or_redundant_and_not_both() {
        for (name, why) in Dialect::ALL.iter().flat_map(|dialect| dialect.redundant) {
            let means = crate::meaning(name);
            assert!(matches!(means, Some(crate::Meaning::Redundant)), "{name}: {means:?}");
            assert!(counts_usage(name) || is_cost_or_duration(name), "{name}");
            assert!(!why.is_empty(), "{name}");
        }
    }

    #[test]
    fn names_without_a_prefix_are_those_of_a_tracer_that_is_told_by_its_scope() {
        for dialect in Dialect::ALL.iter().filter(|dialect| !dialect.unprefixed.is_empty()) {
            assert!(!dialect.scopes.is_empty(), "{}", dialect.name);
            assert!(
                Dialect::TRACERS.iter().any(|tracer| tracer.name == dialect.name),
                "{}",
                dialect.name
            );
            for (name, _) in dialect.unprefixed {
                assert!(crate::meaning(name).is_none(), "{name} is read anywhere");
            }
        }
    }

    #[test]
    fn what_says_an_operation_is_among_the_kinds() {
        for dialect in Dialect::ALL {
            for (name, _, _) in dialect.operations {
                let is_kind = dialect.kinds.contains(name) || *name == Attribute::OperationName.name();
                assert!(is_kind, "{name}");
            }
        }
    }
}
