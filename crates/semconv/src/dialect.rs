//! Older and foreign spellings of the attributes: a table each, read like a page.

mod deprecated;
mod langfuse;
mod openinference;
mod openlit;
mod rust_clients;
mod structure;
mod traceloop;
mod vercel;

pub use structure::{Field, Indexed, Structure};

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
    ];

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
                let (_, attribute) = dialect.renames.iter().find(|(renamed, _)| renamed == name).unwrap();
                assert_eq!(attribute.value_type(), crate::ValueType::Double, "{name}");
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
