//! A line of the tree: duration, tokens, cost and status of a span.

use std::{fmt::Write as _, time::Duration};

use opentelemetry::trace::{Event, Status};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_semconv::{Attribute, own};

use super::attribute::{integer, number, text, texts};
use crate::escape::shown;

/// Headings, and whether a column is right-aligned.
const COLUMNS: [(&str, bool); 8] = [
    ("span", false),
    ("duration", true),
    ("first chunk", true),
    ("in", true),
    ("cached", true),
    ("out", true),
    ("cost USD", false),
    ("status", false),
];
const MAX_NAME_WIDTH: usize = 72;
const MAX_STATUS_WIDTH: usize = 80;

/// One line of the tree, cell by cell.
pub(crate) struct Row([String; COLUMNS.len()]);

impl Row {
    /// The headings of the columns.
    pub(crate) fn headings() -> Self {
        Self(COLUMNS.map(|(heading, _)| heading.to_owned()))
    }

    /// The line of `span`, after the tree's `branch`.
    pub(crate) fn of_span(branch: &str, span: &SpanData) -> Self {
        let took = span.end_time.duration_since(span.start_time).unwrap_or_default();
        let first_chunk = number(span, Attribute::ResponseTimeToFirstChunk.name())
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Self([
            truncated(&format!("{branch}{}", span.name), MAX_NAME_WIDTH),
            duration(took),
            first_chunk.map(duration).unwrap_or_default(),
            tokens(span, Attribute::UsageInputTokens),
            tokens(span, Attribute::UsageCacheReadInputTokens),
            tokens(span, Attribute::UsageOutputTokens),
            shown(&cost(span)).into_owned(),
            status(span),
        ])
    }

    /// The line of an event: its name and its own fields, without those added by `tracing`.
    pub(crate) fn of_event(branch: &str, event: &Event) -> Self {
        let mut name = format!("{branch}* {}", event.name);
        let fields = event.attributes.iter();
        for field in fields.filter(|field| !is_added_by_tracing(field.key.as_str())) {
            let _ = write!(name, " {}={}", field.key, field.value);
        }
        let mut cells = [const { String::new() }; COLUMNS.len()];
        if let Some(cell) = cells.first_mut() {
            *cell = truncated(&name, MAX_NAME_WIDTH);
        }
        Self(cells)
    }
}

