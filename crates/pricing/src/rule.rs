//! Rules that match a model or a provider by name.

use std::fmt;
use std::sync::OnceLock;

use regex_lite::Regex;

use crate::word::{escape, unescape};

/// Alternatives, one of which must match; each is a conjunction of terms.
#[derive(Clone, Debug)]
pub(crate) struct Rule(Vec<Vec<Term>>);

/// One test of a lower-case name.
#[derive(Clone, Debug)]
enum Term {
    Equals(Box<str>),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    Contains(Box<str>),
    Matches(Pattern),
    MatchesNot(Pattern),
}

/// A regular expression, compiled on demand.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    source: Box<str>,
    compiled: OnceLock<Option<Regex>>,
}

impl Rule {
    /// Parses `=name | ^prefix !/pattern/`: alternatives between bars, terms between blanks. A bare `=` is `id`.
    pub(crate) fn parse(text: &str, id: &str) -> Option<Self> {
        let alternative = |text: &str| {
            text.split(' ')
                .map(|term| Term::parse(term, id))
                .collect::<Option<Vec<_>>>()
        };
        text.split(" | ").map(alternative).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether the rule matches `name`, which is lower-case.
    pub(crate) fn matches(&self, name: &str) -> bool {
        // A rule with an invalid pattern matches nothing: no price is better than a wrong one.
        self.0
            .iter()
            .any(|terms| terms.iter().all(|term| term.holds(name) == Some(true)))
            && self.is_sound()
    }

    /// The literal names and prefixes of the rule.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().filter_map(|term| match term {
            Term::Equals(name) | Term::StartsWith(name) => Some(&**name),
            _ => None,
        })
    }

    /// Whether every pattern of the rule compiles.
    pub(crate) fn is_sound(&self) -> bool {
        self.0.iter().flatten().all(|term| match term {
            Term::Matches(pattern) | Term::MatchesNot(pattern) => pattern.compiled().is_some(),
            _ => true,
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, terms) in self.0.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { " | " })?;
            for (place, term) in terms.iter().enumerate() {
                f.write_str(if place == 0 { "" } else { " " })?;
                term.fmt(f)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(text) => write!(f, "={}", escape(text)),
            Self::StartsWith(text) => write!(f, "^{}", escape(text)),
            Self::EndsWith(text) => write!(f, "${}", escape(text)),
            Self::Contains(text) => write!(f, "~{}", escape(text)),
            Self::Matches(pattern) => write!(f, "/{}/", escape(&pattern.source)),
            Self::MatchesNot(pattern) => write!(f, "!/{}/", escape(&pattern.source)),
        }
    }
}

impl Term {
    fn parse(term: &str, id: &str) -> Option<Self> {
        let mut signs = term.chars();
        let sign = signs.next()?;
        let text = &*unescape(signs.as_str())?;
        let pattern = |text: &str| Some(Pattern::new(text.strip_suffix('/')?));
        match sign {
            '=' if text.is_empty() => Some(Self::Equals(id.to_lowercase().into())),
            '=' => Some(Self::Equals(text.into())),
            '^' if !text.is_empty() => Some(Self::StartsWith(text.into())),
            '$' if !text.is_empty() => Some(Self::EndsWith(text.into())),
            '~' if !text.is_empty() => Some(Self::Contains(text.into())),
            '/' => pattern(text).map(Self::Matches),
            '!' => pattern(text.strip_prefix('/')?).map(Self::MatchesNot),
            _ => None,
        }
    }

    fn holds(&self, name: &str) -> Option<bool> {
        match self {
            Self::Equals(text) => Some(name == &**text),
            Self::StartsWith(text) => Some(name.starts_with(&**text)),
            Self::EndsWith(text) => Some(name.ends_with(&**text)),
            Self::Contains(text) => Some(name.contains(&**text)),
            Self::Matches(pattern) => pattern.is_match(name),
            Self::MatchesNot(pattern) => pattern.is_match(name).map(|matches| !matches),
        }
    }
}

impl Pattern {
    pub(crate) fn new(source: &str) -> Self {
        Self {
            source: source.into(),
            compiled: OnceLock::new(),
        }
    }

    /// Whether the pattern matches `text`; `None` if it does not compile.
    pub(crate) fn is_match(&self, text: &str) -> Option<bool> {
        self.compiled().map(|regex| regex.is_match(text))
    }

    fn compiled(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.source).ok()).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        Rule::parse(text, "Model-1").unwrap()
    }

    #[test]
    fn a_bare_equals_sign_stands_for_the_id_in_lower_case() {
        assert!(rule("=").matches("model-1"));
        assert!(!rule("=").matches("model-10"));
    }

    #[test]
    fn one_alternative_with_all_its_terms_matches() {
        let rule = rule("=a | ^gemini !/-tts$/ | ~x $y");
        for name in ["a", "gemini-2", "oxxy"] {
            assert!(rule.matches(name), "{name}");
        }
        for name in ["b", "gemini-tts", "x", "y"] {
            assert!(!rule.matches(name), "{name}");
        }
    }

    #[test]
    fn a_pattern_that_does_not_compile_disables_its_rule() {
        assert!(!rule("=a | /(?!b)/").matches("a"));
        assert!(!rule("!/(/").matches("a"));
        assert!(!rule("/(/").is_sound());
    }

    #[test]
    fn invalid_rules_are_rejected() {
        for text in ["", "a", "^", "/a", "!a", "=a |"] {
            assert!(Rule::parse(text, "id").is_none(), "{text:?}");
        }
    }
}
