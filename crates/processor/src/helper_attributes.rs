//! Reads and removes attributes that the helpers write for the processor: a stream's gaps, and calls within a call.

use opentelemetry::{Array, KeyValue, Value};
use tracing_genai_semconv::{Attribute, OperationName, own};

use crate::gaps::Gaps;
use crate::operation::Operation;
use crate::same_model::is_same_model;

/// Reads a stream's gaps, and whether the call is covered by one within it.
pub(crate) fn take_helper_attributes(operation: &mut Operation<'_>) {
    let is_ours = |name: &str| name.starts_with(own::PREFIX);
    let mut names = operation.span.attributes.iter().map(|attribute| attribute.key.as_str());
    if !names.any(is_ours) {
        return;
    }
    remove_results(operation);
    if let Some(covering) = operation.take_own(own::COVERING) {
        operation.is_covered |= covers(&covering.value, operation);
    }
    if operation.is_covered {
        operation.write(own::COVERED, true);
    }
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

/// Whether one of the calls in `covering` is the same call as the operation. Each is three texts: its operation, the
/// requested model and the response's model.
fn covers(covering: &Value, operation: &Operation<'_>) -> bool {
    let Value::Array(Array::String(texts)) = covering else {
        return false;
    };
    texts.chunks_exact(3).any(|call| match call {
        [name, request, response] => is_covered_by(operation, name.as_str(), [request.as_str(), response.as_str()]),
        _ => false,
    })
}

fn is_covered_by(operation: &Operation<'_>, name: &str, models: [&str; 2]) -> bool {
    let is_embedding = |name: Option<OperationName>| name == Some(OperationName::Embeddings);
    if !operation.is_model_call() || is_embedding(operation.name) != is_embedding(OperationName::from_name(name)) {
        return false;
    }
    let known = [
        operation.text(Attribute::RequestModel),
        operation.text(Attribute::ResponseModel),
    ];
    let mut known = known.into_iter().flatten();
    known.any(|known| models.iter().any(|model| is_same_model(known, model)))
}
