//! Checks spans, metrics and events against the conventions: what they lack, what they have wrongly, and what no convention
//! knows.

mod checker;
mod signals;

use std::fmt;

use crate::{PREFIX, SpanKind};
use checker::Checker;

pub use signals::{EventView, MetricView, check_event, check_metric};

/// How bad a finding is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// The conventions say must, and it is not so: whoever reads the span by them will miss or misread something.
    Violation,
    /// The conventions say should, and it is not so.
    Improvement,
    /// A name or word that the conventions do not know, which may be somebody's own.
    Unknown,
}

impl Level {
    /// The name to show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Improvement => "improvement",
            Self::Unknown => "unknown",
        }
    }
}

/// What was found of one attribute, or of the span, metric or event itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Finding<'a> {
    /// How bad it is.
    pub level: Level,
    /// What it is about.
    pub problem: Problem,
    /// The attribute's name as it stands on the span, or as it should; empty where it is about the whole.
    pub name: &'a str,
}

impl<'a> Finding<'a> {
    const fn new(problem: Problem, name: &'a str) -> Self {
        Self {
            level: problem.level(),
            problem,
            name,
        }
    }
}

/// What is not as the conventions have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// An attribute that must be there is not.
    Missing,
    /// An attribute that must be there on an error is not.
    MissingOnError,
    /// An attribute that must be there beside `server.address` is not.
    MissingBesideAddress,
    /// An attribute that should be there is not.
    NotRecorded,
    /// The value is of another type.
    WrongType,
    /// A count is negative.
    NegativeCount,
    /// A part, such as cached tokens, is larger than what it is a part of.
    LargerThanWhole,
    /// The attribute stands twice.
    Repeated,
    /// The name was replaced by another.
    OldSpelling,
    /// The value is none of the words that the conventions know of this attribute.
    UnknownWord,
    /// The conventions know no attribute of that name.
    UnknownName,
    /// A number counts usage under a name that nothing reads.
    UnreadUsage,
    /// The span is of another kind than its type.
    Kind,
    /// The span is not named by its operation and what that is about.
    SpanName,
    /// No type of span of the conventions has that operation.
    UnknownOperation,
    /// The text is no JSON of the form that the attribute has.
    MalformedJson,
    /// The metric is recorded with another instrument.
    WrongInstrument,
    /// The metric has another unit.
    WrongUnit,
    /// The metric's buckets are not the conventions'.
    Buckets,
    /// The conventions know no metric of that name.
    UnknownMetric,
    /// The conventions know no event of that name.
    UnknownEvent,
}

impl Problem {
    /// What is wrong, in words that follow the attribute's name.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Missing => "is required and not there",
            Self::MissingOnError => "is required on a span that ended in an error, and not there",
            Self::MissingBesideAddress => "is required beside `server.address`, and not there",
            Self::NotRecorded => "is recommended and not there",
            Self::WrongType => "is of another type than the conventions'",
            Self::NegativeCount => "is negative",
            Self::LargerThanWhole => "is larger than what it is a part of",
            Self::Repeated => "stands on the span more than once",
            Self::OldSpelling => "is an old or a framework's name of another attribute",
            Self::UnknownWord => "has a value that the conventions do not know",
            Self::UnknownName => "is a name that the conventions do not know",
            Self::UnreadUsage => "counts usage and is not understood; a computed cost lacks it",
            Self::Kind => "the span is of another kind than the conventions'",
            Self::SpanName => "the span is not named as the conventions want",
            Self::UnknownOperation => "names an operation that no type of span has",
            Self::MalformedJson => "is no JSON of the form that the conventions give it",
            Self::WrongInstrument => "the metric is recorded with another instrument than the conventions'",
            Self::WrongUnit => "the metric has another unit than the conventions'",
            Self::Buckets => "the metric has other buckets than the conventions'",
            Self::UnknownMetric => "the metric is none that the conventions know",
            Self::UnknownEvent => "the event is none that the conventions know",
        }
    }

    const fn level(self) -> Level {
        match self {
            Self::Missing
            | Self::MissingOnError
            | Self::MissingBesideAddress
            | Self::WrongType
            | Self::NegativeCount
            | Self::LargerThanWhole
            | Self::Repeated
            | Self::OldSpelling
            | Self::MalformedJson
            | Self::WrongInstrument
            | Self::WrongUnit => Level::Violation,
            Self::NotRecorded | Self::Kind | Self::SpanName | Self::Buckets => Level::Improvement,
            Self::UnknownWord
            | Self::UnknownName
            | Self::UnreadUsage
            | Self::UnknownOperation
            | Self::UnknownMetric
            | Self::UnknownEvent => Level::Unknown,
        }
    }
}

