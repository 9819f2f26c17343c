//! What is checked, and the result.

use super::finding::{Finding, Problem};
use crate::SpanKind;

/// An attribute value for the check.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Shape<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A double.
    Double,
    /// True or false.
    Bool,
    /// A list of texts.
    TextArray,
    /// A text that is not JSON of its attribute's form; determined by the caller, since this crate parses no JSON.
    MalformedJson,
    /// Any other value: other lists, maps, bytes, empty.
    Other,
}

/// A span to check.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SpanView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its kind; `None` for kinds that no span type of the conventions has.
    pub kind: Option<SpanKind>,
    /// Whether its status is an error.
    pub is_error: bool,
    /// Its attributes, in their order.
    pub attributes: &'a [(&'a str, Shape<'a>)],
}

impl<'a> SpanView<'a> {
    /// A span without a known kind, whose status is no error.
    pub const fn new(name: &'a str, attributes: &'a [(&'a str, Shape<'a>)]) -> Self {
        Self {
            name,
            kind: None,
            is_error: false,
            attributes,
        }
    }

    /// Sets the kind; `None` for kinds that no span type of the conventions has.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<Option<SpanKind>>) -> Self {
        self.kind = kind.into();
        self
    }

    /// Sets whether the status is an error.
    #[must_use]
    pub const fn error(mut self, is_error: bool) -> Self {
        self.is_error = is_error;
        self
    }
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked<'a> {
    /// The span type, metric or event it was checked as; `None` if unknown to the conventions.
    pub checked_as: Option<&'static str>,
    /// The findings, in the order of the attributes; missing ones last.
    pub findings: Vec<Finding<'a>>,
}

impl<'a> Checked<'a> {
    /// Adds an unknown usage count found in JSON, once per name.
    pub fn add_unread_usage(&mut self, name: &'a str) {
        let is_found = |finding: &Finding<'_>| finding.problem == Problem::UnreadUsage && finding.name == name;
        if self.findings.iter().any(is_found) {
            return;
        }
        self.findings
            .retain(|finding| finding.problem != Problem::UnknownName || finding.name != name);
        self.findings.push(Finding::new(Problem::UnreadUsage, name));
    }
}
