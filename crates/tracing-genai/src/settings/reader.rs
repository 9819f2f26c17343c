//! Reads variables, and keeps a warning for each that is malformed.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use tracing_genai_processor::without_secrets;

/// A malformed setting, whose default is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    variable: String,
    value: String,
    allowed: String,
    used: String,
}

impl Warning {
    pub(crate) fn new(variable: &str, value: &str, allowed: &str, used: &str) -> Self {
        // Warnings are logged, and any value may hold a key.
        Self {
            variable: variable.to_owned(),
            value: without_secrets(value),
            allowed: without_secrets(allowed),
            used: used.to_owned(),
        }
    }

    /// The variable's name.
    pub fn variable(&self) -> &str {
        &self.variable
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            variable,
            value,
            allowed,
            used,
        } = self;
        write!(
            f,
            "{variable}: {value:?} is not {allowed}; correct or remove it; using {used}"
        )
    }
}

/// The variables, and the warnings so far.
pub(super) struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            variable,
            warnings: Vec::new(),
        }
    }

    /// The variable's value; `None` if unset or empty.
    pub(super) fn text(&self, variable: &str) -> Option<String> {
        (self.variable)(variable)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// Keeps one warning per variable: several signals read the general ones.
    pub(super) fn warn(&mut self, variable: &str, value: &str, allowed: &str, used: &str) {
        if self.warnings.iter().any(|warning| warning.variable == variable) {
            return;
        }
        self.warnings.push(Warning::new(variable, value, allowed, used));
    }

    pub(super) fn boolean(&mut self, variable: &str) -> Option<bool> {
        let text = self.text(variable)?;
        match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.warn(variable, &text, "true or false", "false");
                None
            }
        }
    }

    /// A whole number within `range`.
    pub(super) fn count(&mut self, variable: &str, default: usize, range: RangeInclusive<usize>) -> usize {
        let default_text = if default == usize::MAX {
            "no limit".to_owned()
        } else {
            default.to_string()
        };
        let allowed = match (*range.start(), *range.end()) {
            (_, usize::MAX) if *range.start() == 0 => "a whole number".to_owned(),
            (least, usize::MAX) => format!("a whole number of {least} or more"),
            (least, most) => format!("a whole number from {least} to {most}"),
        };
        self.parsed(variable, &allowed, default, &default_text, |count| {
            range.contains(count)
        })
    }

    /// A duration in milliseconds, at least `least`.
    pub(super) fn milliseconds(&mut self, variable: &str, default: Duration, least: Duration) -> Duration {
        let allowed = format!("a whole number of milliseconds, {} or more", least.as_millis());
        let whole = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let milliseconds = self.parsed(
            variable,
            &allowed,
            whole(default),
            &whole(default).to_string(),
            |chosen| *chosen >= whole(least),
        );
        Duration::from_millis(milliseconds)
    }

    pub(super) fn ratio(&mut self, variable: &str, default: f64) -> f64 {
        let Some(text) = self.text(variable) else {
            return default;
        };
        match text.parse() {
            Ok(ratio) if (0.0..=1.0).contains(&ratio) => ratio,
            _ => {
                self.warn(variable, &text, "a number from 0 to 1", &default.to_string());
                default
            }
        }
    }

    /// One of `allowed`, ignoring case.
    pub(super) fn choice(&mut self, variable: &str, default: &'static str, allowed: &[&'static str]) -> &'static str {
        self.chosen(variable, default, allowed).unwrap_or(default)
    }

    /// [`choice`](Self::choice) without a default.
    pub(super) fn chosen(&mut self, variable: &str, default: &str, allowed: &[&'static str]) -> Option<&'static str> {
        let text = self.text(variable)?;
        let chosen = allowed.iter().copied().find(|name| name.eq_ignore_ascii_case(&text));
        if chosen.is_none() {
            self.warn(variable, &text, &["one of ", &allowed.join(", ")].concat(), default);
        }
        chosen
    }

    fn parsed<T: FromStr>(
        &mut self,
        variable: &str,
        allowed: &str,
        default: T,
        default_text: &str,
        is_allowed: impl Fn(&T) -> bool,
    ) -> T {
        let Some(text) = self.text(variable) else {
            return default;
        };
        text.parse().ok().filter(is_allowed).unwrap_or_else(|| {
            self.warn(variable, &text, allowed, default_text);
            default
        })
    }
}
