//! Where prices come from beside the embedded catalogue, and what counts include.

use std::path::PathBuf;
use std::time::Duration;

use tracing_genai_pricing::Counts;

use super::SHORTEST_DELAY;
use super::reader::Reader;

pub(crate) const FILE_VARIABLE: &str = "TRACING_GENAI_PRICE_FILE";
pub(crate) const FEED_VARIABLE: &str = "TRACING_GENAI_PRICE_FEED";
const INTERVAL_VARIABLE: &str = "TRACING_GENAI_PRICE_INTERVAL";
const COUNTS_VARIABLE: &str = "TRACING_GENAI_COUNTS";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PriceSettings {
    /// The user's own prices: `TRACING_GENAI_PRICE_FILE`.
    pub(crate) file: Option<PathBuf>,
    /// A newer table, as a file's name or a URL: `TRACING_GENAI_PRICE_FEED`.
    pub(crate) feed: Option<String>,
    /// How often to look for changes, in milliseconds: `TRACING_GENAI_PRICE_INTERVAL`.
    pub(crate) interval: Option<Duration>,
    /// What input counts include: `TRACING_GENAI_COUNTS`.
    pub(crate) counts: Vec<(CountsOf, Counts)>,
}

/// Whose counts a setting is about.
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
        interval: read
            .text(INTERVAL_VARIABLE)
            .map(|_| read.milliseconds(INTERVAL_VARIABLE, Duration::from_secs(3_600), SHORTEST_DELAY)),
        counts: counts(read),
    }
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
