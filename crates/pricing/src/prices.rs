//! The catalogue in use, which can be replaced while calls are priced.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::call::Call;
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

#[derive(Debug, Default)]
struct Last {
    success: Option<SystemTime>,
    /// What is wrong with the user's file.
    user_error: Option<Arc<str>>,
    /// What is wrong with the newer table.
    feed_error: Option<Arc<str>>,
}

impl Last {
    fn error(&mut self, source: Layer) -> &mut Option<Arc<str>> {
        match source {
            Layer::User => &mut self.user_error,
            Layer::Embedded | Layer::Refreshed => &mut self.feed_error,
        }
    }
}

/// What became of the attempts to refresh the prices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refreshes {
    /// A newer catalogue was taken into use.
    pub updated: u64,
    /// There was nothing newer.
    pub unchanged: u64,
    /// What there was could not be had, or was refused; the catalogue in use stayed.
    pub failed: u64,
    /// When the prices were last known to be current; `None` if they were never refreshed.
    pub last_success: Option<SystemTime>,
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
    pub fn cost(&self, call: &Call<'_>) -> Cost {
        self.0.catalogue.load().cost(call)
    }

    /// Takes another catalogue into use. Calls that are being priced keep the one they began with.
    pub fn replace(&self, catalogue: Arc<Catalogue>) {
        self.0.catalogue.store(catalogue);
    }

    /// What became of the attempts to refresh the prices.
    pub fn refreshes(&self) -> Refreshes {
        let last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        Refreshes {
            updated: self.0.updated.load(Ordering::Relaxed),
            unchanged: self.0.unchanged.load(Ordering::Relaxed),
            failed: self.0.failed.load(Ordering::Relaxed),
            last_success: last.success,
            feed_error: last.feed_error.clone(),
            user_file_error: last.user_error.clone(),
        }
    }

    /// Takes a newer catalogue into use, or notes why there is none.
    pub(crate) fn refreshed(&self, source: Layer, outcome: Result<Arc<Catalogue>, &str>) {
        match outcome {
            Ok(newer) => {
                self.replace(newer);
                self.note(source, &self.0.updated, None);
            }
            Err(problem) => self.note(source, &self.0.failed, Some(problem)),
        }
    }

    /// Notes that the source was read and says the same as before.
    pub(crate) fn unchanged(&self, source: Layer) {
        self.note(source, &self.0.unchanged, None);
    }

    /// Notes that a source was found as it was left. What was refused then is refused still.
    pub(crate) fn looked_at(&self) {
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.user_error.is_none() && last.feed_error.is_none() {
            last.success = Some(SystemTime::now());
        }
    }

    fn note(&self, source: Layer, count: &AtomicU64, problem: Option<&str>) {
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last.error(source) = problem.map(Into::into);
        if problem.is_none() {
            last.success = Some(SystemTime::now());
        }
        count.fetch_add(1, Ordering::Relaxed);
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
