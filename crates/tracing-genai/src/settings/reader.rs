//! Reads single variables, and keeps a warning for each that cannot be used.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A setting that could not be used as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    variable: String,
    value: String,
    allowed: String,
    used: String,
}

impl Warning {
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

/// The variables, and the warnings about them so far.
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

    /// The variable's value, unless it is absent or empty.
    pub(super) fn text(&self, variable: &str) -> Option<String> {
        (self.variable)(variable)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// Keeps one warning a variable: several signals read the general ones.
    pub(super) fn warn(&mut self, variable: &str, value: &str, allowed: &str, used: &str) {
        if self.warnings.iter().any(|warning| warning.variable == variable) {
            return;
        }
        let [variable, value, allowed, used] = [variable, value, allowed, used].map(str::to_owned);
        self.warnings.push(Warning {
            variable,
            value,
            allowed,
            used,
        });
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

    pub(super) fn count(&mut self, variable: &str, default: usize) -> usize {
        self.parsed(variable, "a whole number", default, |default| match *default {
            usize::MAX => "no limit".to_owned(),
            default => default.to_string(),
        })
    }

    pub(super) fn milliseconds(&mut self, variable: &str, default: Duration) -> Duration {
        let milliseconds = self.parsed(
            variable,
            "a whole number of milliseconds",
            Whole::from(default),
            ToString::to_string,
        );
        Duration::from_millis(milliseconds.0)
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

    /// One of `allowed`, in whatever case it was written.
    pub(super) fn choice(&mut self, variable: &str, default: &'static str, allowed: &[&'static str]) -> &'static str {
        self.chosen(variable, default, allowed).unwrap_or(default)
    }

    /// Like [`choice`](Self::choice); `None` where nothing usable was given.
    pub(super) fn chosen(&mut self, variable: &str, default: &str, allowed: &[&'static str]) -> Option<&'static str> {
        let text = self.text(variable)?;
        let chosen = allowed.iter().copied().find(|name| name.eq_ignore_ascii_case(&text));
        if chosen.is_none() {
            self.warn(variable, &text, &["one of ", &allowed.join(", ")].concat(), default);
        }
        chosen
    }

    fn parsed<T: FromStr>(&mut self, variable: &str, allowed: &str, default: T, shown: impl Fn(&T) -> String) -> T {
        let Some(text) = self.text(variable) else {
            return default;
        };
        text.parse().unwrap_or_else(|_| {
            self.warn(variable, &text, allowed, &shown(&default));
            default
        })
    }
}

/// A whole number of milliseconds.
struct Whole(u64);

impl From<Duration> for Whole {
    fn from(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}

impl FromStr for Whole {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
