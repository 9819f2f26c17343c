//! Says in a sentence whether the spans reached the backend.

use std::env;

use tracing_genai::processor::DeliveryCounts;

const ENDPOINT_VARIABLES: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// What became of the spans, after shutdown.
pub(crate) fn sentence(counts: &DeliveryCounts) -> String {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let is_otlp = variable("OTEL_TRACES_EXPORTER").is_none_or(|exporter| exporter == "otlp");
    let endpoint = ENDPOINT_VARIABLES.into_iter().find_map(variable).filter(|_| is_otlp);
    let Some(endpoint) = endpoint else {
        return "Nothing was sent to a backend; OTEL_EXPORTER_OTLP_ENDPOINT says where one is.".to_owned();
    };
    match (counts.exported, counts.lost()) {
        (0, 0) => format!("There was nothing to send to {endpoint}."),
        (delivered, 0) => format!("All {delivered} spans were delivered to {endpoint}."),
        (delivered, lost) => format!("{lost} of {} spans were not delivered to {endpoint}.", delivered + lost),
    }
}
