//! What `gen_ai.usage.input_tokens` includes, by scope and provider.

use tracing_genai_pricing::Counts;
use tracing_genai_semconv::Attribute;

use crate::operation::Operation;
use crate::total::check_totals;

/// The general setting, and those by scope and by provider.
#[derive(Debug)]
pub(crate) struct CountsRules {
    general: Counts,
    by_scope: Vec<(Box<str>, Counts)>,
    by_provider: Vec<(Box<str>, Counts)>,
}

/// Instrumentation scopes known to pass on the provider's counts, which differ from the conventions'.
const KNOWN_SCOPES: &[(&str, Counts)] = &[
    // OpenLIT 1.45 passes on Anthropic's counts.
    ("openlit.instrumentation.anthropic", Counts::Exclusive),
    // OpenLLMetry, up to 0.62 at least, passes on Bedrock's counts; its instrumentation of Anthropic adds the cache
    // (traceloop/openllmetry#4449).
    ("opentelemetry.instrumentation.bedrock", Counts::Exclusive),
    // RubyLLM subtracts the cache from OpenAI's count (thoughtbot/opentelemetry-instrumentation-ruby_llm#38).
    ("OpenTelemetry::Instrumentation::RubyLLM", Counts::Exclusive),
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

    /// What the input of a call includes. With `Counts::Auto`, the totals on the span decide, and input and output are
    /// completed from them.
    pub(crate) fn of_call(&self, operation: &mut Operation<'_>) -> Counts {
        let scope = operation.span.instrumentation_scope.name();
        let is_set = self.by_scope.iter().any(|(of, _)| **of == *scope);
        let tracer = operation.found.tracer.filter(|_| !is_set);
        let counts = if tracer.is_some_and(|tracer| tracer.input_excludes_cache) {
            Counts::Exclusive
        } else {
            self.of(scope, operation.text(Attribute::ProviderName))
        };
        if operation.found.has_total || !operation.found.totals.is_empty() {
            check_totals(operation, !is_set && counts == Counts::Auto);
        }
        counts
    }

    /// By scope, then by provider, then in general. The last setting of a name applies.
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
    fn a_scope_overrides_the_provider_and_the_provider_the_general_setting() {
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