impl fmt::Display for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            return f.write_str(self.problem.words());
        }
        write!(f, "{} {}", self.name, self.problem.words())
    }
}

/// A value, as far as it is checked.
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
    /// A text that is no JSON of the form that its attribute has; only who reads JSON can tell.
    MalformedJson,
    /// Anything else: other lists, tables, bytes, nothing.
    Other,
}

/// A span, as far as it is checked.
#[derive(Clone, Copy, Debug)]
pub struct SpanView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its kind; `None` for one that no type of span of the conventions has.
    pub kind: Option<SpanKind>,
    /// Whether its status is an error.
    pub is_error: bool,
    /// Its attributes, in their order.
    pub attributes: &'a [(&'a str, Shape<'a>)],
}

/// What checking came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked<'a> {
    /// The type of span, the metric or the event it was checked as; `None` where it says none that the conventions know.
    pub checked_as: Option<&'static str>,
    /// What was found, in the order of the attributes, and then what is missing.
    pub findings: Vec<Finding<'a>>,
}

impl<'a> Checked<'a> {
    /// Adds a number of the usage that was found in JSON and is not understood. Each name is added once.
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

/// Checks a span; `None` when it is none of GenAI's or MCP's, which has no attribute of theirs.
///
/// ```
/// use tracing_genai_semconv::check::{Problem, Shape, SpanView, check};
/// use tracing_genai_semconv::SpanKind;
///
/// let checked = check(&SpanView {
///     name: "chat gpt-4o",
///     kind: Some(SpanKind::Client),
///     is_error: false,
///     attributes: &[
///         ("gen_ai.operation.name", Shape::Text("chat")),
///         ("gen_ai.request.model", Shape::Text("gpt-4o")),
///         ("gen_ai.usage.input_tokens", Shape::Text("12")),
///     ],
/// })
/// .unwrap();
/// let problem = |name| checked.findings.iter().find(|finding| finding.name == name).unwrap().problem;
/// assert_eq!(problem("gen_ai.provider.name"), Problem::Missing);
/// assert_eq!(problem("gen_ai.usage.input_tokens"), Problem::WrongType);
/// ```
pub fn check<'a>(span: &SpanView<'a>) -> Option<Checked<'a>> {
    let is_ours = |name: &str| name.starts_with(PREFIX) || name.starts_with("mcp.");
    if !span.attributes.iter().any(|(name, _)| is_ours(name)) {
        return None;
    }
    Some(check_genai(span))
}

