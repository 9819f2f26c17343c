//! A sampler that keeps unsampled GenAI spans countable.

use opentelemetry::trace::{Link, SpanKind, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};
use tracing_genai_semconv as semconv;

/// Records what another sampler would drop, where it is a GenAI span, so that money is counted at any sampling ratio.
///
/// A dropped span reaches no processor. A recorded one that is not sampled passes [`GenAiProcessor`](crate::GenAiProcessor),
/// which counts it and lets it end there. Only spans that carry a `gen_ai.*` attribute from their start are seen to be
/// GenAI spans here.
#[derive(Clone, Debug)]
pub struct MeterUnsampled<S>(S);

impl<S> MeterUnsampled<S> {
    /// Lets `sampler` decide, and records the GenAI spans it drops.
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
