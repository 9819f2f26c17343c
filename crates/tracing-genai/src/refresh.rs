//! Refreshes the prices by the settings, and logs the results.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tracing_genai_pricing::{Prices, Refresh, Refreshed, Refreshing};
use tracing_genai_processor::without_secrets;

use crate::settings::{FEED_VARIABLE, FILE_VARIABLE, PriceSettings, Warning};

/// Problems of the first read, on the starting thread, where no subscriber can log them yet.
type Problems = Arc<Mutex<Vec<String>>>;

/// Starts to refresh the prices, if the settings name a source. Files are read once before it returns; their problems
/// are added to `warnings`.
pub(crate) fn start(settings: &PriceSettings, prices: &Prices, warnings: &mut Vec<Warning>) -> Option<Refreshing> {
    if settings.file.is_none() && settings.feed.is_none() {
        return None;
    }
    let first = Problems::default();
    let mut refresh = Refresh::of(prices).on_change({
        let (first, starter) = (Arc::clone(&first), thread::current().id());
        move |outcome| {
            if thread::current().id() == starter {
                keep(outcome, &first);
            } else {
                log(outcome);
            }
        }
    });
    if let Some(file) = &settings.file {
        refresh = refresh.user_file(file);
    }
    let mut feed_file = None;
    if let Some(feed) = &settings.feed {
        refresh = if is_url(feed) {
            from_url(refresh, feed, warnings)
        } else {
            feed_file = Some(feed.as_str());
            refresh.feed_file(feed)
        };
    }
    if let Some(interval) = settings.interval {
        refresh = refresh.every(interval);
    }
    let refreshing = refresh.start();
    let first_problems = std::mem::take(&mut *lock(&first));
    let file = settings.file.as_deref().map(displayed);
    let refreshes = prices.refreshes();
    let sources = [
        (FEED_VARIABLE, feed_file, refreshes.feed_error),
        (FILE_VARIABLE, file.as_deref(), refreshes.user_file_error),
    ];
    for (variable, value, problem) in sources {
        let Some(value) = value else { continue };
        if let Some(problem) = problem {
            let allowed = format!("a valid price file: {problem}");
            warnings.push(Warning::new(variable, value, &allowed, "the prices without it"));
        }
        let beginning = format!("{value}:");
        for problem in first_problems.iter().filter(|problem| problem.starts_with(&beginning)) {
            let allowed = format!("a fully valid price file: {problem}");
            warnings.push(Warning::new(variable, value, &allowed, "the rest of it"));
        }
    }
    match refreshing {
        Ok(refreshing) => Some(refreshing),
        Err(error) => {
            let variable = if file.is_some() { FILE_VARIABLE } else { FEED_VARIABLE };
            let allowed = format!("refreshable: {error}");
            warnings.push(Warning::new(variable, "", &allowed, "the current prices"));
            None
        }
    }
}

fn displayed(path: &Path) -> String {
    path.display().to_string()
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
    let allowed = "a file; URLs need the feature `refresh-url`";
    let url = crate::settings::redact_feed(url);
    warnings.push(Warning::new(FEED_VARIABLE, &url, allowed, "the embedded prices"));
    refresh
}

fn keep(outcome: &Refreshed<'_>, first: &Problems) {
    // The prices themselves report refused sources.
    if let Refreshed::Updated { warnings, .. } = outcome {
        lock(first).extend_from_slice(warnings);
    }
}

fn log(outcome: &Refreshed<'_>) {
    match outcome {
        Refreshed::Updated { version, warnings } => {
            tracing::info!(target: "tracing_genai", version, "newer prices are in use");
            for warning in *warnings {
                let warning = without_secrets(warning);
                tracing::warn!(target: "tracing_genai", "prices: {warning}");
            }
        }
        Refreshed::Failed(error) => {
            let error = without_secrets(&error.to_string());
            tracing::warn!(target: "tracing_genai", "prices: {error}; keeping current prices");
        }
        _ => {}
    }
}

fn lock(first: &Problems) -> MutexGuard<'_, Vec<String>> {
    first.lock().unwrap_or_else(PoisonError::into_inner)
}
