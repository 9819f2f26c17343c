//! Describes the delivery of the spans.

use tracing_genai_processor::DeliveryCounts;

/// The lines that describe the delivery after shutdown. `endpoint` is the OTLP endpoint, if any.
pub(crate) fn describe(counts: &DeliveryCounts, endpoint: Option<&str>) -> Vec<String> {
    if counts.ended == 0 {
        return vec!["No span was recorded; OTEL_SDK_DISABLED=true disables spans.".to_owned()];
    }
    let mut lines = match endpoint {
        Some(endpoint) => vec![describe_otlp(counts, endpoint)],
        None => describe_local(counts),
    };
    if counts.unsampled > 0 {
        lines.push(format!(
            "{} spans were not sampled: OTEL_TRACES_SAMPLER excludes them.",
            counts.unsampled
        ));
    }
    if counts.discarded > 0 {
        lines.push(format!("{} spans had no exporter.", counts.discarded));
    }
    lines
}

fn describe_otlp(counts: &DeliveryCounts, endpoint: &str) -> String {
    match (counts.exported, counts.lost()) {
        (0, 0) => format!("No span to send to {endpoint}."),
        (delivered, 0) => format!("All {delivered} spans were delivered to {endpoint}."),
        (delivered, lost) => format!(
            "{lost} of {} spans were not delivered to {endpoint}: {}.",
            delivered + lost,
            losses(counts)
        ),
    }
}

/// Without OTLP, the counts are those of the console exporter or of the file.
fn describe_local(counts: &DeliveryCounts) -> Vec<String> {
    let hint = "No span was sent over OTLP: set OTEL_EXPORTER_OTLP_ENDPOINT to a backend, and \
                OTEL_TRACES_EXPORTER to otlp or unset it.";
    let lost = counts.lost();
    let unwritten = format!(
        "{lost} of {} spans were not written: {}.",
        counts.exported + lost,
        losses(counts)
    );
    let unwritten = (lost > 0).then_some(unwritten);
    unwritten.into_iter().chain([hint.to_owned()]).collect()
}

/// How the spans were lost.
fn losses(counts: &DeliveryCounts) -> String {
    [
        (counts.failed, "failed"),
        (counts.undelivered, "dropped or still queued"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, loss)| format!("{count} {loss}"))
    .collect::<Vec<_>>()
    .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(counts: &DeliveryCounts, endpoint: Option<&str>) -> String {
        super::describe(counts, endpoint).join("\n")
    }

    const BACKEND: Option<&str> = Some("http://backend:4318/v1/traces");

    /// Counts set by `set`, with their sum as `ended`.
    fn counts(set: impl FnOnce(&mut DeliveryCounts)) -> DeliveryCounts {
        let mut counts = DeliveryCounts::default();
        set(&mut counts);
        counts.ended = counts.unsampled + counts.discarded + counts.exported + counts.failed + counts.undelivered;
        counts
    }

    #[test]
    fn delivered_spans_are_reported_with_their_endpoint() {
        let counts = counts(|counts| counts.exported = 9);

        assert_eq!(
            describe(&counts, BACKEND),
            "All 9 spans were delivered to http://backend:4318/v1/traces."
        );
    }

    #[test]
    fn lost_spans_are_reported_by_cause() {
        let counts = counts(|counts| {
            counts.exported = 4;
            counts.failed = 2;
            counts.undelivered = 1;
        });

        assert_eq!(
            describe(&counts, BACKEND),
            "3 of 7 spans were not delivered to http://backend:4318/v1/traces: 2 failed, 1 dropped or still queued."
        );
    }

    #[test]
    fn without_an_endpoint_unwritten_spans_are_reported() {
        let whole = counts(|counts| counts.exported = 3);
        let broken = counts(|counts| counts.failed = 2);

        assert!(describe(&whole, None).starts_with("No span was sent over OTLP: "));
        assert!(describe(&broken, None).starts_with("2 of 2 spans were not written: 2 failed.\nNo span was sent"));
    }

    #[test]
    fn the_sampler_is_named_only_if_it_excluded_spans() {
        let sampled = counts(|counts| counts.exported = 2);
        let unsampled = counts(|counts| counts.unsampled = 2);

        assert!(!describe(&sampled, BACKEND).contains("OTEL_TRACES_SAMPLER"));
        assert_eq!(
            describe(&unsampled, BACKEND),
            "No span to send to http://backend:4318/v1/traces.\n\
             2 spans were not sampled: OTEL_TRACES_SAMPLER excludes them."
        );
    }

    #[test]
    fn without_spans_only_the_cause_is_reported() {
        let text = describe(&DeliveryCounts::default(), None);

        assert_eq!(text, "No span was recorded; OTEL_SDK_DISABLED=true disables spans.");
    }
}
