//! Says in a few sentences what became of the spans.

use tracing_genai::processor::DeliveryCounts;

/// What became of the spans, after shutdown: `counts` are theirs, `endpoint` is where they went over OTLP.
pub(crate) fn sentences(counts: &DeliveryCounts, endpoint: Option<&str>) -> String {
    if counts.ended == 0 {
        return "No span was recorded; OTEL_SDK_DISABLED=true switches them off.".to_owned();
    }
    let mut said = vec![match endpoint {
        Some(endpoint) => sent_to(counts, endpoint),
        None => kept_here(counts),
    }];
    if counts.unsampled > 0 {
        said.push(format!(
            "{} spans were not sampled: OTEL_TRACES_SAMPLER leaves them out.",
            counts.unsampled
        ));
    }
    if counts.discarded > 0 {
        said.push(format!("{} spans had no exporter.", counts.discarded));
    }
    said.join("\n")
}

fn sent_to(counts: &DeliveryCounts, endpoint: &str) -> String {
    match (counts.exported, counts.lost()) {
        (0, 0) => format!("There was nothing to send to {endpoint}."),
        (delivered, 0) => format!("All {delivered} spans were delivered to {endpoint}."),
        (delivered, lost) => format!(
            "{lost} of {} spans were not delivered to {endpoint}: {}.",
            delivered + lost,
            fates(counts)
        ),
    }
}

/// The counts are then those of the console, or else of the file.
fn kept_here(counts: &DeliveryCounts) -> String {
    let hint = "No span was sent over OTLP: for that OTEL_EXPORTER_OTLP_ENDPOINT has to name a backend, and \
                OTEL_TRACES_EXPORTER to be otlp or unset.";
    match counts.lost() {
        0 => hint.to_owned(),
        lost => format!(
            "{lost} of {} spans were not written: {}.\n{hint}",
            counts.exported + lost,
            fates(counts)
        ),
    }
}

/// How the lost spans were lost.
fn fates(counts: &DeliveryCounts) -> String {
    [
        (counts.failed, "failed"),
        (counts.undelivered, "dropped or still under way"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, fate)| format!("{count} {fate}"))
    .collect::<Vec<_>>()
    .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKEND: Option<&str> = Some("http://backend:4318/v1/traces");

    /// The counts of as many spans as `set` gives a fate.
    fn counts(set: impl FnOnce(&mut DeliveryCounts)) -> DeliveryCounts {
        let mut counts = DeliveryCounts::default();
        set(&mut counts);
        counts.ended = counts.unsampled + counts.discarded + counts.exported + counts.failed + counts.undelivered;
        counts
    }

    #[test]
    fn what_was_delivered_is_said_with_where() {
        let counts = counts(|counts| counts.exported = 9);

        assert_eq!(
            sentences(&counts, BACKEND),
            "All 9 spans were delivered to http://backend:4318/v1/traces."
        );
    }

    #[test]
    fn what_was_lost_is_said_with_how() {
        let counts = counts(|counts| {
            counts.exported = 4;
            counts.failed = 2;
            counts.undelivered = 1;
        });

        assert_eq!(
            sentences(&counts, BACKEND),
            "3 of 7 spans were not delivered to http://backend:4318/v1/traces: 2 failed, 1 dropped or still under way."
        );
    }

    #[test]
    fn without_an_endpoint_nothing_went_over_otlp_and_what_was_not_written_is_counted() {
        let whole = counts(|counts| counts.exported = 3);
        let broken = counts(|counts| counts.failed = 2);

        assert!(sentences(&whole, None).starts_with("No span was sent over OTLP: "));
        assert!(sentences(&broken, None).starts_with("2 of 2 spans were not written: 2 failed.\nNo span was sent"));
    }

    #[test]
    fn the_sampler_is_named_only_where_it_left_spans_out() {
        let sampled = counts(|counts| counts.exported = 2);
        let unsampled = counts(|counts| counts.unsampled = 2);

        assert!(!sentences(&sampled, BACKEND).contains("OTEL_TRACES_SAMPLER"));
        assert_eq!(
            sentences(&unsampled, BACKEND),
            "There was nothing to send to http://backend:4318/v1/traces.\n\
             2 spans were not sampled: OTEL_TRACES_SAMPLER leaves them out."
        );
    }

    #[test]
    fn where_no_span_ended_there_is_nothing_to_say_of_a_backend() {
        let said = sentences(&DeliveryCounts::default(), None);

        assert_eq!(said, "No span was recorded; OTEL_SDK_DISABLED=true switches them off.");
    }
}
