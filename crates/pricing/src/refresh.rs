//! Keeps prices current while the program runs: reads a table and the user's file again when they change.

mod judge;
mod news;
mod plausible;
mod source;
#[cfg(feature = "refresh-url")]
mod url;
mod watch;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::prices::Prices;
use judge::Judge;
use news::Hook;
use watch::Watch;

pub use news::Refreshed;

/// How often files are looked at, unless told otherwise.
const FILE_INTERVAL: Duration = Duration::from_secs(5);
/// How often a URL is asked, unless told otherwise.
#[cfg(feature = "refresh-url")]
const URL_INTERVAL: Duration = Duration::from_secs(3_600);
/// How long a URL may take, unless told otherwise.
#[cfg(feature = "refresh-url")]
const URL_TIMEOUT: Duration = Duration::from_secs(10);
/// Nobody needs to look at files more often.
const SHORTEST_FILE_INTERVAL: Duration = Duration::from_millis(20);
/// Nor to ask a URL: a slip of the pen must not become a storm of requests.
#[cfg(feature = "refresh-url")]
const SHORTEST_URL_INTERVAL: Duration = Duration::from_secs(1);

/// Where a feed comes from.
#[derive(Debug)]
enum Source {
    File(PathBuf),
    #[cfg(feature = "refresh-url")]
    Url(url::Address),
}

/// Prices about to be kept current. Nothing is read until [`start`](Self::start).
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

/// Prices that are kept current until this is dropped.
#[derive(Debug)]
#[must_use = "dropping this ends the refreshing"]
pub struct Refreshing {
    is_over: Arc<Mutex<bool>>,
    thread: Thread,
}

impl Refresh {
    /// Keeps these prices current; by itself from nowhere. What is read is laid over the catalogue that is in use now, of
    /// which aliases and multipliers do not count.
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

    /// The user's own prices, laid over all others; see `docs/prices.md` for what they may say. Default: none.
    pub fn user_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.user_file = Some(path.into());
        self
    }

    /// A newer table, laid over the embedded one: genai-prices JSON or the text of a catalogue. Default: none. The last
    /// of this and a URL holds.
    pub fn feed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.feed = Some(Source::File(path.into()));
        self
    }

    /// The address of a newer table, laid over the embedded one: genai-prices JSON or the text of a catalogue. Default:
    /// none.
    ///
    /// It is asked with the `ETag` of the last answer, so that an unchanged table is not sent again.
    #[cfg(feature = "refresh-url")]
    pub fn feed_url(mut self, url: impl Into<String>) -> Self {
        self.feed = Some(Source::Url(url::Address::new(url.into())));
        self
    }

    /// How long the URL may take to answer. Default: 10 s.
    #[cfg(feature = "refresh-url")]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often to look: files at most every 20 ms, a URL every second. Default: files every 5 s, a URL every hour, give or take a tenth, so that many
    /// processes do not ask at once. A URL that fails is asked again after a minute, then after two, four, and so on up to
    /// the interval.
    pub const fn every(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// What to call when newer prices are taken into use or refused: at the first reading on the thread that calls
    /// [`start`](Self::start), later on the refreshing one. A source that cannot be read is told once
    /// as long as it is for the same reason. Default: nothing; [`Prices::refreshes`] knows it too. A panic of it is caught.
    pub fn on_change(mut self, hook: impl Fn(&Refreshed<'_>) + Send + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Reads the files once, now, and begins to look for changes on a thread of its own. A URL is asked by that thread.
    ///
    /// What is wrong with a file is no error here: the embedded prices are in use, [`Prices::refreshes`] says why, and
    /// the file is looked at again.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub fn start(self) -> std::io::Result<Refreshing> {
        let is_over = Arc::new(Mutex::new(false));
        let mut watch = self.into_watch(Arc::clone(&is_over));
        watch.look_at_files();
        let ends = Arc::clone(&is_over);
        let handle = thread::Builder::new()
            .name("tracing-genai-prices".to_owned())
            .spawn(move || {
                while !*ends.lock().unwrap_or_else(PoisonError::into_inner) {
                    watch.look();
                    thread::park_timeout(watch.pause());
                }
            })?;
        Ok(Refreshing {
            is_over,
            thread: handle.thread().clone(),
        })
    }

    fn into_watch(self, is_over: Arc<Mutex<bool>>) -> Watch {
        let file_interval = self.interval.unwrap_or(FILE_INTERVAL).max(SHORTEST_FILE_INTERVAL);
        let mut watch = Watch::new(Judge::new(self.prices, self.hook, is_over), file_interval);
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
        // Not waited for: it may be in the middle of a download. What it gets is not taken into use any more.
        *self.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.thread.unpark();
    }
}