/// The rows as lines with aligned columns.
pub(crate) fn aligned(rows: &[Row]) -> String {
    let mut widths = [0; COLUMNS.len()];
    for Row(cells) in rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for Row(cells) in rows {
        let cells = cells.iter().zip(widths).zip(COLUMNS);
        let cells = cells.map(|((cell, width), (_, is_right_aligned))| {
            if is_right_aligned {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            }
        });
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

fn is_added_by_tracing(field: &str) -> bool {
    field == "level" || field == "target" || field.starts_with("code.")
}

/// The cost on the span with all digits, or else its status.
fn cost(span: &SpanData) -> String {
    match number(span, Attribute::UsageCost.name()) {
        Some(usd) => usd.to_string(),
        None if failed(span) => String::new(),
        None => text(span, own::COST_STATUS).unwrap_or_default().to_owned(),
    }
}

/// The status of the span and of its cost.
fn status(span: &SpanData) -> String {
    if let Status::Error { description } = &span.status {
        let kind = text(span, Attribute::ErrorType.name()).unwrap_or_default();
        return truncated(
            &format!("error {kind}: {description}").replace(" :", ":"),
            MAX_STATUS_WIDTH,
        );
    }
    match text(span, own::COST_STATUS) {
        Some("priced") | None => "ok".to_owned(),
        Some(cost_status) => {
            let reasons = texts(span, own::COST_REASONS);
            let words = [vec![cost_status.to_owned()], reasons].concat();
            shown(&words.join(" ")).into_owned()
        }
    }
}

fn failed(span: &SpanData) -> bool {
    matches!(span.status, Status::Error { .. })
}

fn duration(duration: Duration) -> String {
    if duration < Duration::from_millis(10) {
        format!("{:.1} ms", duration.as_secs_f64() * 1e3)
    } else if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{:.2} s", duration.as_secs_f64())
    }
}

fn tokens(span: &SpanData, count: Attribute) -> String {
    integer(span, count.name())
        .map(|count| count.to_string())
        .unwrap_or_default()
}

/// The text, escaped before its width is counted.
fn truncated(text: &str, max_width: usize) -> String {
    let text = shown(text);
    if text.chars().count() <= max_width {
        return text.into_owned();
    }
    text.chars().take(max_width - 3).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use opentelemetry::KeyValue;

    use super::*;
    use crate::demo::finished_span::FinishedSpan;

    fn line(span: &SpanData) -> String {
        aligned(&[Row::of_span("", span)]).trim_end().to_owned()
    }

    #[test]
    fn a_priced_stream_shows_first_chunk_tokens_and_all_digits_of_its_cost() {
        let span = FinishedSpan::new(1)
            .named("chat m")
            .lasting(Duration::from_millis(412))
            .attribute("gen_ai.response.time_to_first_chunk", 0.0912)
            .attribute("gen_ai.usage.input_tokens", 2279)
            .attribute("gen_ai.usage.cache_read.input_tokens", 2048)
            .attribute("gen_ai.usage.output_tokens", 64)
            .priced(0.002_267_4)
            .build();

        assert_eq!(line(&span), "chat m  412 ms  91 ms  2279  2048  64  0.0022674  ok");
    }

    #[test]
    fn absent_values_are_blank() {
        assert_eq!(
            line(&FinishedSpan::new(1).named("plan").build()),
            "plan  1.00 s            ok"
        );
    }

    #[test]
    fn a_failed_call_shows_error_type_and_message() {
        let span = FinishedSpan::new(1)
            .attribute("error.type", "429")
            .attribute("tracing_genai.cost.status", "unpriced")
            .failed("rate limited")
            .build();

        let line = line(&span);

        assert!(line.ends_with("error 429: rate limited"), "{line}");
        assert!(!line.contains("unpriced"), "a failed call needs no price: {line}");
    }

    #[test]
    fn an_unpriced_call_shows_its_status_and_reason() {
        let span = FinishedSpan::new(1)
            .operation("chat")
            .attribute("tracing_genai.cost.status", "unpriced")
            .attribute("tracing_genai.cost.reasons", "unknown_model")
            .build();

        let line = line(&span);

        assert!(line.ends_with("unpriced  unpriced unknown_model"), "{line}");
    }

    #[test]
    fn an_event_shows_its_own_fields_without_those_of_tracing() {
        let fields = [
            KeyValue::new("level", "INFO"),
            KeyValue::new("code.line.number", 7),
            KeyValue::new("count", 3),
        ];
        let event = Event::new("documents_retrieved", SystemTime::UNIX_EPOCH, fields.to_vec(), 0);

        assert_eq!(
            aligned(&[Row::of_event("`- ", &event)]).trim_end(),
            "`- * documents_retrieved count=3"
        );
    }

    #[test]
    fn long_text_is_truncated() {
        let name = truncated(&"é".repeat(80), MAX_NAME_WIDTH);

        assert_eq!(name.chars().count(), MAX_NAME_WIDTH);
        assert!(name.ends_with("é..."));
    }

    #[test]
    fn columns_are_aligned() {
        let short = FinishedSpan::new(1).named("a").priced(0.5).build();
        let long = FinishedSpan::new(2)
            .named("a much longer name")
            .priced(0.000_000_25)
            .build();

        let text = aligned(&[Row::headings(), Row::of_span("", &short), Row::of_span("", &long)]);

        let costs = ["cost USD", "0.5", "0.00000025"];
        let columns: Vec<_> = text
            .lines()
            .zip(costs)
            .map(|(line, cost)| line.find(cost).unwrap())
            .collect();
        assert!(columns.iter().all(|column| *column == columns[0]), "{text}");
    }
}
