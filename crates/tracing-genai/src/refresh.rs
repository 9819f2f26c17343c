//! Keeps the prices current as the settings say, and logs what becomes of it.

use tracing_genai_pricing::{Prices, Refresh, Refreshed, Refreshing};

use crate::settings::{FEED_VARIABLE, FILE_VARIABLE, PriceSettings, Warning};

/// Begins to refresh the prices, if the settings name anything to refresh them from.
pub(crate) fn start(settings: &PriceSettings, prices: &Prices, warnings: &mut Vec<Warning>) -> Option<Refreshing> {
    if settings.file.is_none() && settings.feed.is_none() {
        return None;
    }
    let mut refresh = Refresh::of(prices).on_change(log);
    if let Some(file) = &settings.file {
        refresh = refresh.user_file(file);
    }
    if let Some(feed) = &settings.feed {
        refresh = if is_url(feed) {
            from_url(refresh, feed, warnings)
        } else {
            refresh.feed_file(feed)
        };
    }
    if let Some(interval) = settings.interval {
        refresh = refresh.every(interval);
    }
    let refreshing = refresh.start();
    let refreshes = prices.refreshes();
    let problems = [
        (FEED_VARIABLE, &settings.feed, refreshes.feed_error.as_deref()),
        (
            FILE_VARIABLE,
            &settings.file.as_ref().map(|file| file.display().to_string()),
            refreshes.user_file_error.as_deref(),
        ),
    ];
    for (variable, value, problem) in problems {
        if let (Some(value), Some(problem)) = (value, problem) {
            let allowed = format!("a file of prices that can be used: {problem}");
            warnings.push(Warning::new(variable, value, &allowed, "the prices without it"));
        }
    }
    match refreshing {
        Ok(refreshing) => Some(refreshing),
        Err(error) => {
            let allowed = format!("looked at again: {error}");
            warnings.push(Warning::new(FILE_VARIABLE, "", &allowed, "the prices as they are now"));
            None
        }
    }
}

fn is_url(feed: &str) -> bool {
    feed.starts_with("https://") || feed.starts_with("http://")
}

#[cfg(feature = "refresh-url")]
fn from_url(refresh: Refresh, url: &str, _: &mut Vec<Warning>) -> Refresh {
    refresh.feed_url(url)
}

#[cfg(not(feature = "refresh-url"))]
fn from_url(refresh: Refresh, url: &str, warnings: &mut Vec<Warning>) -> Refresh {
    let allowed = "a file, which is all that can be read without the feature `refresh-url`";
    warnings.push(Warning::new(FEED_VARIABLE, url, allowed, "the embedded prices"));
    refresh
}

fn log(news: &Refreshed<'_>) {
    match news {
        Refreshed::Updated { version, warnings } => {
            tracing::info!(target: "tracing_genai", version, "newer prices are in use");
            for warning in *warnings {
                tracing::warn!(target: "tracing_genai", "prices: {warning}");
            }
        }
        Refreshed::Failed(error) => tracing::warn!(target: "tracing_genai", "prices: {error}"),
        _ => {}
    }
}
