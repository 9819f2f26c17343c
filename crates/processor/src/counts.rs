//! What `gen_ai.usage.input_tokens` includes, by who wrote it.

use tracing_genai_pricing::Counts;

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
