//! Keeps prices current at runtime: re-reads a table and the user's file when they change.

mod outcome;
mod plausible;
mod source;
mod updater;
#[cfg(feature = "refresh-url")]
mod url;
mod watch;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::prices::Prices;
use outcome::Hook;
use updater::Updater;
use watch::Watch;

pub use outcome::Refreshed;

/// The default poll interval of files.
const FILE_INTERVAL: Duration = Duration::from_secs(5);
/// The default poll interval of a URL.
#[cfg(feature = "refresh-url")]
const URL_INTERVAL: Duration = Duration::from_secs(3_600);
/// The default timeout of a URL.
#[cfg(feature = "refresh-url")]
const URL_TIMEOUT: Duration = Duration::from_secs(10);
/// The shortest poll interval of files.
const SHORTEST_FILE_INTERVAL: Duration = Duration::from_millis(20);
/// The shortest poll interval of a URL: a mistyped setting must not flood the server.
#[cfg(feature = "refresh-url")]
const SHORTEST_URL_INTERVAL: Duration = Duration::from_secs(1);

/// The source of a feed.
#[derive(Debug)]
enum Source {
    File(PathBuf),
    #[cfg(feature = "refresh-url")]
    Url(url::Address),
}

/// The settings of a price refresh; reads nothing until [`start`](Self::start).
///
/// ```no_run
/// use tracing_genai_pricing::{Prices, Refresh};
///
/// let prices = Prices::embedded();
/// let refreshing = Refresh::of(&prices).user_file("prices.toml").start()?;
/// # std::io::Result::Ok(())
/// ```
#[must_use = "nothing is refreshed until start() is called"]
pub struct Refresh {
    prices: Prices,
    feed: Option<Source>,
    user_file: Option<PathBuf>,
    interval: Option<Duration>,
    #[cfg(feature = "refresh-url")]
    timeout: Duration,
    hook: Option<Hook>,
}

/// A running price refresh; stops when dropped.
#[derive(Debug)]
#[must_use = "dropping this ends the refreshing"]
pub struct Refreshing {
    is_stopped: Arc<Mutex<bool>>,
    thread: Thread,
}

impl Refresh {
    /// A refresh of these prices, without a source. What is read is applied to the catalogue in use now, whose aliases
    /// and multipliers are ignored.
    pub fn of(prices: &Prices) -> Self {
        Self {
            prices: prices.clone(),
            feed: None,
            user_file: None,
            interval: None,
            #[cfg(feature = "refresh-url")]
            timeout: URL_TIMEOUT,
            hook: None,
        }
    }

    /// The user's file, applied over all other prices; see `docs/prices.md` for its format. Default: none.
    pub fn user_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.user_file = Some(path.into());
        self
    }

    /// A newer table, applied over the embedded one: genai-prices JSON or the text of a catalogue. Default: none.
    /// Replaces an earlier file or URL.
    pub fn feed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.feed = Some(Source::File(path.into()));
        self
    }

    /// The URL of a newer table, applied over the embedded one: genai-prices JSON or the text of a catalogue. Default:
    /// none.
    ///
    /// Requests send the `ETag` of the last answer, so that an unchanged table is not sent again.
    #[cfg(feature = "refresh-url")]
    pub fn feed_url(mut self, url: impl Into<String>) -> Self {
        self.feed = Some(Source::Url(url::Address::new(url.into())));
        self
    }

    /// The timeout of a request to the URL. Default: 10 s.
    #[cfg(feature = "refresh-url")]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The poll interval, at least 20 ms for files and 1 s for a URL. Default: 5 s for files, 1 h for a URL, ± 10 % so
    /// that many processes do not poll at once. A failed URL is retried after 1 min, 2 min, 4 min, and so on up to the
    /// interval.
    pub const fn every(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// A hook called when newer prices are taken into use or rejected: at the first read on the thread that calls
    /// [`start`](Self::start), later on the refresh thread. A repeated problem is reported once. Default: none; see
    /// also [`Prices::refreshes`]. Panics of the hook are caught.
    pub fn on_change(mut self, hook: impl Fn(&Refreshed<'_>) + Send + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Reads the files once, now, and polls for changes on a separate thread, which also requests the URL.
    ///
    /// An invalid file is not an error here: the embedded prices are in use, [`Prices::refreshes`] has the reason, and
    /// polling continues.
    ///
    /// # Errors
    ///
    /// If the thread cannot be started.
    pub fn start(self) -> std::io::Result<Refreshing> {
        let is_stopped = Arc::new(Mutex::new(false));
        let mut watch = self.into_watch(Arc::clone(&is_stopped));
        watch.poll_files();
        let ends = Arc::clone(&is_stopped);
        let handle = thread::Builder::new()
            .name("tracing-genai-prices".to_owned())
            .spawn(move || {
                while !*ends.lock().unwrap_or_else(PoisonError::into_inner) {
                    watch.poll();
                    thread::park_timeout(watch.pause());
                }
            })?;
        Ok(Refreshing {
            is_stopped,
            thread: handle.thread().clone(),
        })
    }

    fn into_watch(self, is_stopped: Arc<Mutex<bool>>) -> Watch {
        let file_interval = self.interval.unwrap_or(FILE_INTERVAL).max(SHORTEST_FILE_INTERVAL);
        let mut watch = Watch::new(Updater::new(self.prices, self.hook, is_stopped), file_interval);
        if let Some(path) = self.user_file {
            watch.watch_user_file(path);
        }
        match self.feed {
            Some(Source::File(path)) => watch.watch_feed_file(path),
            #[cfg(feature = "refresh-url")]
            Some(Source::Url(address)) => {
                let interval = self.interval.unwrap_or(URL_INTERVAL).max(SHORTEST_URL_INTERVAL);
                watch.watch_url(address, self.timeout, interval);
            }
            None => {}
        }
        watch
    }
}

impl fmt::Debug for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresh")
            .field("user_file", &self.user_file)
            .field("feed", &self.feed)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

impl Drop for Refreshing {
    fn drop(&mut self) {
        // Not joined: the thread may be downloading. Its result is discarded.
        *self.is_stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.thread.unpark();
    }
}
