//! Reads and removes attributes that the helpers write for the processor: a stream's gaps.

use opentelemetry::KeyValue;
use tracing_genai_semconv::{Attribute, own};

use crate::gaps::Gaps;
use crate::operation::Operation;

/// Reads a stream's gaps, and removes repeated or forged results.
pub(crate) fn take_helper_attributes(operation: &mut Operation<'_>) {
    let is_ours = |name: &str| name.starts_with(own::PREFIX);
    let mut names = operation.span.attributes.iter().map(|attribute| attribute.key.as_str());
    if !names.any(is_ours) {
        return;
    }
    remove_results(operation);
    if operation.has(Attribute::ResponseTimeToFirstChunk) {
        let counts = operation.take_own(own::STREAM_GAP_COUNTS);
        let seconds = operation.take_own(own::STREAM_GAP_SECONDS);
        operation.gaps = counts
            .zip(seconds)
            .and_then(|(counts, seconds)| Gaps::read(&counts.value, &seconds.value))
            .map(Box::new);
    }
}

/// Removes attributes that only the processor writes, which are repeated or forged here: costs, and whether another call
/// covers this one.
fn remove_results(operation: &mut Operation<'_>) {
    let is_result = |attribute: &KeyValue| {
        let name = attribute.key.as_str();
        name.starts_with(own::COST_PREFIX) || name == own::COVERED
    };
    let attributes = &mut operation.span.attributes;
    let before = attributes.len();
    attributes.retain(|attribute| !is_result(attribute));
    if attributes.len() < before {
        operation.index_attributes();
    }
}
