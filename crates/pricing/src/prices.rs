//! The catalogue in use, which can be replaced while calls are priced.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::call::Call;
use crate::catalogue::Catalogue;
use crate::cost::Cost;

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
    error: Option<Arc<str>>,
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
    /// Why the last attempt failed; `None` if it did not.
    pub last_error: Option<Arc<str>>,
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
            last_error: last.error.clone(),
        }
    }

    pub(crate) fn refreshed(&self, outcome: Result<Option<Arc<Catalogue>>, &str>) {
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        let count = match outcome {
            Ok(newer) => {
                last.success = Some(SystemTime::now());
                last.error = None;
                match newer {
                    Some(newer) => {
                        self.replace(newer);
                        &self.0.updated
                    }
                    None => &self.0.unchanged,
                }
            }
            Err(problem) => {
                last.error = Some(problem.into());
                &self.0.failed
            }
        };
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
