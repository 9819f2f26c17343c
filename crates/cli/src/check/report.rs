//! Collects findings by span type, metric and event, and writes the report.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::{Value, json};
use tracing_genai_semconv::check::{Checked, Level, Problem};

use crate::{escape::cut, output::Output, unreadable::Unreadable};

/// The kind of telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Signal {
    Span,
    Metric,
    Event,
}

impl Signal {
    const ALL: [Self; 3] = [Self::Span, Self::Metric, Self::Event];

    /// The word for one item, and the JSON key of the list.
    const fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Span => ("span", "span_types"),
            Self::Metric => ("point", "metrics"),
            Self::Event => ("event", "events"),
        }
    }

    /// The name of items unknown to the conventions.
    const fn unknown(self) -> &'static str {
        match self {
            Self::Span => "unknown span type",
            Self::Metric => "unknown metric",
            Self::Event => "unknown event",
        }
    }
}

/// Limit of distinct findings of a type, since attribute names may contain numbers.
const MAX_FINDINGS: usize = 1_000;

/// Limit of the name and the example of a finding, in characters.
const MAX_NAME_CHARS: usize = 256;

/// The findings, of bounded size.
#[derive(Default)]
pub(super) struct Report {
    /// By the id of the span type, or the name of the metric or event.
    types: BTreeMap<(Signal, &'static str), TypeFindings>,
    /// Spans, points and records of other telemetry.
    others: u64,
    /// Lines or requests that could not be read.
    pub(super) unreadable: Unreadable,
}

#[derive(Default)]
struct TypeFindings {
    count: u64,
    /// Findings beyond the limit, by level.
    overflow: BTreeMap<Level, u64>,
    findings: BTreeMap<(Level, Problem, String), Occurrences>,
}

/// The number of items with a finding, and the first of them.
struct Occurrences {
    count: u64,
    example: String,
}

impl Report {
    pub(super) fn add(&mut self, signal: Signal, example: &str, checked: &Checked<'_>) {
        let of = self
            .types
            .entry((signal, checked.checked_as.unwrap_or(signal.unknown())))
            .or_default();
        of.count += 1;
        for finding in &checked.findings {
            let key = (
                finding.level,
                finding.problem,
                cut(finding.name, MAX_NAME_CHARS).into_owned(),
            );
            if of.findings.len() >= MAX_FINDINGS && !of.findings.contains_key(&key) {
                *of.overflow.entry(finding.level).or_default() += 1;
                continue;
            }
            let found = of.findings.entry(key).or_insert_with(|| Occurrences {
                count: 0,
                example: cut(example, MAX_NAME_CHARS).into_owned(),
            });
            found.count += 1;
        }
    }

    pub(super) fn add_other(&mut self) {
        self.others += 1;
    }

    /// Whether there is a finding of that level or worse, except missing recommended attributes.
    pub(super) fn has(&self, level: Level) -> bool {
        let mut findings = self.types.values().flat_map(|of| of.findings.keys());
        let mut overflow = self.types.values().flat_map(|of| of.overflow.keys());
        findings.any(|(of, problem, _)| *of <= level && *problem != Problem::NotRecorded)
            || overflow.any(|of| *of <= level)
    }

    fn count(&self, level: Level) -> u64 {
        let findings = self.types.values().flat_map(|of| &of.findings);
        let of_level = findings.filter(|((of, _, _), _)| *of == level);
        let overflow = self.types.values().filter_map(|of| of.overflow.get(&level));
        of_level.map(|(_, found)| found.count).sum::<u64>() + overflow.sum::<u64>()
    }

    /// Whether no GenAI telemetry was checked.
    pub(super) fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    fn checked(&self, signal: Signal) -> u64 {
        let of_signal = self.types.iter().filter(|((of, _), _)| *of == signal);
        of_signal.map(|(_, of)| of.count).sum()
    }

    /// Writes the findings by type, then the counts.
    pub(super) fn write_text(&self, out: &mut Output<impl Write>) -> io::Result<()> {
        for ((signal, id), of) in &self.types {
            let (word, _) = signal.labels();
            out.line(format_args!("{id}: {}", counted(of.count, word)))?;
            for ((level, problem, name), found) in &of.findings {
                let name = if name.is_empty() {
                    String::new()
                } else {
                    format!("{name} ")
                };
                let level = level.as_str();
                let on = counted(found.count, word);
                let such = if found.example.is_empty() || found.example == *id {
                    String::new()
                } else {
                    format!(", such as {}", found.example)
                };
                out.line(format_args!("  {level:<11} {name}{}: {on}{such}", problem.words()))?;
            }
        }
        for (level, count) in self.types.values().flat_map(|of| &of.overflow) {
            out.line(format_args!(
                "  {:<11} {count} further findings, not listed",
                level.as_str()
            ))?;
        }
        let [violations, improvements, unknown] =
            [Level::Violation, Level::Improvement, Level::Unknown].map(|level| self.count(level));
        let checked: Vec<_> = Signal::ALL
            .into_iter()
            .map(|signal| (signal, self.checked(signal)))
            .filter(|(signal, count)| *count > 0 || *signal == Signal::Span)
            .map(|(signal, count)| counted(count, signal.labels().0))
            .collect();
        let unreadable = match self.unreadable.count() {
            0 => String::new(),
            count => format!(", {count} unreadable"),
        };
        out.line(format_args!(
            "{} checked, {} skipped{unreadable}: {violations} violations, {improvements} improvements, {unknown} unknown",
            checked.join(", "),
            self.others
        ))
    }

    pub(super) fn json(&self) -> Value {
        let mut report = serde_json::Map::new();
        for signal in Signal::ALL {
            let (word, list) = signal.labels();
            let of_signal = self.types.iter().filter(|((of, _), _)| *of == signal);
            let types = of_signal.map(|((_, id), of)| {
                let findings = of.findings.iter().map(|((level, problem, name), found)| {
                    json!({
                        "level": level.as_str(),
                        "name": if name.is_empty() { Value::Null } else { name.as_str().into() },
                        "problem": problem.words(),
                        ([word, "s"].concat()): found.count,
                        "example": found.example,
                    })
                });
                let name = list.trim_end_matches('s');
                json!({name: id, ([word, "s"].concat()): of.count, "findings": findings.collect::<Vec<_>>()})
            });
            report.insert(list.to_owned(), types.collect());
        }
        let checked: u64 = self.types.values().map(|of| of.count).sum();
        let counts = [
            ("checked", checked),
            ("others", self.others),
            ("unreadable", self.unreadable.count()),
            ("violations", self.count(Level::Violation)),
            ("improvements", self.count(Level::Improvement)),
            ("unknown", self.count(Level::Unknown)),
        ];
        report.extend(counts.map(|(name, count)| (name.to_owned(), count.into())));
        report.into()
    }
}

fn counted(count: u64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
