//! The catalogue in use, which can be replaced while calls are priced.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::call::PriceQuery;
use crate::catalogue::Catalogue;
use crate::cost::{Cost, Layer};

/// The catalogue in use. Clones share it, so that a catalogue put in one place is in use everywhere.
///
/// A call is priced by one catalogue from beginning to end, whichever was in use when it was asked.
///
/// ```
/// use std::sync::Arc;
/// use tracing_genai_pricing::{Catalogue, Prices};
///
/// let prices = Prices::embedded();
/// let newer = Catalogue::parse("tracing-genai catalogue 1\nsource\tmine 2\n[mine]\nm\t=\tinput=1\n")?;
/// prices.replace(Arc::new(newer));
/// assert_eq!(prices.catalogue().version(), "mine 2");
/// # Ok::<(), tracing_genai_pricing::CatalogueError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Prices(Arc<InUse>);

#[derive(Debug)]
struct InUse {
    catalogue: ArcSwap<Catalogue>,
    updated: AtomicU64,
    unchanged: AtomicU64,
    failed: AtomicU64,
    last: Mutex<Last>,
}

/// What is known of each source.
#[derive(Debug, Default)]
struct Last {
    user_file: Option<Source>,
    feed: Option<Source>,
}

/// What the last look at a source came to.
#[derive(Debug)]
struct Source {
    /// When it was last known to be in use as it is; before that, when it was first looked at.
    current: SystemTime,
    error: Option<Arc<str>>,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            current: SystemTime::now(),
            error: None,
        }
    }
}

impl Last {
    fn source(&mut self, layer: Layer) -> &mut Source {
        let source = match layer {
            Layer::User => &mut self.user_file,
            Layer::Embedded | Layer::Overlay | Layer::Refreshed => &mut self.feed,
        };
        source.get_or_insert_default()
    }

    /// When all the sources were last known to be in use as they are.
    fn current(&self) -> Option<SystemTime> {
        let sources = [&self.user_file, &self.feed];
        sources.into_iter().flatten().map(|source| source.current).min()
    }
}

/// What became of the attempts to refresh the prices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refreshes {
    /// A newer catalogue was taken into use.
    pub updated: u64,
    /// There was nothing newer, as far as it had to be read to know: a file that was not touched is not counted.
    pub unchanged: u64,
    /// What there was could not be had, or was refused; the catalogue in use stayed.
    pub failed: u64,
    /// When the prices were last known to be current, by the source of which that is longest ago; for one that never could
    /// be used, when it was first looked at. `None` if there is no source.
    pub current: Option<SystemTime>,
    /// What is wrong with the newer table as it is now; `None` if nothing is.
    pub feed_error: Option<Arc<str>>,
    /// What is wrong with the user's file as it is now; `None` if nothing is.
    pub user_file_error: Option<Arc<str>>,
}

impl Prices {
    /// The catalogue that comes with this crate.
    pub fn embedded() -> Self {
        Self::from(Arc::clone(Catalogue::embedded()))
    }

    /// The catalogue in use.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.0.catalogue.load_full()
    }

    /// What `call` cost by the catalogue in use.
    pub fn cost(&self, call: &PriceQuery<'_>) -> Cost {
        self.0.catalogue.load().cost(call)
    }

    /// Takes another catalogue into use. Calls that are being priced keep the one they began with.
    ///
    /// A [`Refresh`](crate::Refresh) of these prices lays what it reads over the catalogue that was in use when it was made,
    /// and so takes one that was put here later out of use again.
    pub fn replace(&self, catalogue: Arc<Catalogue>) {
        self.0.catalogue.store(catalogue);
    }

    /// What became of the attempts to refresh the prices.
    pub fn refreshes(&self) -> Refreshes {
        let last = self.last();
        Refreshes {
            updated: self.0.updated.load(Ordering::Relaxed),
            unchanged: self.0.unchanged.load(Ordering::Relaxed),
            failed: self.0.failed.load(Ordering::Relaxed),
            current: last.current(),
            feed_error: last.feed.as_ref().and_then(|source| source.error.clone()),
            user_file_error: last.user_file.as_ref().and_then(|source| source.error.clone()),
        }
    }

    /// Notes that what the source says is in use from now on.
    pub(crate) fn updated(&self, layer: Layer) {
        self.0.updated.fetch_add(1, Ordering::Relaxed);
        self.succeed(layer);
    }

    /// Notes that the source was read and says what is in use already.
    pub(crate) fn unchanged(&self, layer: Layer) {
        self.0.unchanged.fetch_add(1, Ordering::Relaxed);
        self.succeed(layer);
    }

    /// Notes that a source was found as it was left. What was refused then is refused still.
    pub(crate) fn looked_at(&self, layer: Layer) {
        let mut last = self.last();
        let source = last.source(layer);
        if source.error.is_none() {
            source.current = SystemTime::now();
        }
    }

    /// Notes why the source is not in use; whether that is news.
    pub(crate) fn failed(&self, layer: Layer, problem: &str) -> bool {
        self.0.failed.fetch_add(1, Ordering::Relaxed);
        let mut last = self.last();
        let error = &mut last.source(layer).error;
        let is_news = error.as_deref() != Some(problem);
        if is_news {
            *error = Some(problem.into());
        }
        is_news
    }

    fn succeed(&self, layer: Layer) {
        *self.last().source(layer) = Source::default();
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.0.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Prices {
    fn default() -> Self {
        Self::embedded()
    }
}

impl From<Arc<Catalogue>> for Prices {
    fn from(catalogue: Arc<Catalogue>) -> Self {
        Self(Arc::new(InUse {
            catalogue: ArcSwap::new(catalogue),
            updated: AtomicU64::new(0),
            unchanged: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            last: Mutex::default(),
        }))
    }
}

impl From<Catalogue> for Prices {
    fn from(catalogue: Catalogue) -> Self {
        Self::from(Arc::new(catalogue))
    }
}
