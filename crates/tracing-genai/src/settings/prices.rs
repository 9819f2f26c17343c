//! Settings of prices and counts.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tracing_genai_pricing::Counts;

use super::otlp::without_credentials;
use super::reader::Reader;

pub(crate) const FILE_VARIABLE: &str = "TRACING_GENAI_PRICE_FILE";
pub(crate) const FEED_VARIABLE: &str = "TRACING_GENAI_PRICE_FEED";
const INTERVAL_VARIABLE: &str = "TRACING_GENAI_PRICE_INTERVAL";
const COUNTS_VARIABLE: &str = "TRACING_GENAI_COUNTS";

#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct PriceSettings {
    /// The file of the user's own prices: `TRACING_GENAI_PRICE_FILE`.
    pub(crate) file: Option<PathBuf>,
    /// A newer table, as a file's name or a URL: `TRACING_GENAI_PRICE_FEED`.
    pub(crate) feed: Option<String>,
    /// The interval of checks for changes, in milliseconds: `TRACING_GENAI_PRICE_INTERVAL`.
    pub(crate) interval: Option<Duration>,
    /// What input counts include: `TRACING_GENAI_COUNTS`.
    pub(crate) counts: Vec<(CountsOf, Counts)>,
}

impl fmt::Debug for PriceSettings {
    /// Hides parts of the URL that may hold a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PriceSettings")
            .field("file", &self.file)
            .field("feed", &self.feed.as_deref().map(redact_feed))
            .field("interval", &self.interval)
            .field("counts", &self.counts)
            .finish()
    }
}

/// The feed's name without credentials and query.
pub(crate) fn redact_feed(feed: &str) -> String {
    // The query first: an `@` in it does not separate credentials from the host.
    without_credentials(feed.split(['?', '#']).next().unwrap_or_default())
}

/// The calls to which a count setting applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CountsOf {
    All,
    Scope(String),
    Provider(String),
}

pub(super) fn read(read: &mut Reader<'_>) -> PriceSettings {
    PriceSettings {
        file: read.text(FILE_VARIABLE).map(Into::into),
        feed: read.text(FEED_VARIABLE),
        interval: interval(read),
        counts: counts(read),
    }
}

/// A number of milliseconds, 1 or more.
fn interval(read: &mut Reader<'_>) -> Option<Duration> {
    let text = read.text(INTERVAL_VARIABLE)?;
    let interval = text.parse().ok().map(Duration::from_millis);
    let interval = interval.filter(|interval| !interval.is_zero());
    if interval.is_none() {
        let allowed = "a whole number of milliseconds, 1 or more";
        read.warn(
            INTERVAL_VARIABLE,
            &text,
            allowed,
            "5000 for files and 3600000 for a URL",
        );
    }
    interval
}

/// Reads `inclusive`, `anthropic=exclusive,scope:my.instrumentation=auto`.
fn counts(read: &mut Reader<'_>) -> Vec<(CountsOf, Counts)> {
    let Some(list) = read.text(COUNTS_VARIABLE) else {
        return Vec::new();
    };
    let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let parsed = entries.map(|entry| {
        let (of, counts) = entry.rsplit_once('=').unwrap_or(("", entry));
        let of = match (of.trim(), of.trim().strip_prefix("scope:")) {
            ("", _) => CountsOf::All,
            (_, Some(scope)) => CountsOf::Scope(scope.to_owned()),
            (provider, None) => CountsOf::Provider(provider.to_owned()),
        };
        let counts = match counts.trim().to_ascii_lowercase().as_str() {
            "inclusive" => Counts::Inclusive,
            "exclusive" => Counts::Exclusive,
            "auto" => Counts::Auto,
            _ => return None,
        };
        Some((of, counts))
    });
    parsed.collect::<Option<_>>().unwrap_or_else(|| {
        let allowed = "a list of inclusive, exclusive or auto, each alone or after `provider=` or `scope:name=`";
        read.warn(COUNTS_VARIABLE, &list, allowed, "auto");
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn settings(variables: &[(&str, &str)]) -> (PriceSettings, Vec<String>) {
        let value = |name: &str| {
            let variable = variables.iter().find(|(variable, _)| *variable == name)?;
            Some(variable.1.to_owned())
        };
        let settings = Settings::read(&value);
        let warnings = settings.warnings.iter().map(ToString::to_string).collect();
        (settings.prices, warnings)
    }

    #[test]
    fn unset_variables_use_the_defaults() {
        assert_eq!(settings(&[]), (PriceSettings::default(), Vec::new()));
        let empty = [(FILE_VARIABLE, ""), (INTERVAL_VARIABLE, ""), (COUNTS_VARIABLE, "")];
        assert_eq!(settings(&empty), (PriceSettings::default(), Vec::new()));
    }

    #[test]
    fn files_intervals_and_counts_are_read() {
        let (prices, warnings) = settings(&[
            (FILE_VARIABLE, "prices.toml"),
            (FEED_VARIABLE, "https://prices.test/v2.json"),
            (INTERVAL_VARIABLE, "60000"),
            (COUNTS_VARIABLE, "Inclusive, anthropic=exclusive,scope:my.lib=auto"),
        ]);
        assert_eq!(prices.file, Some("prices.toml".into()));
        assert_eq!(prices.feed.as_deref(), Some("https://prices.test/v2.json"));
        assert_eq!(prices.interval, Some(Duration::from_secs(60)));
        assert_eq!(
            prices.counts,
            [
                (CountsOf::All, Counts::Inclusive),
                (CountsOf::Provider("anthropic".to_owned()), Counts::Exclusive),
                (CountsOf::Scope("my.lib".to_owned()), Counts::Auto),
            ]
        );
        assert!(warnings.is_empty(), "{warnings:?}");
    }

    #[test]
    fn the_password_and_query_of_a_feed_are_hidden() {
        for feed in [
            "https://me:secret@prices.test/v2.json",
            "https://prices.test/v2.json?key=secret",
            "https://prices.test/v2.json?key=a@secret#secret",
        ] {
            let settings = PriceSettings {
                feed: Some(feed.to_owned()),
                ..PriceSettings::default()
            };
            let shown = [redact_feed(feed), format!("{settings:?}")].concat();
            assert!(
                !shown.contains("secret") && shown.contains("prices.test/v2.json"),
                "{shown}"
            );
        }
    }

    #[test]
    fn malformed_values_are_warnings_and_use_the_defaults() {
        for (variable, value) in [
            (INTERVAL_VARIABLE, "0"),
            (INTERVAL_VARIABLE, "5s"),
            (COUNTS_VARIABLE, "anthropic=some"),
            (COUNTS_VARIABLE, "both"),
        ] {
            let (prices, warnings) = settings(&[(variable, value)]);
            assert_eq!(prices, PriceSettings::default(), "{variable}={value}");
            assert!(warnings[0].starts_with(variable) && warnings.len() == 1, "{warnings:?}");
        }
    }
}
