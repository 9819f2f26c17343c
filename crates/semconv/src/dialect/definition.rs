//! What a dialect consists of.

use super::structure::{Indexed, Structure};
use crate::{Attribute, OperationName};

/// The names that a tracer or an older convention uses for the conventions' attributes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Dialect {
    /// Its name in docs.
    pub name: &'static str,
    /// Where its names are documented.
    pub source: &'static str,
    /// Other names of attributes of the conventions.
    pub renames: &'static [(&'static str, Attribute)],
    /// Factors from a double's unit to the conventions' unit.
    pub units: &'static [(&'static str, f64)],
    /// Attribute, value and the operation they mean.
    pub operations: &'static [(&'static str, &'static str, OperationName)],
    /// Attributes whose values may mean an operation; values not in [`operations`](Self::operations) mean none.
    pub kinds: &'static [&'static str],
    /// Span names that mean an operation, where the attributes have none or a wrong one.
    pub span_names: &'static [(&'static str, OperationName)],
    /// Attributes with structured values to be parsed.
    pub structures: &'static [(&'static str, Structure)],
    /// Lists spread over attributes with an index in their names.
    pub indexed: &'static [Indexed],
    /// Prefixes of content attributes without an equivalent in the conventions.
    pub content_prefixes: &'static [&'static str],
    /// Attributes to be dropped, and why. A name that ends with a dot is a prefix.
    pub dropped: &'static [(&'static str, &'static str)],
    /// Prefixes that mark a GenAI span without an attribute of `gen_ai.*`.
    pub markers: &'static [&'static str],
    /// Names or prefixes that services may use themselves; read only together with an attribute of [`kinds`](Self::kinds).
    pub generic: &'static [&'static str],
    /// Usage counts that repeat others on the span and are left unchanged, and why.
    pub redundant: &'static [(&'static str, &'static str)],
    /// Sums of input and output tokens, checked against the counts.
    pub totals: &'static [&'static str],
    /// Instrumentation scopes of its tracer, or their prefixes before a dot.
    pub scopes: &'static [&'static str],
    /// Other names without a prefix; read only on spans of [`scopes`](Self::scopes) or
    /// [`span_names`](Self::span_names).
    pub unprefixed: &'static [(&'static str, Attribute)],
    /// Whether input counts of its tracer exclude cached tokens.
    pub input_excludes_cache: bool,
}

impl Dialect {
    /// The attribute of a name without a prefix on spans of this dialect's tracer.
    pub fn unprefixed(&self, name: &str) -> Option<Attribute> {
        let mut names = self.unprefixed.iter();
        names.find(|(of, _)| *of == name).map(|(_, attribute)| *attribute)
    }

    /// Whether an unknown name without a prefix is a usage count on spans of this dialect's tracer. Limits are not
    /// counts.
    pub fn counts_unprefixed(&self, name: &str) -> bool {
        (name.ends_with("_tokens") || name.ends_with("_requests"))
            && !name.contains('.')
            && !name.starts_with("max_")
            && self.unprefixed.iter().any(|(_, attribute)| attribute.is_usage())
    }

    /// An empty dialect, for struct update syntax.
    pub(super) const EMPTY: Self = Self {
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
