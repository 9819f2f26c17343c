//! Compares attributes with the conventions and collects findings.

use std::collections::HashSet;

use super::finding::{Finding, Problem};
use super::view::{Shape, SpanView};
use crate::cost::is_cost_key;
use crate::dialect::Structure;
use crate::{
    Attribute, Meaning, OperationName, PREFIX, Requirement, SpanKind, SpanType, ValueType, counts_usage, is_count_text,
    is_generic, meaning,
};

/// Parts and their wholes.
const PARTS: &[(Attribute, Attribute)] = &[
    (Attribute::UsageCacheReadInputTokens, Attribute::UsageInputTokens),
    (Attribute::UsageCacheWriteInputTokens, Attribute::UsageInputTokens),
    (Attribute::UsageTextInputTokens, Attribute::UsageInputTokens),
    (Attribute::UsageImageInputTokens, Attribute::UsageInputTokens),
    (Attribute::UsageAudioInputTokens, Attribute::UsageInputTokens),
    (Attribute::UsageReasoningOutputTokens, Attribute::UsageOutputTokens),
    (Attribute::UsageTextOutputTokens, Attribute::UsageOutputTokens),
    (Attribute::UsageImageOutputTokens, Attribute::UsageOutputTokens),
    (Attribute::UsageAudioOutputTokens, Attribute::UsageOutputTokens),
];

pub(super) struct Checker<'a> {
    attributes: &'a [(&'a str, Shape<'a>)],
    pub(super) findings: Vec<Finding<'a>>,
}

impl<'a> Checker<'a> {
    pub(super) const fn new(attributes: &'a [(&'a str, Shape<'a>)]) -> Self {
        Self {
            attributes,
            findings: Vec::new(),
        }
    }

    pub(super) fn check_attributes(&mut self) {
        let mut seen = HashSet::new();
        for (name, value) in self.attributes {
            self.check_attribute(seen.insert(*name), name, *value);
        }
    }

    pub(super) fn report(&mut self, problem: Problem, name: &'a str) {
        self.findings.push(Finding::new(problem, name));
    }

    fn check_attribute(&mut self, is_first: bool, name: &'a str, value: Shape<'a>) {
        if is_cost_key(name) {
            // In wide use, but outside the conventions.
            if name.starts_with(PREFIX) {
                self.report(Problem::UnknownName, name);
            }
            return;
        }
        let Some(Meaning::Attribute(spelling)) = meaning(name) else {
            if is_first {
                self.check_other_name(name, value);
            }
            return;
        };
        if !is_first {
            self.report(Problem::Repeated, name);
            return;
        }
        if !spelling.is_current() {
            // A generic name may be the service's own.
            if !is_generic(name) {
                self.report(Problem::OldSpelling, name);
            }
            return;
        }
        if value == Shape::MalformedJson {
            self.report(Problem::MalformedJson, name);
        } else if !has_type(value, spelling.attribute.value_type()) {
            self.report(Problem::WrongType, name);
        }
        if spelling.attribute.is_usage() && matches!(value, Shape::Int(..0)) {
            self.report(Problem::NegativeCount, name);
        }
        let words = spelling.attribute.known_values();
        let is_known = |word: &str| words.is_empty() || words.contains(&word);
        if matches!(value, Shape::Text(word) if !is_known(word)) {
            let is_operation = spelling.attribute == Attribute::OperationName;
            self.report(
                if is_operation {
                    Problem::UnknownOperation
                } else {
                    Problem::UnknownWord
                },
                name,
            );
        }
    }

    /// Checks a name that is not an attribute: an older form of one, or unknown.
    fn check_other_name(&mut self, name: &'a str, value: Shape<'a>) {
        match meaning(name) {
            None if counts_usage(name) && is_above_zero(value) => self.report(Problem::UnreadUsage, name),
            // A generic name may be the service's own.
            Some(_) if is_generic(name) => {}
            // One finding for all elements of a list.
            Some(Meaning::Element(list)) => {
                let is_found =
                    |finding: &Finding<'_>| (finding.problem, finding.name) == (Problem::OldSpelling, list.prefix);
                if !self.findings.iter().any(is_found) {
                    self.report(Problem::OldSpelling, list.prefix);
                }
            }
            Some(Meaning::Structure(structure)) if structure.is_superseded() => self.report(Problem::OldSpelling, name),
            Some(Meaning::Structure(Structure::Content)) if name.starts_with("gen_ai.prompt.variable.") => {}
            _ if name.starts_with(PREFIX) => self.report(Problem::UnknownName, name),
            _ => {}
        }
    }

