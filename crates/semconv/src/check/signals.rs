//! Checks metrics and events, which are identified by name.

use super::checker::Checker;
use super::finding::Problem;
use super::view::{Checked, Shape};
use crate::event::Event;
use crate::metric::{Instrument, Metric, Origin};
use crate::{Attribute, PREFIX};

/// A metric and one of its points to check.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MetricView<'a> {
    /// The metric's name.
    pub name: &'a str,
    /// Its unit.
    pub unit: &'a str,
    /// Its instrument; `None` for instruments that the conventions do not use.
    pub instrument: Option<Instrument>,
    /// Its bucket boundaries; `None` without explicit ones.
    pub boundaries: Option<&'a [f64]>,
    /// The attributes of the point.
    pub attributes: &'a [(&'a str, Shape<'a>)],
}

impl<'a> MetricView<'a> {
    /// A point of a metric without a known instrument and without explicit boundaries.
    pub const fn new(name: &'a str, unit: &'a str, attributes: &'a [(&'a str, Shape<'a>)]) -> Self {
        Self {
            name,
            unit,
            instrument: None,
            boundaries: None,
            attributes,
        }
    }

    /// Sets the instrument; `None` for instruments that the conventions do not use.
    #[must_use]
    pub fn instrument(mut self, instrument: impl Into<Option<Instrument>>) -> Self {
        self.instrument = instrument.into();
        self
    }

    /// Sets the bucket boundaries; `None` without explicit ones.
    #[must_use]
    pub fn boundaries(mut self, boundaries: impl Into<Option<&'a [f64]>>) -> Self {
        self.boundaries = boundaries.into();
        self
    }
}

/// Checks a point of a metric; `None` for other than GenAI and MCP metrics.
///
/// ```
/// use tracing_genai_semconv::check::{MetricView, Problem, check_metric};
/// use tracing_genai_semconv::metric::Instrument;
///
/// let view = MetricView::new("gen_ai.client.token.usage", "1", &[]).instrument(Instrument::Histogram);
/// let checked = check_metric(&view).unwrap();
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
        checker.report(Problem::UnknownMetric, "");
    }
    checker.check_attributes();
    if let Some(metric) = metric {
        if point.unit != metric.unit {
            checker.report(Problem::WrongUnit, "");
        }
        if point.instrument != Some(metric.instrument) {
            checker.report(Problem::WrongInstrument, "");
        }
        let is_conventions = matches!(metric.origin, Origin::Published | Origin::InDevelopment);
        if is_conventions
            && point
                .boundaries
                .is_some_and(|edges| !same_boundaries(edges, metric.boundaries))
        {
            checker.report(Problem::Buckets, "");
        }
        // Only `error.type` marks a failed operation, so it cannot be required.
        checker.check_requirements(metric.attributes, false);
    }
    Some(Checked {
        checked_as: metric.map(|metric| metric.name),
        findings: checker.findings,
    })
}

fn same_boundaries(edges: &[f64], others: &[f64]) -> bool {
    edges.len() == others.len()
        && edges
            .iter()
            .zip(others)
            .all(|(edge, other)| (edge - other).abs() < 1e-9)
}

/// An event to check.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EventView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its attributes.
    pub attributes: &'a [(&'a str, Shape<'a>)],
}

impl<'a> EventView<'a> {
    /// An event of that name.
    pub const fn new(name: &'a str, attributes: &'a [(&'a str, Shape<'a>)]) -> Self {
        Self { name, attributes }
    }
}

/// Checks an event; `None` for other than GenAI events.
///
/// ```
/// use tracing_genai_semconv::check::{EventView, Problem, check_event};
///
/// let event = EventView::new("gen_ai.evaluation.result", &[]);
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
        checker.report(Problem::UnknownEvent, "");
    }
    checker.check_attributes();
    checker.check_parts();
    if let Some(known) = known {
        // Only `error.type` marks an error, so it cannot be required.
        checker.check_requirements(known.attributes, false);
        if *known == crate::event::OPERATION_EXCEPTION
            && checker.value(Attribute::ExceptionType).is_none()
            && checker.value(Attribute::ExceptionMessage).is_none()
        {
            checker.report(Problem::Missing, Attribute::ExceptionType.name());
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
    fn unknown_genai_names_are_reported_and_other_names_are_not_checked() {
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
        let event = |name| EventView::new(name, &[]);
        assert_eq!(problems(check_event(&event("gen_ai.choice"))), [Problem::UnknownEvent]);
        assert_eq!(
            problems(check_event(&event("gen_ai.client.operation.exception"))),
            [Problem::Missing]
        );
        assert_eq!(check_event(&event("device.app.lifecycle")), None);
    }
}
