//! Gathers findings by type of span, and writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use tracing_genai::semconv::check::{Checked, Level, Problem};

/// The type of a span that says none.
const NO_TYPE: &str = "no type of span";

/// What was found, however many spans there are.
#[derive(Default)]
pub(super) struct Report {
    /// By the id of the type.
    types: BTreeMap<&'static str, Type>,
    /// Spans that are none of GenAI's.
    others: u64,
}

#[derive(Default)]
struct Type {
    spans: u64,
    findings: BTreeMap<(Level, Problem, String), Found>,
}

/// On how many spans, and the first of them.
struct Found {
    spans: u64,
    example: String,
}

impl Report {
    pub(super) fn add(&mut self, span_id: &str, checked: &Checked<'_>) {
        let of = self.types.entry(checked.checked_as.unwrap_or(NO_TYPE)).or_default();
        of.spans += 1;
        for finding in &checked.findings {
            let key = (finding.level, finding.problem, finding.name.to_owned());
            let found = of.findings.entry(key).or_insert_with(|| Found {
                spans: 0,
                example: span_id.to_owned(),
            });
            found.spans += 1;
        }
    }

    pub(super) fn add_other(&mut self) {
        self.others += 1;
    }

    /// Whether there is a finding of that level or a worse one. What is only recommended is never one.
    pub(super) fn has(&self, level: Level) -> bool {
        let mut findings = self.types.values().flat_map(|of| of.findings.keys());
        findings.any(|(of, problem, _)| *of <= level && *problem != Problem::NotRecorded)
    }

    fn count(&self, level: Level) -> u64 {
        let findings = self.types.values().flat_map(|of| &of.findings);
        let of_level = findings.filter(|((of, _, _), _)| *of == level);
        of_level.map(|(_, found)| found.spans).sum()
    }

    fn checked(&self) -> u64 {
        self.types.values().map(|of| of.spans).sum()
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (id, of) in &self.types {
            let _ = writeln!(text, "{id}: {}", spans(of.spans)); // A String takes everything.
            for ((level, problem, name), found) in &of.findings {
                let name = if name.is_empty() {
                    String::new()
                } else {
                    format!("{name} ")
                };
                let level = level.as_str();
                let on = spans(found.spans);
                let _ = writeln!(
                    text,
                    "  {level:<11} {name}{}: {on}, such as {}",
                    problem.words(),
                    found.example
                );
            }
        }
        let [violations, improvements, unknown] =
            [Level::Violation, Level::Improvement, Level::Unknown].map(|level| self.count(level));
        let _ = writeln!(
            text,
            "{} checked, {} of others: {violations} violations, {improvements} improvements, {unknown} unknown",
            spans(self.checked()),
            self.others
        );
        text
    }

    pub(super) fn json(&self) -> Value {
        let types = self.types.iter().map(|(id, of)| {
            let findings = of.findings.iter().map(|((level, problem, name), found)| {
                json!({
                    "level": level.as_str(),
                    "name": if name.is_empty() { Value::Null } else { name.as_str().into() },
                    "problem": problem.words(),
                    "spans": found.spans,
                    "example": found.example,
                })
            });
            json!({"span_type": id, "spans": of.spans, "findings": findings.collect::<Vec<_>>()})
        });
        json!({
            "span_types": types.collect::<Vec<_>>(),
            "checked": self.checked(),
            "others": self.others,
            "violations": self.count(Level::Violation),
            "improvements": self.count(Level::Improvement),
            "unknown": self.count(Level::Unknown),
        })
    }
}

fn spans(count: u64) -> String {
    format!("{count} span{}", if count == 1 { "" } else { "s" })
}