    pub(super) fn check_parts(&mut self) {
        for &(part, whole) in PARTS {
            if let (Some(Shape::Int(count)), Some(Shape::Int(most))) = (self.value(part), self.value(whole))
                && count > most
            {
                self.report(Problem::LargerThanWhole, part.name());
            }
        }
    }

    pub(super) fn span_type(&self, span: &SpanView<'_>) -> Option<&'static SpanType> {
        if self.value(Attribute::McpMethodName).is_some() {
            let is_server = span.kind == Some(SpanKind::Server);
            return Some(if is_server {
                &SpanType::MCP_SERVER
            } else {
                &SpanType::MCP_CLIENT
            });
        }
        let Some(Shape::Text(operation)) = self.value(Attribute::OperationName) else {
            return None;
        };
        SpanType::of(
            OperationName::from_name(operation)?,
            span.kind.unwrap_or(SpanKind::Client),
        )
    }

    pub(super) fn check_requirements(
        &mut self,
        requirements: &'static [(Requirement, &'static [Attribute])],
        is_error: bool,
    ) {
        let has_address = self.value(Attribute::ServerAddress).is_some();
        for (requirement, attributes) in requirements {
            for attribute in *attributes {
                if self.value(*attribute).is_some() {
                    continue;
                }
                let problem = match requirement {
                    Requirement::Required => Problem::Missing,
                    Requirement::OnError if is_error => Problem::MissingOnError,
                    Requirement::WithServerAddress if has_address => Problem::MissingBesideAddress,
                    Requirement::Recommended => Problem::NotRecorded,
                    // The span does not show whether the others apply.
                    _ => continue,
                };
                self.report(problem, attribute.name());
            }
        }
    }

    pub(super) fn check_name_and_kind(&mut self, span: &SpanView<'_>, span_type: &'static SpanType) {
        // A client call may stay within the process.
        let is_right = span.kind == Some(span_type.kind)
            || (span_type.kind == SpanKind::Client && span.kind == Some(SpanKind::Internal));
        if !is_right {
            self.report(Problem::Kind, "");
        }
        let text = |attribute| match self.value(attribute) {
            Some(Shape::Text(text)) => Some(text),
            _ => None,
        };
        let method = text(Attribute::McpMethodName);
        let Some(operation) = method.or_else(|| text(Attribute::OperationName)) else {
            return;
        };
        let target = if method.is_some() {
            text(Attribute::ToolName).or_else(|| text(Attribute::PromptName))
        } else {
            OperationName::from_name(operation)
                .and_then(OperationName::target)
                .and_then(text)
        };
        let is_named = match target {
            Some(target) => {
                span.name
                    .strip_prefix(operation)
                    .and_then(|rest| rest.strip_prefix(' '))
                    == Some(target)
            }
            None => span.name == operation,
        };
        if !is_named {
            self.report(Problem::SpanName, "");
        }
    }

    /// The value under the current name.
    pub(super) fn value(&self, attribute: Attribute) -> Option<Shape<'a>> {
        let found = self.attributes.iter().find(|(name, _)| *name == attribute.name());
        found.map(|(_, value)| *value)
    }
}

/// Whether a value is a number above zero. Unsigned integers are exported as text.
fn is_above_zero(value: Shape<'_>) -> bool {
    match value {
        Shape::Int(count) => count > 0,
        Shape::Text(text) => is_count_text(text),
        _ => false,
    }
}

fn has_type(value: Shape<'_>, value_type: ValueType) -> bool {
    match value_type {
        ValueType::Text => matches!(value, Shape::Text(_)),
        ValueType::TextArray => matches!(value, Shape::TextArray),
        ValueType::Int => matches!(value, Shape::Int(_)),
        ValueType::Double => matches!(value, Shape::Double),
        ValueType::Bool => matches!(value, Shape::Bool),
        // A map if the exporter supports it, else JSON text.
        ValueType::Json => matches!(value, Shape::Text(_) | Shape::TextArray | Shape::Other),
    }
}
