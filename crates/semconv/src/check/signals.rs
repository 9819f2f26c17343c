//! Checks metrics and events, which are known by their names.

use super::{Checked, Checker, Problem, Shape};
use crate::event::Event;
use crate::metric::{Instrument, Metric, Origin};
use crate::{Attribute, PREFIX};

/// A metric and the attributes of one of its points, as far as they are checked.
#[derive(Clone, Copy, Debug)]
pub struct MetricView<'a> {
    /// The metric's name.
    pub name: &'a str,
    /// Its unit.
    pub unit: &'a str,
    /// What it was recorded with; `None` for what the conventions do not use.
    pub instrument: Option<Instrument>,
    /// The edges of its buckets; `None` where it has none of its own.
    pub boundaries: Option<&'a [f64]>,
    /// The attributes of the point.
    pub attributes: &'a [(&'a str, Shape<'a>)],
}

/// Checks a point of a metric; `None` when the metric is none of GenAI's or MCP's.
///
/// ```
/// use tracing_genai_semconv::check::{MetricView, Problem, check_metric};
/// use tracing_genai_semconv::metric::Instrument;
///
/// let checked = check_metric(&MetricView {
///     name: "gen_ai.client.token.usage",
///     unit: "1",
///     instrument: Some(Instrument::Histogram),
///     boundaries: None,
///     attributes: &[],
/// })
/// .unwrap();
/// assert_eq!(checked.findings[0].problem, Problem::WrongUnit);
/// ```
pub fn check_metric<'a>(point: &MetricView<'a>) -> Option<Checked<'a>> {
    let metric = Metric::from_name(point.name);
    let is_ours = point.name.starts_with(PREFIX) || point.name.starts_with("mcp.");
    if metric.is_none() && !is_ours {
        return None;
    }
    let mut checker = Checker::new(point.attributes);
    if metric.is_none_or(|metric| metric.origin == Origin::Field) {
        checker.find(Problem::UnknownMetric, "");
    }
    checker.attributes();
    if let Some(metric) = metric {
        if point.unit != metric.unit {
            checker.find(Problem::WrongUnit, "");
        }
        if point.instrument != Some(metric.instrument) {
            checker.find(Problem::WrongInstrument, "");
        }
        let is_conventions = matches!(metric.origin, Origin::Published | Origin::InDevelopment);
        if is_conventions
            && point
                .boundaries
                .is_some_and(|edges| !are_same(edges, metric.boundaries))
        {
            checker.find(Problem::Buckets, "");
        }
        // Whether the operation failed, a point says by this attribute alone.
        checker.requirements(metric.attributes, false);
    }
    Some(Checked {
        checked_as: metric.map(|metric| metric.name),
        findings: checker.findings,
    })
}

fn are_same(edges: &[f64], others: &[f64]) -> bool {
    edges.len() == others.len()
        && edges
            .iter()
            .zip(others)
            .all(|(edge, other)| (edge - other).abs() < 1e-9)
}

/// An event, as far as it is checked.
#[derive(Clone, Copy, Debug)]
pub struct EventView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its attributes.
    pub attributes: &'a [(&'a str, Shape<'a>)],
}

/// Checks an event; `None` when it is none of GenAI's.
///
/// ```
/// use tracing_genai_semconv::check::{EventView, Problem, check_event};
///
/// let event = EventView { name: "gen_ai.evaluation.result", attributes: &[] };
/// let findings = check_event(&event).unwrap().findings;
/// assert_eq!((findings[0].problem, findings[0].name), (Problem::Missing, "gen_ai.evaluation.name"));
/// ```
pub fn check_event<'a>(event: &EventView<'a>) -> Option<Checked<'a>> {
    if !event.name.starts_with(PREFIX) {
        return None;
    }
    let mut checker = Checker::new(event.attributes);
    let known = Event::from_name(event.name);
    if known.is_none() {
        checker.find(Problem::UnknownEvent, "");
    }
    checker.attributes();
    checker.parts();
    if let Some(known) = known {
        // An event that tells of an error says so by this attribute alone.
        checker.requirements(known.attributes, false);
        if *known == crate::event::OPERATION_EXCEPTION
            && checker.value(Attribute::ExceptionType).is_none()
            && checker.value(Attribute::ExceptionMessage).is_none()
        {
            checker.find(Problem::Missing, Attribute::ExceptionType.name());
        }
    }
    Some(Checked {
        checked_as: known.map(|known| known.name),
        findings: checker.findings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &[(&str, Shape<'_>)] = &[
        ("gen_ai.operation.name", Shape::Text("chat")),
        ("gen_ai.provider.name", Shape::Text("openai")),
    ];

    fn problems(checked: Option<Checked<'_>>) -> Vec<Problem> {
        let findings = checked.unwrap().findings.into_iter();
        let all = findings.map(|finding| finding.problem);
        all.filter(|problem| *problem != Problem::NotRecorded).collect()
    }

    #[test]
    fn a_metric_is_checked_by_unit_instrument_buckets_and_attributes() {
        let duration = &crate::metric::OPERATION_DURATION;
        let point = MetricView {
            name: duration.name,
            unit: "s",
            instrument: Some(Instrument::Histogram),
            boundaries: Some(duration.boundaries),
            attributes: CALL,
        };
        assert_eq!(problems(check_metric(&point)), []);
        let wrong = MetricView {
            unit: "ms",
            instrument: None,
            boundaries: Some(&[1.0, 2.0]),
            attributes: &CALL[1..],
            ..point
        };
        assert_eq!(
            problems(check_metric(&wrong)),
            [
                Problem::WrongUnit,
                Problem::WrongInstrument,
                Problem::Buckets,
                Problem::Missing
            ]
        );
    }

    #[test]
    fn what_nobody_knows_is_unknown_and_what_is_not_ours_is_not_checked() {
        let point = |name| MetricView {
            name,
            unit: "1",
            instrument: None,
            boundaries: None,
            attributes: &[],
        };
        assert_eq!(
            problems(check_metric(&point("gen_ai.invented"))),
            [Problem::UnknownMetric]
        );
        assert_eq!(check_metric(&point("http.server.request.duration")), None);
        let event = |name| EventView { name, attributes: &[] };
        assert_eq!(problems(check_event(&event("gen_ai.choice"))), [Problem::UnknownEvent]);
        assert_eq!(
            problems(check_event(&event("gen_ai.client.operation.exception"))),
            [Problem::Missing]
        );
        assert_eq!(check_event(&event("device.app.lifecycle")), None);
    }
}
