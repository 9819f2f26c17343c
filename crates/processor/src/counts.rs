//! What `gen_ai.usage.input_tokens` includes, by who wrote it.

use opentelemetry::Value;
use tracing_genai_pricing::Counts;
use tracing_genai_semconv::Attribute;
use tracing_genai_usage::Unit;

use crate::operation::Operation;

/// The general setting, and those of single instrumentations and providers.
#[derive(Debug)]
pub(crate) struct CountsRules {
    general: Counts,
    by_scope: Vec<(Box<str>, Counts)>,
    by_provider: Vec<(Box<str>, Counts)>,
}

/// Instrumentations whose counts are known to be the provider's own, which are not the conventions'.
const KNOWN_SCOPES: &[(&str, Counts)] = &[
    // OpenLIT 1.45 passes on what Anthropic says.
    ("openlit.instrumentation.anthropic", Counts::Exclusive),
    // OpenLLMetry, up to 0.62 at least, passes on what Bedrock says; its instrumentation of Anthropic adds the cache
    // (traceloop/openllmetry#4449).
    ("opentelemetry.instrumentation.bedrock", Counts::Exclusive),
    // RubyLLM takes the cache off OpenAI's count too (thoughtbot/opentelemetry-instrumentation-ruby_llm#38).
    ("OpenTelemetry::Instrumentation::RubyLLM", Counts::Exclusive),
];

/// The names under which some write the sum of all tokens.
const TOTALS: [&str; 4] = [
    "gen_ai.usage.total_tokens",
    "llm.usage.total_tokens",
    "llm.token_count.total",
    "ai.usage.totalTokens",
];

impl CountsRules {
    pub(crate) fn set_general(&mut self, counts: Counts) {
        self.general = counts;
    }

    pub(crate) fn set_scope(&mut self, scope: &str, counts: Counts) {
        self.by_scope.push((scope.into(), counts));
    }

    pub(crate) fn set_provider(&mut self, provider: &str, counts: Counts) {
        self.by_provider.push((provider.into(), counts));
    }

    /// What the input of a call includes.
    ///
    /// The last resort is the total on the span: where it is the sum of input, output and cached tokens, the input leaves the
    /// cache out (Strands passed on what Bedrock says so, until strands-agents/harness-sdk#3886).
    pub(crate) fn of_call(&self, operation: &Operation<'_>) -> Counts {
        let scope = operation.span.instrumentation_scope.name();
        let is_set = self.by_scope.iter().any(|(of, _)| **of == *scope);
        if !is_set && operation.tracer.is_some_and(|tracer| tracer.input_excludes_cache) {
            return Counts::Exclusive;
        }
        let counts = self.of(scope, operation.text(Attribute::ProviderName));
        if !is_set && counts == Counts::Auto && is_summed(operation) {
            return Counts::Exclusive;
        }
        counts
    }

    /// By the instrumentation's scope, then by the provider, then in general. The last setting of a name holds.
    pub(crate) fn of(&self, scope: &str, provider: Option<&str>) -> Counts {
        let set = |rules: &[(Box<str>, Counts)], name: &str| {
            let rule = rules.iter().rev().find(|(of, _)| **of == *name)?;
            Some(rule.1)
        };
        set(&self.by_scope, scope)
            .or_else(|| set(&self.by_provider, provider?))
            .unwrap_or(self.general)
    }
}

/// Whether the span's total holds the cached tokens beside the input.
fn is_summed(operation: &Operation<'_>) -> bool {
    let usage = &operation.usage;
    let [read, written] = [Unit::CacheReadTokens, Unit::CacheWriteTokens].map(|unit| usage.get(unit).unwrap_or(0));
    let cached = read.saturating_add(written);
    let (Some(input), Some(output)) = (usage.get(Unit::InputTokens), usage.get(Unit::OutputTokens)) else {
        return false;
    };
    if cached == 0 {
        return false;
    }
    let sum = input.saturating_add(output).saturating_add(cached);
    let mut totals = operation
        .span
        .attributes
        .iter()
        .filter(|attribute| TOTALS.contains(&attribute.key.as_str()));
    totals.any(|total| match &total.value {
        Value::I64(total) => u64::try_from(*total) == Ok(sum),
        Value::String(text) => text.as_str().parse() == Ok(sum),
        _ => false,
    })
}

impl Default for CountsRules {
    fn default() -> Self {
        Self {
            general: Counts::Auto,
            by_scope: KNOWN_SCOPES
                .iter()
                .map(|(scope, counts)| ((*scope).into(), *counts))
                .collect(),
            by_provider: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_goes_before_the_provider_and_the_provider_before_the_rest() {
        let mut rules = CountsRules::default();
        assert_eq!(rules.of("s", Some("p")), Counts::Auto);
        rules.set_general(Counts::Inclusive);
        rules.set_provider("p", Counts::Exclusive);
        assert_eq!(rules.of("s", Some("p")), Counts::Exclusive);
        assert_eq!(rules.of("s", Some("q")), Counts::Inclusive);
        assert_eq!(rules.of("s", None), Counts::Inclusive);
        rules.set_scope("s", Counts::Auto);
        assert_eq!(rules.of("s", Some("p")), Counts::Auto);
        rules.set_scope("s", Counts::Inclusive);
        assert_eq!(rules.of("s", Some("p")), Counts::Inclusive);
    }
}
