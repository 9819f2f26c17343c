//! Recognises tracers with unprefixed names by scope and span name.

use crate::dialect::Dialect;

/// The dialect of a tracer with unprefixed names, by its scope or the span's name.
///
/// ```
/// use tracing_genai_semconv::{Attribute, tracer};
///
/// let claude_code = tracer("com.anthropic.claude_code.tracing", "claude_code.llm_request").unwrap();
/// assert_eq!(claude_code.unprefixed("input_tokens"), Some(Attribute::UsageInputTokens));
/// assert!(tracer("my-service", "request").is_none());
/// ```
pub fn tracer(scope: &str, span_name: &str) -> Option<&'static Dialect> {
    // Fast path: the first bytes rule out most spans; covered by a test.
    let may_be = |text: &str| matches!(text.as_bytes().first(), Some(b'c' | b'p'));
    if !may_be(scope) && !may_be(span_name) {
        return None;
    }
    let is_scope = |begin: &&str| {
        scope
            .strip_prefix(*begin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let is_of = |dialect: &&&Dialect| {
        dialect.scopes.iter().any(is_scope) || dialect.span_names.iter().any(|(name, _)| *name == span_name)
    };
    Dialect::TRACERS.iter().find(is_of).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tracer_is_found_by_its_scope_and_by_its_spans() {
        for dialect in Dialect::TRACERS {
            let found = |scope: &str, name: &str| tracer(scope, name).map(|found| found.name);
            for scope in dialect.scopes {
                assert_eq!(found(scope, "x"), Some(dialect.name));
                assert_eq!(found(&[scope, ".more"].concat(), "x"), Some(dialect.name));
                assert_eq!(found(&[scope, "x"].concat(), "x"), None);
            }
            for (name, _) in dialect.span_names {
                assert_eq!(found("", name), Some(dialect.name));
            }
        }
    }
}
