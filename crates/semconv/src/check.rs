//! Checks spans, metrics and events against the conventions: missing, wrong and unknown attributes.

mod checker;
mod finding;
mod signals;
mod view;

use crate::PREFIX;
use checker::Checker;

pub use finding::{Finding, Level, Problem};
pub use signals::{EventView, MetricView, check_event, check_metric};
pub use view::{Checked, Shape, SpanView};

/// Checks a span; `None` without an attribute of `gen_ai.*` or `mcp.*`.
///
/// ```
/// use tracing_genai_semconv::check::{Problem, Shape, SpanView, check};
/// use tracing_genai_semconv::SpanKind;
///
/// let attributes = [
///     ("gen_ai.operation.name", Shape::Text("chat")),
///     ("gen_ai.request.model", Shape::Text("gpt-4o")),
///     ("gen_ai.usage.input_tokens", Shape::Text("12")),
/// ];
/// let checked = check(&SpanView::new("chat gpt-4o", &attributes).kind(SpanKind::Client)).unwrap();
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

/// As [`check`], for a span known to be a GenAI or MCP span, whatever its attributes.
pub fn check_genai<'a>(span: &SpanView<'a>) -> Checked<'a> {
    let mut checker = Checker::new(span.attributes);
    checker.check_attributes();
    checker.check_parts();
    let span_type = checker.span_type(span);
    if let Some(span_type) = span_type {
        checker.check_requirements(span_type.attributes, span.is_error);
        checker.check_name_and_kind(span, span_type);
    }
    Checked {
        checked_as: span_type.map(|span_type| span_type.id),
        findings: checker.findings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SpanKind;

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

    /// The findings, without missing recommended attributes.
    fn found<'a>(span: &SpanView<'a>) -> Vec<(Problem, &'a str)> {
        let checked = check(span).unwrap();
        let findings = checked
            .findings
            .iter()
            .filter(|finding| finding.problem != Problem::NotRecorded);
        findings.map(|finding| (finding.problem, finding.name)).collect()
    }

    #[test]
    fn a_valid_span_has_no_finding_and_other_spans_are_not_checked() {
        assert_eq!(found(&view("chat gpt-4o", GOOD)), []);
        let checked = check(&view("chat gpt-4o", GOOD)).unwrap();
        assert_eq!(checked.checked_as, Some("gen_ai.inference.client"));
        assert_eq!(
            check(&view("GET /", &[("http.request.method", Shape::Text("GET"))])),
            None
        );
    }

    #[test]
    fn attributes_are_checked_by_name_type_value_and_sum() {
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
    fn unread_usage_is_added_once() {
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
    fn required_attributes_depend_on_type_and_other_attributes() {
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
