//! The catalogue in use, replaceable while calls are priced.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::call::PriceQuery;
use crate::catalogue::Catalogue;
use crate::cost::{Cost, Layer};

/// The catalogue in use. Clones share it, so a replacement applies to all.
///
/// Each call is priced entirely by the catalogue in use at its lookup.
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

/// The number of the next prices of the process.
static NEXT: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
struct InUse {
    number: u64,
    catalogue: ArcSwap<Catalogue>,
    updated: AtomicU64,
    unchanged: AtomicU64,
    failed: AtomicU64,
    last: Mutex<Last>,
}

/// The state of each source.
#[derive(Debug, Default)]
struct Last {
    user_file: Option<Source>,
    feed: Option<Source>,
}

/// The result of the last poll of a source.
#[derive(Debug)]
struct Source {
    /// When it was last known to be current; before that, when it was first polled.
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

    /// When all sources were last known to be current.
    fn current(&self) -> Option<SystemTime> {
        let sources = [&self.user_file, &self.feed];
        sources.into_iter().flatten().map(|source| source.current).min()
    }
}

/// The outcomes of price refreshes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refreshes {
    /// The number of updates: a newer catalogue was taken into use.
    pub updated: u64,
    /// The number of refreshes without a newer catalogue; untouched files are not counted.
    pub unchanged: u64,
    /// The number of failures: unreadable or rejected; the catalogue in use stayed.
    pub failed: u64,
    /// When the prices were last known to be current, by the least recent source; for a source that was never usable,
    /// when it was first polled. `None` without a source.
    pub current: Option<SystemTime>,
    /// The current problem of the newer table; `None` without one.
    pub feed_error: Option<Arc<str>>,
    /// The current problem of the user's file; `None` without one.
    pub user_file_error: Option<Arc<str>>,
}

impl Prices {
    /// The catalogue in this crate.
    pub fn embedded() -> Self {
        Self::from(Arc::clone(Catalogue::embedded()))
    }

    /// The catalogue in use.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.0.catalogue.load_full()
    }

    /// The cost of `call` by the catalogue in use.
    pub fn cost(&self, call: &PriceQuery<'_>) -> Cost {
        self.0.catalogue.load().cost(call)
    }

    /// Replaces the catalogue in use. Calls being priced keep the previous one.
    ///
    /// A [`Refresh`](crate::Refresh) of these prices builds on the catalogue that was in use when it was created, and
    /// so replaces one set later.
    pub fn replace(&self, catalogue: Arc<Catalogue>) {
        self.0.catalogue.store(catalogue);
    }

    /// A number that distinguishes these prices from others of the process; clones share it.
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// The outcomes of price refreshes.
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

    /// Records that the source's content is in use.
    pub(crate) fn updated(&self, layer: Layer) {
        self.0.updated.fetch_add(1, Ordering::Relaxed);
        self.succeed(layer);
    }

    /// Records that the source was read and its content is already in use.
    pub(crate) fn unchanged(&self, layer: Layer) {
        self.0.unchanged.fetch_add(1, Ordering::Relaxed);
        self.succeed(layer);
    }

    /// Records that a source is untouched. If it was rejected, it still is.
    pub(crate) fn untouched(&self, layer: Layer) {
        let mut last = self.last();
        let source = last.source(layer);
        if source.error.is_none() {
            source.current = SystemTime::now();
        }
    }

    /// Records why the source is not in use; returns whether the problem is new.
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
            number: NEXT.fetch_add(1, Ordering::Relaxed),
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