/// As [`check`], of a span that is known to be GenAI's or MCP's, whatever its attributes.
pub fn check_genai<'a>(span: &SpanView<'a>) -> Checked<'a> {
    let mut checker = Checker::new(span.attributes);
    checker.attributes();
    checker.parts();
    let span_type = checker.span_type(span);
    if let Some(span_type) = span_type {
        checker.requirements(span_type.attributes, span.is_error);
        checker.name_and_kind(span, span_type);
    }
    Checked {
        checked_as: span_type.map(|span_type| span_type.id),
        findings: checker.findings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[(&str, Shape<'_>)] = &[
        ("gen_ai.operation.name", Shape::Text("chat")),
        ("gen_ai.provider.name", Shape::Text("openai")),
        ("gen_ai.request.model", Shape::Text("gpt-4o")),
        ("gen_ai.usage.input_tokens", Shape::Int(12)),
        ("my.own", Shape::Other),
        ("tool.name", Shape::Text("ours")),
    ];

    fn view<'a>(name: &'a str, attributes: &'a [(&'a str, Shape<'a>)]) -> SpanView<'a> {
        SpanView {
            name,
            kind: Some(SpanKind::Client),
            is_error: false,
            attributes,
        }
    }

    /// What was found but for what is only recommended.
    fn found<'a>(span: &SpanView<'a>) -> Vec<(Problem, &'a str)> {
        let checked = check(span).unwrap();
        let findings = checked
            .findings
            .iter()
            .filter(|finding| finding.problem != Problem::NotRecorded);
        findings.map(|finding| (finding.problem, finding.name)).collect()
    }

    #[test]
    fn a_span_by_the_conventions_has_no_finding_and_one_of_nobody_is_not_checked() {
        assert_eq!(found(&view("chat gpt-4o", GOOD)), []);
        let checked = check(&view("chat gpt-4o", GOOD)).unwrap();
        assert_eq!(checked.checked_as, Some("gen_ai.inference.client"));
        assert_eq!(
            check(&view("GET /", &[("http.request.method", Shape::Text("GET"))])),
            None
        );
    }

    #[test]
    fn what_is_there_is_checked_by_name_type_word_and_sum() {
        let attributes = [
            GOOD,
            &[
                ("gen_ai.request.top_k", Shape::Double),
                ("gen_ai.usage.output_tokens", Shape::Int(-1)),
                ("gen_ai.usage.cache_read.input_tokens", Shape::Int(13)),
                ("gen_ai.usage.prompt_tokens", Shape::Int(12)),
                ("gen_ai.prompt", Shape::Text("hi")),
                ("gen_ai.completion.0.content", Shape::Text("ho")),
                ("gen_ai.completion.0.role", Shape::Text("assistant")),
                ("gen_ai.prompt.variable.who", Shape::Text("Ann")),
                ("gen_ai.output.type", Shape::Text("poem")),
                ("gen_ai.invented", Shape::Bool),
                ("gen_ai.usage.poems", Shape::Int(7)),
                ("llm.usage.poems", Shape::Text("7")),
                ("gen_ai.usage.no_poems", Shape::Int(0)),
                ("gen_ai.request.model", Shape::Text("gpt-4o")),
            ],
        ]
        .concat();
        assert_eq!(
            found(&view("chat gpt-4o", &attributes)),
            [
                (Problem::WrongType, "gen_ai.request.top_k"),
                (Problem::NegativeCount, "gen_ai.usage.output_tokens"),
                (Problem::OldSpelling, "gen_ai.usage.prompt_tokens"),
                (Problem::OldSpelling, "gen_ai.prompt"),
                (Problem::OldSpelling, "gen_ai.completion."),
                (Problem::UnknownWord, "gen_ai.output.type"),
                (Problem::UnknownName, "gen_ai.invented"),
                (Problem::UnreadUsage, "gen_ai.usage.poems"),
                (Problem::UnreadUsage, "llm.usage.poems"),
                (Problem::UnknownName, "gen_ai.usage.no_poems"),
                (Problem::Repeated, "gen_ai.request.model"),
                (Problem::LargerThanWhole, "gen_ai.usage.cache_read.input_tokens"),
            ]
        );
    }

    #[test]
    fn what_was_found_in_json_is_added_once() {
        let attributes = [GOOD, &[("gen_ai.usage.poems", Shape::Double)]].concat();
        let mut checked = check(&view("chat gpt-4o", &attributes)).unwrap();
        for name in ["gen_ai.usage.poems", "usage_details.poems", "usage_details.poems"] {
            checked.add_unread_usage(name);
        }
        let of = |problem| {
            let findings = checked
                .findings
                .iter()
                .filter(move |finding| finding.problem == problem);
            findings.map(|finding| finding.name).collect::<Vec<_>>()
        };
        assert_eq!(of(Problem::UnreadUsage), ["gen_ai.usage.poems", "usage_details.poems"]);
        assert_eq!(of(Problem::UnknownName), [""; 0]);
    }

    #[test]
    fn what_is_missing_depends_on_the_type_and_on_what_is_there() {
        let attributes = [GOOD, &[("server.address", Shape::Text("api.openai.com"))]].concat();
        let mut failed = view("chat gpt-4o", &attributes);
        failed.is_error = true;
        assert_eq!(
            found(&failed),
            [
                (Problem::MissingOnError, "error.type"),
                (Problem::MissingBesideAddress, "server.port"),
            ]
        );
        let tool = [("gen_ai.operation.name", Shape::Text("execute_tool"))];
        assert_eq!(
            found(&view("search", &tool)),
            [
                (Problem::Missing, "gen_ai.tool.name"),
                (Problem::Kind, ""),
                (Problem::SpanName, ""),
            ]
        );
        let called = [("mcp.method.name", Shape::Text("tools/call"))];
        assert_eq!(
            check(&view("tools/call", &called)).unwrap().checked_as,
            Some("mcp.client")
        );
        let unknown = [("gen_ai.operation.name", Shape::Text("dream"))];
        assert_eq!(
            found(&view("dream", &unknown)),
            [(Problem::UnknownOperation, "gen_ai.operation.name")]
        );
    }
}
