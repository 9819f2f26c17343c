//! Deprecated and foreign spellings of the attributes, one table per dialect.

mod braintrust;
mod claude_code;
mod crewai;
mod definition;
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

pub use definition::Dialect;
pub use structure::{Field, Indexed, Structure};
pub use usage_key::{Place, Side, UsageKey};
pub use usage_name::{USAGE_PREFIXES, counts_usage, is_cost_or_duration, is_count, is_count_text, usage_key_path};

use crate::Attribute;

impl Dialect {
    /// Every supported dialect.
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

    /// The dialects with names without a prefix.
    pub(crate) const TRACERS: &[&Self] = &[&pydantic_ai::PYDANTIC_AI, &crewai::CREWAI, &claude_code::CLAUDE_CODE];
}

/// Other values and the conventions' values of an attribute, in any dialect.
pub(crate) const VALUE_RENAMES: &[(Attribute, &str, &str)] = &[
    (Attribute::OutputType, "json_object", "json"),
    (Attribute::OutputType, "json_schema", "json"),
    (Attribute::OutputType, "object", "json"),
    (Attribute::OutputType, "array", "json"),
    (Attribute::OutputType, "enum", "json"),
    (Attribute::OutputType, "audio", "speech"),
    // Claude Code's value for Anthropic's.
    (Attribute::ResponseSpeed, "normal", "standard"),
    // In older instrumentations of OpenAI.
    (Attribute::OpenaiApiType, "chat.completions", "chat_completions"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_name_has_one_meaning() {
        let mut seen = HashMap::new();
        for (name, attribute) in Dialect::ALL.iter().flat_map(|dialect| dialect.renames) {
            assert_eq!(
                seen.insert(*name, *attribute).unwrap_or(*attribute),
                *attribute,
                "{name}"
            );
            assert!(
                Attribute::ALL.iter().all(|current| current.name() != *name),
                "{name} is current"
            );
        }
        for (name, _) in Dialect::ALL.iter().flat_map(|dialect| dialect.structures) {
            assert!(!seen.contains_key(name), "{name} is renamed and parsed");
        }
    }

    #[test]
    fn units_belong_to_names_of_doubles() {
        for dialect in Dialect::ALL {
            for (name, _) in dialect.units {
                let mut renamed = dialect.renames.iter().chain(dialect.unprefixed);
                let (_, attribute) = renamed.find(|(renamed, _)| renamed == name).unwrap();
                assert_eq!(attribute.value_type(), crate::ValueType::Double, "{name}");
            }
        }
    }

    #[test]
    fn redundant_counts_are_not_read() {
        for (name, why) in Dialect::ALL.iter().flat_map(|dialect| dialect.redundant) {
            let means = crate::meaning(name);
            assert!(matches!(means, Some(crate::Meaning::Redundant)), "{name}: {means:?}");
            assert!(counts_usage(name) || is_cost_or_duration(name), "{name}");
            assert!(!why.is_empty(), "{name}");
        }
    }

    #[test]
    fn dialects_with_unprefixed_names_have_scopes() {
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
    fn every_attribute_of_operations_is_a_kind() {
        for dialect in Dialect::ALL {
            for (name, _, _) in dialect.operations {
                let is_kind = dialect.kinds.contains(name) || *name == Attribute::OperationName.name();
                assert!(is_kind, "{name}");
            }
        }
    }
}
