//! Keeps the prices current as the settings say, and logs what becomes of it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tracing_genai_pricing::{Prices, Refresh, Refreshed, Refreshing};

use crate::settings::{FEED_VARIABLE, FILE_VARIABLE, PriceSettings, Warning};

/// What the first reading, on the thread that starts it, had to leave out. There is no subscriber yet to log it to.
type First = Arc<Mutex<Vec<String>>>;

/// Begins to refresh the prices, if the settings name anything to refresh them from. Files are read once before it returns,
/// and what is wrong with them is among the warnings.
pub(crate) fn start(settings: &PriceSettings, prices: &Prices, warnings: &mut Vec<Warning>) -> Option<Refreshing> {
    if settings.file.is_none() && settings.feed.is_none() {
        return None;
    }
    let first = First::default();
    let mut refresh = Refresh::of(prices).on_change({
        let (first, starter) = (Arc::clone(&first), thread::current().id());
        move |news| {
            if thread::current().id() == starter {
                keep(news, &first);
            } else {
                log(news);
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
    let left_out = std::mem::take(&mut *lock(&first));
    let file = settings.file.as_deref().map(shown);
    let refreshes = prices.refreshes();
    let sources = [
        (FEED_VARIABLE, feed_file, refreshes.feed_error),
        (FILE_VARIABLE, file.as_deref(), refreshes.user_file_error),
    ];
    for (variable, value, problem) in sources {
        let Some(value) = value else { continue };
        if let Some(problem) = problem {
            let allowed = format!("a file of prices that can be used: {problem}");
            warnings.push(Warning::new(variable, value, &allowed, "the prices without it"));
        }
        let beginning = format!("{value}:");
        for problem in left_out.iter().filter(|problem| problem.starts_with(&beginning)) {
            let allowed = format!("a file of prices that can be used whole: {problem}");
            warnings.push(Warning::new(variable, value, &allowed, "the rest of it"));
        }
    }
    match refreshing {
        Ok(refreshing) => Some(refreshing),
        Err(error) => {
            let variable = if file.is_some() { FILE_VARIABLE } else { FEED_VARIABLE };
            let allowed = format!("looked at again: {error}");
            warnings.push(Warning::new(variable, "", &allowed, "the prices as they are now"));
            None
        }
    }
}

fn shown(path: &Path) -> String {
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
    let allowed = "a file, which is all that can be read without the feature `refresh-url`";
    let url = crate::settings::feed_shown(url);
    warnings.push(Warning::new(FEED_VARIABLE, &url, allowed, "the embedded prices"));
    refresh
}

fn keep(news: &Refreshed<'_>, first: &First) {
    // What was refused is known to the prices themselves.
    if let Refreshed::Updated { warnings, .. } = news {
        lock(first).extend_from_slice(warnings);
    }
}

fn log(news: &Refreshed<'_>) {
    match news {
        Refreshed::Updated { version, warnings } => {
            tracing::info!(target: "tracing_genai", version, "newer prices are in use");
            for warning in *warnings {
                tracing::warn!(target: "tracing_genai", "prices: {warning}");
            }
        }
        Refreshed::Failed(error) => tracing::warn!(target: "tracing_genai", "prices: {error}; the prices in use stay"),
        _ => {}
    }
}

fn lock(first: &First) -> MutexGuard<'_, Vec<String>> {
    first.lock().unwrap_or_else(PoisonError::into_inner)
}
