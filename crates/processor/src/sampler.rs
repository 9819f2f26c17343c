//! A sampler that records unsampled GenAI spans so that they are counted.

use opentelemetry::trace::{Link, SpanKind, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};
use tracing_genai_semconv as semconv;

/// Records GenAI spans that another sampler drops, so that metrics and costs are complete at any sampling ratio.
///
/// A dropped span reaches no processor. One that is recorded but not sampled is counted by
/// [`GenAiProcessor`](crate::GenAiProcessor) and not exported. Only spans that start with a `gen_ai.*` attribute are
/// recognised here.
#[derive(Clone, Debug)]
pub struct MeterUnsampled<S>(S);

impl<S> MeterUnsampled<S> {
    /// Wraps `sampler`; GenAI spans that it drops are recorded.
    pub const fn new(sampler: S) -> Self {
        Self(sampler)
    }
}

impl<S: ShouldSample + Clone + 'static> ShouldSample for MeterUnsampled<S> {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        span_kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let mut result = self
            .0
            .should_sample(parent_context, trace_id, name, span_kind, attributes, links);
        if result.decision == SamplingDecision::Drop
            && attributes
                .iter()
                .any(|attribute| semconv::is_genai(attribute.key.as_str()))
        {
            result.decision = SamplingDecision::RecordOnly;
        }
        result
    }
}
